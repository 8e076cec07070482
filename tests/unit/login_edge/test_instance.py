"""Login through another instance (InstanceUrl): a builtin one on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.cli.login import log_person_in
from affino_mcp.cli.service import Service
from affino_mcp.gate.abuse.login_guard import MAX_CONSECUTIVE_FAILURES, MAX_PAIR_FAILURES
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS
from affino_mcp.gate.sessions.session_rows import SESSION_LIFETIME_SECONDS
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.login_edge.answer import OUTCOME_UNKNOWN, UNAVAILABLE
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Delete, Key
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.wiring import Stores
from tests.clients.loopback import serving
from tests.unit.gate.sessions.refreshing import OvertakenDatabase
from tests.unit.gate.world import GATE, PASSWORD, World, headers
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import EMAIL, PATH, Desk
from tests.unit.login_edge.shared_profile import profile_of


@pytest.fixture
def there() -> Desk:
    """The instance that holds the people."""
    desk = Desk(World())
    profile_of(desk.world)
    for code in range(1, 8):
        desk.world.person(code)
    desk.world.passwords.set_password(7, PASSWORD)
    return desk


@pytest.fixture
def here(there: Desk) -> Iterator[Desk]:
    """The service in front of that instance, with the same clock and without people of its own."""
    with serving(there.app) as url:
        yield Desk(World(there.world.clock, settings=Settings(instance_url=url)))


@pytest.fixture
def profile(here: Desk) -> Profile:
    return profile_of(here.world)


def test_a_login_is_forwarded_and_remembered(there: Desk, here: Desk, profile: Profile) -> None:
    reply = here.login(profile)
    assert (reply.status, set(reply.body)) == (200, {"AccessToken", "RefreshToken", "Expires"})
    token = reply.body["AccessToken"]
    assert there.world.sessions.resolve_token(token)[1].user_code == 7
    caller = here.world.gate().admit(headers(profile.key, profile.secret, token), charge=True)
    assert (caller.person.user_code, caller.person.email, caller.person.groups) == (7, EMAIL, ("Sales",))
    assert here.lines[-1] | {"status": 200, "user_code": 7} == here.lines[-1]
    assert not here.world.rows("affino-mcp-credentials")


def test_a_command_logs_in_whom_the_service_has_never_seen(here: Desk, profile: Profile) -> None:
    with serving(here.app) as url:
        settings = store_settings(here.world.settings)
        places = Connection(f"{url}/mcp", f"{url}{PATH}", "demo", stores=settings)
        service = Service(places, Stores(here.world.db, here.world.secrets), here.world.clock)
        assert log_person_in(service, profile.name, EMAIL, PASSWORD).person.user_code == 7
        here.world.clock.move(1)  # a signature works once
        assert log_person_in(service, profile.key, "7", PASSWORD).person.email == EMAIL


def test_a_person_is_taken_as_the_instance_knows_them_now(there: Desk, here: Desk, profile: Profile) -> None:
    first = here.login(profile).body["AccessToken"]
    there.world.people.change(7, name="Jane Doe", groups=("Editors",))
    here.login(profile)
    _, person = here.world.sessions.resolve_token(first)
    assert (person.name, person.groups) == ("Jane Doe", ("Editors",))


def test_a_refresh_and_the_user(there: Desk, here: Desk, profile: Profile) -> None:
    old = here.login(profile).body
    here.world.clock.move(SESSION_LIFETIME_SECONDS)
    new = here.refresh(profile, old)
    assert new.status == 200
    user = here.call(profile, "GET", "user", AccessToken=new.body["AccessToken"], Filter="UserCode,Email")
    assert (user.status, user.body) == (200, {"UserCode": "7", "Email": EMAIL})
    assert here.call(profile, "GET", "user", AccessToken=old["AccessToken"]).error == "-105"
    here.world.clock.move(REFRESH_GRACE_SECONDS + 1)
    assert here.refresh(profile, old).error == "-105"


REFRESH_CALLS = "get put get get get get query query transact"
REFRESH_FAULTS = [
    pytest.param(number, fault, id=f"{number} {method}, {fault}")
    for number, method in enumerate(REFRESH_CALLS.split())
    for fault in StoreFault
    if method in {"put", "transact"} or fault in {StoreFault.BEFORE, StoreFault.RESEND}
]


def test_the_store_calls_of_a_refresh(here: Desk, profile: Profile) -> None:
    tokens = here.login(profile).body
    here.world.asked()
    assert here.refresh(profile, tokens).status == 200
    assert " ".join(method for method, _ in here.world.asked()) == REFRESH_CALLS


@pytest.mark.parametrize(("number", "fault"), REFRESH_FAULTS)
def test_a_refresh_whose_answer_was_lost_is_repeated(
    here: Desk, profile: Profile, number: int, fault: StoreFault
) -> None:
    """The instance has used up the RefreshToken by then; what it says of the same pair again is passed on."""
    tokens = here.login(profile).body
    here.world.db.inner = faulty = FaultyDatabase(here.world.memory)
    faulty.arm({number: fault})
    answers = [here.refresh(profile, tokens)]
    faulty.arm({})
    answers += [here.refresh(profile, tokens) for _ in range(2)]
    if answers[0].status == 503 and number > REFRESH_CALLS.split().index("put") + 1:
        assert answers[0].body["error"]["message"] == OUTCOME_UNKNOWN.message
    assert [answer.status for answer in answers[1:]] == [200, 200]
    assert len({answer.body["AccessToken"] for answer in answers if answer.status == 200}) == 1
    assert len(here.world.sessions.list_sessions(7)) == 1
    assert not [row for row in here.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]


@pytest.mark.parametrize("number", range(len(REFRESH_CALLS.split())))
def test_a_logout_that_comes_between_ends_what_comes_of_the_refresh(here: Desk, profile: Profile, number: int) -> None:
    tokens = here.login(profile).body
    (session,) = here.world.sessions.list_sessions(7)
    overtaking: Any = OvertakenDatabase(
        here.world.memory, number, lambda: here.world.sessions.end_session(7, session.digest)
    )
    here.world.db.inner = overtaking
    assert here.refresh(profile, tokens).error == "-105"
    assert here.world.sessions.list_sessions(7) == []


@pytest.mark.parametrize("which", [0, 1], ids=["the old token", "the new token"])
def test_a_logout_after_a_refresh_ends_both(here: Desk, profile: Profile, which: int) -> None:
    old = here.login(profile).body
    pairs = [old, here.refresh(profile, old).body]
    assert here.call(profile, "POST", "logout", AccessToken=pairs[which]["AccessToken"]).status == 200
    assert here.world.sessions.list_sessions(7) == []
    assert [here.refresh(profile, pair).error for pair in pairs] == ["-105", "-105"]


def test_a_logout_here_counts_whatever_the_instance_thinks(there: Desk, here: Desk, profile: Profile) -> None:
    tokens = here.login(profile).body
    assert here.call(profile, "POST", "logout", AccessToken=tokens["AccessToken"]).status == 200
    assert there.world.sessions.resolve_token(tokens["AccessToken"])
    assert here.call(profile, "GET", "user", AccessToken=tokens["AccessToken"]).error == "-105"
    assert here.refresh(profile, tokens).error == "-105"


def test_the_guard_stands_in_front_unchanged(there: Desk, here: Desk, profile: Profile) -> None:
    assert here.login(profile).status == 200
    replies = [here.login(profile, "wrong horse", source="192.0.2.1") for _ in range(MAX_PAIR_FAILURES + 1)]
    assert [reply.status for reply in replies] == [401] * MAX_PAIR_FAILURES + [429]
    assert replies[0].body == here.login(profile, email="nobody@orbital.example").body
    asked = len(there.lines)
    for number in range(MAX_CONSECUTIVE_FAILURES):
        here.login(profile, "wrong horse", source=f"203.0.{number}.1")
    assert (
        len([line for line in there.lines[asked:] if line["result"] != "ok"])
        == MAX_CONSECUTIVE_FAILURES - MAX_PAIR_FAILURES - 1
    )
    for row in there.world.rows():
        if row["pk"].startswith("GUARD#"):  # to the instance's own guard we are one source that guesses
            there.world.memory.delete(Delete(GATE, Key(row["pk"], row["sk"])))
    assert here.login(profile).status == 200


def test_people_who_are_off(there: Desk, here: Desk, profile: Profile) -> None:
    token = here.login(profile).body["AccessToken"]
    here.world.people.disable(7)
    assert here.login(profile).status == 403
    here.world.people.enable(7)
    there.world.people.disable(7)
    assert here.login(profile).status == 403
    assert here.call(profile, "GET", "user", AccessToken=token).status == 403


def test_the_hub_logs_in_there_too(there: Desk, here: Desk, profile: Profile) -> None:
    shown = log_in(Browser(here.app))
    assert shown.status == 200
    assert there.world.sessions.resolve_token(shown.inside("token"))[1].user_code == 7
    assert log_in(Browser(here.app), "wrong horse").status == 401


def test_a_secret_that_the_instance_does_not_know(there: Desk, here: Desk, profile: Profile) -> None:
    changed = here.world.profiles.regenerate_secret(profile.key)
    assert here.login(changed).status == 503
    assert not [row for row in here.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]


def test_the_instance_is_off(here: Desk, profile: Profile) -> None:
    desk = Desk(World(here.world.clock, settings=Settings(instance_url="http://127.0.0.1:9")))
    reply = desk.login(profile_of(desk.world))
    assert (reply.status, reply.body["error"]["message"]) == (503, UNAVAILABLE.message)


def test_our_store_is_down(here: Desk, profile: Profile) -> None:
    here.world.db.broken.add(("transact", GATE))
    assert here.login(profile).status == 503


def test_settings_name_the_instance() -> None:
    assert replace(Settings(), instance_url="https://crm.orbital.example").instance_url
