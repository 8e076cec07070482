"""Signed requests: which are accepted, and how the others are refused."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.http.request_signature import format_timestamp
from affino_mcp.http.signing_headers import signing_headers
from tests.unit.gate.world import SIGNED_AT
from tests.unit.login_edge.desk import PATH, Desk, content

NO_TRUST = (401, "-102")


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_clocks_may_differ_by_five_minutes(desk: Desk, seconds: int) -> None:
    profile, body = desk.staffed(), content()
    timestamp = format_timestamp(SIGNED_AT + timedelta(seconds=seconds))
    assert desk.send(desk.signed(profile, body, TimeStamp=timestamp), body).status == 200


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-22T09:00:00.000Z",
        "2026-11-22T09:00:00Z",
        "2026-11-22T09:00:00.123456Z",
    ],
)
def test_forms_of_the_time_stamp(desk: Desk, timestamp: str) -> None:
    profile, body = desk.staffed(), content()
    assert desk.send(desk.signed(profile, body, TimeStamp=timestamp), body).status == 200


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-22T08:54:59.999Z",
        "2026-11-22T09:05:00.001Z",
        "",
        "1795338000",
        "0",
        "-1",
        "9" * 400,
        "2026-11-22T09:00:00",
        "2026-11-22T09:00:00+00:00",
        "2026-11-22T10:00:00+01:00",
        "2026-11-22 09:00:00Z",
        "2026-11-22T09:00:00.Z",
        "2026-11-22T09:00:00.1234567Z",
        "2026-11-22T09:00:00.000Z ",
        "2026-11-22T09:00:00.000ZZ",
        "2026-11-22T09:00:00.000Z%80%00",
        "2026-13-22T09:00:00Z",
        "2026-11-22T09:60:00Z",
        "0000-11-22T09:00:00Z",
        "+002026-11-22T09:00:00Z",
        "2026-11-22T09:00Z",
        "20261122T090000Z",
        "Sun, 22 Nov 2026 09:00:00 GMT",
    ],
)
def test_other_time_stamps_are_refused(desk: Desk, timestamp: str) -> None:
    profile, body = desk.staffed(), content()
    headers = desk.signed(profile, body, TimeStamp=timestamp)
    reply = desk.send(headers, body)
    assert (reply.status, reply.error) == NO_TRUST


@pytest.mark.parametrize(
    "instead",
    [
        pytest.param({"uri": "/rest/demo/token"}, id="another path signed"),
        pytest.param({"uri": "/rest/other/login"}, id="another instance signed"),
        pytest.param({"method": "GET"}, id="another method signed"),
        pytest.param({"MD5": hashlib.md5(b"other").hexdigest().upper()}, id="MD5 of another body"),
        pytest.param({"MD5": ""}, id="no MD5"),
        pytest.param({"Signature": ""}, id="no signature"),
        pytest.param({"Signature": "0" * 128}, id="zeros"),
        pytest.param({"Signature": "Z" * 128}, id="no hex"),
        pytest.param({"APIKey": "nobody"}, id="unknown key"),
        pytest.param({"APIKey": "no body"}, id="malformed key"),
        pytest.param({"APIKey": "k" * 65536}, id="64 KB key"),
    ],
)
def test_not_believed(desk: Desk, instead: dict[str, str]) -> None:
    profile, body = desk.staffed(), content()
    reply = desk.send(desk.signed(profile, body, **instead), body)
    assert (reply.status, reply.error) == NO_TRUST


def test_another_body_than_the_signed_one(desk: Desk) -> None:
    profile = desk.staffed()
    reply = desk.send(desk.signed(profile, content()), content("person8@orbital.example"))
    assert (reply.status, reply.error) == NO_TRUST


def test_signed_with_another_secret(desk: Desk) -> None:
    profile, other = desk.staffed(), desk.world.profile("other")
    body = content()
    reply = desk.send(desk.signed(other, body, APIKey=profile.key), body)
    assert (reply.status, reply.error) == NO_TRUST


def test_a_former_secret_signs_during_its_overlap_alone(desk: Desk) -> None:
    old = desk.staffed()
    new = desk.world.profiles.regenerate_secret(old.key, overlap=timedelta(hours=1))
    assert [desk.login(each).status for each in (old, new)] == [200, 200]
    desk.world.clock.move(3600)
    assert [desk.login(each).status for each in (old, new)] == [401, 200]
    desk.world.profiles.regenerate_secret(old.key, overlap=timedelta(hours=1))
    desk.world.profiles.end_overlap(old.key)
    assert desk.login(new).body == desk.send(desk.signed(new, content(), APIKey="nobody"), content()).body


def test_a_signature_cannot_be_extended(desk: Desk) -> None:
    """A length extension would append to the time stamp, which is parsed strictly."""
    profile, body = desk.staffed(), content()
    for appended in ("\x80", "+x", ".000Z", "\x80\x00\x00"):
        headers = desk.signed(profile, body, TimeStamp=format_timestamp(SIGNED_AT) + appended)
        reply = desk.send(headers, body)
        assert (reply.status, reply.error) == NO_TRUST


def test_hex_in_any_case_and_blanks_around_the_body(desk: Desk) -> None:
    profile, body = desk.staffed(), b"\n" + content() + b"\r\n "
    headers = desk.signed(profile, body)
    lowered = [(name, value.lower() if name in (b"signature", b"md5") else value) for name, value in headers]
    assert desk.send(lowered, body).status == 200


def test_a_signature_is_good_once(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    headers = desk.signed(profile, body)
    assert desk.send(headers, body).status == 200
    for again in (headers, [(name, value.lower() if name == b"signature" else value) for name, value in headers]):
        reply = desk.send(again, body)
        assert (reply.status, reply.error) == (401, "-103")


def test_of_twenty_at_once_one_gets_in(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    headers = desk.signed(profile, body)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: desk.send(headers, body).status, range(20)))
    assert sorted(statuses) == [200] + [401] * 19


def test_a_wrong_signature_costs_one_look_and_its_source_a_count(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    desk.send(desk.signed(profile, body), body)
    before = desk.world.rows()
    desk.world.asked()
    desk.send(desk.signed(profile, body, Signature="0" * 128), body)
    assert [method for method, _ in desk.world.asked()] == ["get", "update", "update"]
    added = [row["pk"] for row in desk.world.rows() if row not in before]
    assert added == ["GUARD#TOKENS#198.51.100.7"]


def test_a_source_of_many_wrong_signatures_is_told_to_wait_and_a_right_one_still_works(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    wrong = desk.signed(profile, body, Signature="0" * 128)
    replies = [desk.send(wrong, body) for _ in range(22)]
    assert [reply.status for reply in replies] == [401] * 20 + [429] * 2
    assert 0 < int(replies[-1].headers["retry-after"]) <= 300
    assert desk.send(wrong, body, source="198.51.100.8").status == 401
    assert desk.login(profile).status == 200


def test_a_wrong_clock_is_told_the_time(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    stale = desk.send(desk.signed(profile, body, TimeStamp="2026-11-22T10:00:00Z"), body)
    forged = desk.send(desk.signed(profile, body, Signature="0" * 128), body)
    assert stale.body == forged.body
    assert "2026-11-22T09:00:00.000Z" in stale.body["error"]["message"]


@pytest.mark.parametrize("header", ["apikey", "signature", "timestamp", "md5"])
@pytest.mark.parametrize("joined", [True, False], ids=["joined", "twice"])
def test_repeated_headers(desk: Desk, header: str, *, joined: bool) -> None:
    profile, body = desk.staffed(), content()
    headers = dict(desk.signed(profile, body))
    value = headers.pop(header.encode())
    repeated = [(header.encode(), value + b", " + value)] if joined else [(header.encode(), value)] * 2
    assert desk.send([*headers.items(), *repeated], body).status == 401


@pytest.mark.parametrize(
    ("method", "path", "instead", "status", "error"),
    [
        pytest.param("GET", PATH, {}, 405, "-10", id="GET"),
        pytest.param("OPTIONS", PATH, {}, 405, "-10", id="OPTIONS"),
        pytest.param("POST", "/rest/other/login", {}, 404, "-120", id="other instance"),
        pytest.param("POST", "/rest/demo/logon", {}, 404, "-120", id="other path"),
        pytest.param("POST", "/rest/demo/login/x", {}, 404, "-120", id="longer path"),
        pytest.param("POST", "/rest//login", {}, 404, "-120", id="no instance"),
        pytest.param("POST", PATH, {"User-Agent": ""}, 400, "-10", id="no User-Agent"),
        pytest.param("POST", PATH, {"APIKey": ""}, 401, "-101", id="no key"),
    ],
)
def test_addresses(desk: Desk, method: str, path: str, instead: dict[str, str], status: int, error: str) -> None:
    profile, body = desk.staffed(), content()
    reply = desk.send(desk.signed(profile, body, **instead), body, method, path)
    assert (reply.status, reply.error) == (status, error)
    assert (reply.headers.get("allow") == "POST") is (status == 405)


@pytest.mark.parametrize("path", ["/rest/DEMO/login", "/rest/demo/login/"])
def test_other_spellings_of_the_address(desk: Desk, path: str) -> None:
    profile, body = desk.staffed(), content()
    assert desk.send(desk.signed(profile, body, uri=path.rstrip("/")), body, path=path).status == 200


names = st.sampled_from([b"apikey", b"signature", b"md5", b"timestamp", b"user-agent"])


@given(st.lists(st.tuples(names, st.binary(max_size=200)), max_size=8))
def test_any_headers_are_read_or_refused(headers: list[tuple[bytes, bytes]]) -> None:
    found = signing_headers(headers)
    assert found is None or found.moment.tzinfo is not None


@pytest.mark.parametrize(
    ("terms", "source", "status"),
    [
        pytest.param({"expires": "2026-11-22"}, "198.51.100.7", 200, id="its last day"),
        pytest.param({"networks": ("198.51.100.0/24",)}, "198.51.100.7", 200, id="its network"),
        pytest.param({"networks": ("198.51.100.0/24",)}, "192.0.2.1", 403, id="another network"),
    ],
)
def test_a_profile_signs_on_its_terms(desk: Desk, terms: dict[str, Any], source: str, status: int) -> None:
    profile = desk.staffed()
    desk.world.profiles.change(profile.key, terms=AdmissionTerms(**terms))
    answer = desk.login(profile, source=source)
    assert answer.status == status
    assert status == 200 or "not accepted from this network" in answer.body["error"]["message"]
    desk.world.clock.move(86_400)
    late = desk.login(profile, source=source)
    assert (late.status == 403) is ("expires" in terms or status == 403)
