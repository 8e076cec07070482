"""Login: who gets tokens, and which errors all others get."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_PAIR_FAILURES, PAIR_WINDOW_SECONDS
from tests.unit.gate.world import CREDENTIALS, GATE, PASSWORD, headers
from tests.unit.login_edge.desk import EMAIL, Desk, content


def test_a_login(desk: Desk) -> None:
    profile = desk.staffed()
    reply = desk.login(profile)
    assert reply.status == 200
    assert set(reply.body) == {"AccessToken", "RefreshToken", "Expires"}
    assert reply.body["Expires"] == "3600"
    assert all(str(uuid.UUID(reply.body[name])) == reply.body[name] for name in ("AccessToken", "RefreshToken"))
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"] == "application/json"


def test_the_access_token_works_at_the_gate(desk: Desk) -> None:
    profile = desk.staffed()
    token = desk.login(profile).body["AccessToken"]
    caller = desk.world.gate().admit(headers(profile.key, profile.secret, token), charge=True)
    assert caller.person.user_code == 7


@pytest.mark.parametrize(
    "email",
    ["PERSON7@Orbital.Example", " person7@orbital.example", "\uff50erson7@orbital.example"],
    ids=["case", "blank", "wide"],
)
def test_any_spelling_of_the_address(desk: Desk, email: str) -> None:
    assert desk.login(desk.staffed(), email=email).status == 200


def test_unknown_address_and_wrong_password_are_alike(desk: Desk) -> None:
    profile = desk.staffed()
    desk.login(profile)
    replies, costs = [], []
    for email, password in ((EMAIL, "wrong horse"), ("nobody@orbital.example", PASSWORD)):
        desk.world.asked()
        reply = desk.login(profile, password, email, source="198.51.100.99")
        costs.append(desk.world.asked()[:6])
        reply.headers.pop("x-request-id")
        replies.append(reply)
    assert replies[0] == replies[1]
    assert (replies[0].status, replies[0].error) == (401, "-104")
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        pytest.param(b"", 400, "-10", id="empty"),
        pytest.param(b"{", 400, "-10", id="no JSON"),
        pytest.param(b"[]", 400, "-10", id="no object"),
        pytest.param(b"[" * 15_000, 400, "-10", id="deep"),
        pytest.param(b"\xff\xfe", 400, "-10", id="no UTF-8"),
        pytest.param(b'{"Email":"a@b.example"}', 400, "-10", id="no password"),
        pytest.param(b'{"Password":"correct horse"}', 400, "-10", id="no address"),
        pytest.param(b'{"Email":7,"Password":"x"}', 400, "-10", id="address is a number"),
        pytest.param(
            b'{"Email":"@' + b"\\ufdfa" * 250 + b'","Password":"x"}', 400, "-10", id="address long when folded"
        ),
        pytest.param(b'{"Email":"a@b.example","Password":["x"]}', 400, "-10", id="password is a list"),
        pytest.param(b'{"Email":"a@b.example","Password":""}', 400, "-10", id="empty password"),
        pytest.param(b'{"Email":"jane","Password":"x"}', 400, "-10", id="no address at all"),
        pytest.param(b'{"Email":"a\\ud800@b.example","Password":"x"}', 400, "-10", id="half a letter"),
        pytest.param(b'{"Email":"a\\u0000@b.example","Password":"x"}', 400, "-10", id="NUL"),
        pytest.param(content(EMAIL, "x" * 1025), 400, "-10", id="password over 1,024"),
        pytest.param(content(EMAIL, "x" * 1_000_000), 400, "-10", id="password of 1 MB"),
        pytest.param(content("x" * 300 + "@b.example"), 400, "-10", id="long address"),
        pytest.param(
            b'{"Email":"person7@orbital.example","Password":"half \\ud800"}', 401, "-104", id="half a letter in it"
        ),
    ],
)
def test_bodies(desk: Desk, body: bytes, status: int, error: str) -> None:
    profile = desk.staffed()
    reply = desk.send(desk.signed(profile, body), body)
    assert (reply.status, reply.error) == (status, error)


@pytest.mark.parametrize("password", ["  blanks around  ", "x" * 64, "x" * 1024, "\u00e9" * 1000], ids=len)
def test_passwords_are_taken_exactly(desk: Desk, password: str) -> None:
    profile = desk.staffed()
    desk.world.passwords.set_password(7, password)
    assert desk.login(profile, password).status == 200
    for other in {password[:-1], password[1:], password[:-1] + "~", password.strip()} - {password}:
        assert desk.login(profile, other).status == 401


def test_a_disabled_person_is_told_only_with_the_right_password(desk: Desk) -> None:
    profile = desk.staffed()
    desk.world.people.disable(7)
    wrong, right = desk.login(profile, "wrong horse"), desk.login(profile)
    assert (wrong.status, wrong.error) == (401, "-104")
    assert (right.status, right.error) == (403, "-110")
    assert "disabled" in right.body["error"]["message"]


def test_a_disabled_profile_cannot_log_in(desk: Desk) -> None:
    profile = desk.staffed()
    desk.login(profile)
    desk.world.profiles.disable(profile.key)
    reply = desk.login(profile)
    assert (reply.status, reply.error) == (403, "-110")
    desk.world.profiles.enable(profile.key)
    assert desk.login(profile).status == 200


def test_a_regenerated_secret_counts_at_once(desk: Desk) -> None:
    old = desk.staffed()
    desk.login(old)
    new = desk.world.profiles.regenerate_secret(old.key)
    assert desk.login(old).status == 401
    assert desk.login(new).status == 200


def test_guessing_is_slowed_down(desk: Desk) -> None:
    profile = desk.staffed()
    replies = [desk.login(profile, "wrong horse") for _ in range(MAX_PAIR_FAILURES + 2)]
    assert [reply.status for reply in replies] == [401] * MAX_PAIR_FAILURES + [429] * 2
    assert 0 < int(replies[-1].headers["retry-after"]) <= PAIR_WINDOW_SECONDS
    assert desk.login(profile, "wrong horse", source="198.51.100.8").status == 401
    assert desk.login(profile, source="198.51.100.8").status == 200


def test_a_right_password_is_never_refused_and_clears(desk: Desk) -> None:
    profile = desk.staffed()
    for _ in range(MAX_PAIR_FAILURES + 2):
        desk.login(profile, "wrong horse")
    assert desk.login(profile).status == 200
    assert desk.login(profile, "wrong horse").status == 401


def test_many_right_logins_are_never_limited(desk: Desk) -> None:
    profile, body = desk.staffed(), content()
    requests = []
    for _ in range(60):
        desk.world.clock.move(microseconds=1000)
        requests.append(desk.signed(profile, body))
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda headers: desk.send(headers, body).status, requests))
    assert statuses == [200] * 60


@pytest.mark.parametrize(
    ("method", "table"),
    [("get", GATE), ("put", GATE), ("query", GATE), ("transact", GATE), ("get", CREDENTIALS)],
    ids=lambda part: part,
)
def test_an_outage_is_503(desk: Desk, method: str, table: str) -> None:
    profile = desk.staffed()
    desk.world.db.broken.add((method, table))
    reply = desk.login(profile)
    assert (reply.status, reply.error, reply.headers["retry-after"]) == (503, "-1", "1")
    desk.world.db.broken.clear()
    assert desk.login(profile).status == 200
    assert not [row for row in desk.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]


def test_without_its_guard_the_login_goes_on(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    profile = desk.staffed()
    desk.world.db.broken.add(("update", GATE))
    assert desk.login(profile).status == 200
    assert [desk.login(profile, "wrong horse").status for _ in range(MAX_PAIR_FAILURES + 2)] == [401] * (
        MAX_PAIR_FAILURES + 2
    )
    assert "LoginGuardDown" in capsys.readouterr().out


def test_a_fault_of_ours_is_a_plain_500(desk: Desk) -> None:
    profile = desk.staffed()
    desk.world.db.inner = None  # type: ignore[assignment]
    reply = desk.login(profile)
    assert (reply.status, reply.body) == (500, {"error": {"code": "-1", "message": "Unknown exception"}})
    assert reply.headers["x-request-id"]
