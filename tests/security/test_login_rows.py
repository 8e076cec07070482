"""Attacks on the login: guessed, forged, replayed and repeated requests get the required answers."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from affino_mcp.errors import TooManyFailures
from affino_mcp.gate.abuse.login_guard import MAX_CONSECUTIVE_FAILURES, LoginGuard
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.login_edge.login import GuardedLogin
from tests.security.extension import extended, padding
from tests.security.figures import Figures
from tests.unit.gate.world import GATE, World
from tests.unit.login_edge.desk import EMAIL, Desk, content

HOME, ATTACKER = "198.51.100.7", "203.0.113.66"


def test_the_same_signed_request_twenty_times_at_once(desk: Desk, profile: Profile, figures: Figures) -> None:
    headers, body = desk.signed(profile, content()), content()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: desk.send(headers, body), range(20)))
    assert Counter(reply.status for reply in replies) == {200: 1, 401: 19}
    assert {reply.error for reply in replies if reply.status == 401} == {"-103"}
    figures.record("one signed request at once", tried=len(replies))


def test_a_signature_for_something_else(desk: Desk, profile: Profile) -> None:
    other = desk.world.profile("other")
    for changed in (
        {"uri": "/rest/demo/logout"},
        {"uri": "/rest/other/login"},
        {"method": "PUT"},
        {"APIKey": other.key},
        {"MD5": "0" * 32},
        {
            "TimeStamp": "2026-11-22T09:00:00.001Z",
            "Signature": dict(desk.signed(profile, content()))[b"signature"].decode(),
        },
    ):
        assert desk.send(desk.signed(profile, content(), **changed), content()).error == "-102"


def test_a_signature_cannot_be_extended(desk: Desk, profile: Profile) -> None:
    """A SHA-512 digest can be extended without the secret.

    The appended text becomes part of the time stamp, which is parsed strictly.
    """
    given = dict(desk.signed(profile, content()))
    signed = "+".join(
        ("POST", "/rest/demo/login", given[b"md5"].decode(), profile.secret, given[b"timestamp"].decode())
    )
    for suffix in (b"Z", b".000Z", b"+2026-11-22T09:00:00.000Z"):
        forged = extended(given[b"signature"].decode(), len(signed), suffix)
        stamp = given[b"timestamp"] + padding(len(signed)) + suffix
        whole = signed.encode() + padding(len(signed)) + suffix
        assert hashlib.sha512(whole).hexdigest().upper() == forged, "a true signature of a longer time stamp"
        headers = given | {b"timestamp": stamp, b"signature": forged.encode()}
        assert desk.send(list(headers.items()), content()).error == "-102"


@pytest.mark.usefixtures("quick")
def test_ten_wrong_passwords_then_a_wait_exact_under_eight_at_once(desk: Desk, profile: Profile) -> None:
    body = content(password="wrong horse")
    requests = []
    for _ in range(40):
        desk.world.clock.move(microseconds=1000)
        requests.append(desk.signed(profile, body))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda headers: desk.send(headers, body), requests))
    assert Counter(reply.status for reply in replies) == {401: 10, 429: 30}
    assert {0 < int(reply.headers["retry-after"]) <= 900 for reply in replies if reply.status == 429} == {True}


@pytest.mark.usefixtures("quick")
def test_a_thousand_right_logins_eight_at_a_time_while_an_attacker_hammers_the_same_accounts(
    world: World, figures: Figures
) -> None:
    """Real guards, one for each process, use one store.

    Logins with a right password must never be refused or have to wait.
    """
    accounts = [f"person{number}@orbital.example" for number in range(8)]
    known = LoginGuard(world.memory, world.settings, world.clock)
    for account in accounts:
        known.record_success(known.begin_attempt(HOME, account))
    done = threading.Event()

    def hammer(number: int) -> int:
        guard, tried = LoginGuard(world.memory, world.settings, world.clock), 0
        while not done.is_set():
            tried += wrong(guard, f"203.0.{number}.{tried % 250}", accounts[tried % 8])
        return tried

    def right(number: int) -> bool:
        guard = LoginGuard(world.memory, world.settings, world.clock)
        guard.record_success(guard.begin_attempt(HOME, accounts[number % 8]))
        return True

    with ThreadPoolExecutor(10) as pool:
        attacks = [pool.submit(hammer, number) for number in range(2)]
        with ThreadPoolExecutor(8) as people:
            let_in = list(people.map(right, range(1000)))
        done.set()
        assert all(attack.result() > 0 for attack in attacks)
    assert let_in == [True] * 1000
    figures.record("right logins beside an attacker", tried=len(let_in))


def wrong(guard: LoginGuard, source: str, account: str) -> int:
    """Makes one guess; gives 1."""
    with suppress(TooManyFailures):
        guard.record_failure(guard.begin_attempt(source, account))
    return 1


@pytest.mark.usefixtures("quick")
def test_whole_requests_while_an_attacker_hammers(desk: Desk, profile: Profile, figures: Figures) -> None:
    assert desk.login(profile, source=HOME).status == 200
    statuses: Counter[tuple[str, int]] = Counter()
    for number in range(200):
        statuses["attacker", desk.login(profile, "wrong horse", source=f"203.0.{number}.9").status] += 1
        statuses["person", desk.login(profile, source=HOME).status] += 1
    assert {kind for who, kind in statuses if who == "person"} == {200}
    figures.record("guesses beside right logins", tried=statuses.total())


@pytest.mark.usefixtures("quick")
def test_right_from_elsewhere_and_from_the_blocked_pair(desk: Desk, profile: Profile) -> None:
    for _ in range(12):
        last = desk.login(profile, "wrong horse", source=ATTACKER)
    assert last.status == 429
    assert desk.login(profile, source=HOME).status == 200
    assert desk.login(profile, source=ATTACKER).status == 200
    assert desk.login(profile, "wrong horse", source=ATTACKER).status == 401, "the pair is clear again"


@pytest.mark.usefixtures("quick")
def test_one_guess_each_from_two_hundred_sources(desk: Desk, profile: Profile) -> None:
    assert desk.login(profile, source=HOME).status == 200
    asked: list[object] = []
    entrance = desk_entrance(desk)
    enter = entrance.open_session

    def noted(*given: object) -> object:
        asked.append(given)
        return enter(*given)

    entrance.open_session = noted
    replies = [desk.login(profile, "wrong horse", source=f"203.0.{number}.9") for number in range(200)]
    assert len(asked) == MAX_CONSECUTIVE_FAILURES
    assert Counter(reply.status for reply in replies) == {401: MAX_CONSECUTIVE_FAILURES, 429: 100}
    assert replies[-1].headers["retry-after"] == "30"
    assert desk.login(profile, source=HOME).status == 200


def desk_entrance(desk: Desk) -> Any:
    login: GuardedLogin = desk.app._rest._login
    return login.entrance


@pytest.mark.usefixtures("quick")
def test_a_hundred_accounts_one_guess_each_from_one_source(desk: Desk, profile: Profile) -> None:
    statuses = [
        desk.login(profile, "wrong horse", f"somebody{number}@orbital.example", ATTACKER).status
        for number in range(102)
    ]
    assert statuses == [401] * 100 + [429] * 2
    assert desk.login(profile, "wrong horse", source=HOME).status == 401
    assert desk.login(profile, source=ATTACKER).status == 200


def test_unknown_tokens_hammered_at_login(desk: Desk, profile: Profile) -> None:
    live = desk.login(profile).body["AccessToken"]
    statuses = [desk.call(profile, "GET", "user", ATTACKER, AccessToken=new_token()).status for _ in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    assert desk.call(profile, "GET", "user", ATTACKER, AccessToken=live).status == 200


def test_the_guards_table_is_down(desk: Desk, profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    for method in ("update", "get_many"):
        desk.world.db.broken = {(method, GATE)}
        assert desk.login(profile).status == 200
        assert {desk.login(profile, "wrong horse").status for _ in range(12)} == {401}
        assert "LoginGuardDown" in capsys.readouterr().out


def test_passwords_of_every_size(desk: Desk, profile: Profile) -> None:
    for length, status in ((64, 200), (1024, 200), (1025, 400), (1_000_000, 400)):
        password = "x" * (length - 1) + " "
        if length <= 1024:
            desk.world.passwords.set_password(7, password)
            assert desk.login(profile, password[:-1]).status == 401
        assert desk.login(profile, password).status == status


def test_refreshes_at_once_give_one_pair_and_a_later_reuse_ends_the_chain(desk: Desk, profile: Profile) -> None:
    tokens = desk.login(profile).body
    pair = {name: tokens[name] for name in ("AccessToken", "RefreshToken")}
    requests = []
    for _ in range(12):
        desk.world.clock.move(microseconds=1000)
        requests.append(desk.signed(profile, b"", method="GET", uri="/rest/demo/token", **pair))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda given: desk.send(given, b"", "GET", "/rest/demo/token"), requests))
    assert {reply.status for reply in replies} == {200}
    assert len({tuple(reply.body.items()) for reply in replies}) == 1
    assert len(desk.world.sessions.list_sessions(7)) == 1
    assert desk.refresh(profile, replies[0].body).status == 200, "a race does not end the chain"
    desk.world.clock.move(31)
    assert desk.refresh(profile, tokens).status == 401
    assert desk.refresh(profile, replies[0].body).status == 401


def test_nothing_of_a_forged_source_is_believed(desk: Desk, profile: Profile) -> None:
    """The source of a request is the address that the gateway saw, never a header."""
    for number in range(12):
        desk.world.clock.move(microseconds=1000)
        body = content(EMAIL, "wrong horse")
        headers = [*desk.signed(profile, body), (b"x-forwarded-for", f"203.0.113.{number}".encode())]
        status = desk.send(headers, body).status
    assert status == 429
