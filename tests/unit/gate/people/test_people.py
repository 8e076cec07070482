"""People and their rights, and that a change updates every live session in the same transaction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from affino_mcp.errors import PersonInactive
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.permissions import PERMISSIONS, SECURITY_GROUPS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import DEFAULT_GROUPS
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from tests.unit.gate.world import GATE, SIGNED_AT, World


def test_a_new_person(world: World) -> None:
    person = world.people.create(12, " Jane Doe ", "Jane.Doe@Orbital.example", ["Sales", "Legal"])
    assert (person.user_code, person.name, person.email) == (12, "Jane Doe", "Jane.Doe@orbital.example")
    assert person.active
    assert world.people.get(12) == person
    assert world.people.find_by_email("jane.doe@ORBITAL.example") == person
    assert world.people.find_by_email("\uff4aane.doe@orbital.example") == person
    assert world.people.find_user_code("jane.doe@orbital.example") == 12


def test_nobody(world: World) -> None:
    assert world.people.get(1) is None
    assert world.people.find_by_email("nobody@orbital.example") is None
    assert world.people.list_people() == []
    for deed in (world.people.change, world.people.enable, world.people.disable):
        with pytest.raises(NotFound):
            deed(1)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "x" * 202}, "name", id="long name"),
        pytest.param({"name": "a\x00b"}, "name", id="NUL in the name"),
        pytest.param({"email": "jane"}, "email", id="no address"),
        pytest.param({"email": "jane\u0085@orbital.example"}, "email", id="another line in the address"),
        pytest.param({"name": "\u200b\u3164"}, "name", id="invisible name"),
        pytest.param({"email": "jane\ud800@orbital.example"}, "email", id="half a letter"),
        pytest.param({"email": f"{'x' * 250}@orbital.example"}, "email", id="long address"),
        pytest.param({"groups": ["Sales", "sales"]}, "groups", id="unknown group"),
        pytest.param({"rights": {"accounts.fly": None}}, "rights", id="unknown right"),
        pytest.param({"rights": {"accounts.read": "soon"}}, "rights", id="no day"),
        pytest.param({"rights": {"accounts.read": "20261231"}}, "rights", id="day in another form"),
    ],
)
def test_what_an_operator_may_not_enter(world: World, given: dict[str, Any], argument: str) -> None:
    fields: dict[str, Any] = {"user_code": 1, "name": "Jane", "email": "jane@orbital.example"}
    with pytest.raises(InvalidArgument) as refused:
        world.people.create(**(fields | given))
    assert refused.value.details["argument"] == argument
    assert world.people.list_people() == []


def test_what_cannot_be_seen_is_not_stored(world: World) -> None:
    made = world.people.create(12, "Jane\u202e Doe", "jane\u200b@orbital.example")
    assert (made.name, made.email) == ("Jane Doe", "jane@orbital.example")
    assert (
        world.people.change(12, name="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\ufeff").name
        == "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647"
    )


@pytest.mark.parametrize(
    ("code", "email", "argument"),
    [
        pytest.param(2, "JANE@orbital.example", "email", id="e-mail"),
        pytest.param(2, "\uff4aane@orbital.example", "email", id="look-alike e-mail"),
        pytest.param(1, "john@orbital.example", "user_code", id="code"),
    ],
)
def test_taken(world: World, code: int, email: str, argument: str) -> None:
    world.people.create(1, "Jane", "jane@orbital.example")
    with pytest.raises(Conflict) as refused:
        world.people.create(code, "Other", email)
    assert refused.value.details["argument"] == argument
    assert [person.name for person in world.people.list_people()] == ["Jane"]


def test_everyone_in_order_of_codes(world: World) -> None:
    codes = [5, 1000, 70, *range(200, 320)]
    for code in codes:
        world.person(code)
    assert [person.user_code for person in world.people.list_people()] == sorted(codes)


@pytest.mark.parametrize(
    ("groups", "rights", "right", "held"),
    [
        pytest.param(["Sales"], {}, "accounts.write", True, id="by a group"),
        pytest.param(["Sales"], {}, "accounts.delete", False, id="not by that group"),
        pytest.param(["Sales", "Sales Managers"], {}, "accounts.delete", True, id="by one of two groups"),
        pytest.param([], {"accounts.delete": None}, "accounts.delete", True, id="directly, for good"),
        pytest.param([], {"accounts.delete": "2026-11-22"}, "accounts.delete", True, id="directly, on its last day"),
        pytest.param([], {"accounts.delete": "2026-11-21"}, "accounts.delete", False, id="directly, over"),
        pytest.param(
            ["Sales Managers"], {"accounts.delete": "2020-01-01"}, "accounts.delete", True, id="over, but by a group"
        ),
        pytest.param(["Gone"], {}, "accounts.read", False, id="a group that is no more"),
        pytest.param(list(SECURITY_GROUPS), {}, "nothing.read", False, id="no such right"),
    ],
)
def test_rights(groups: list[str], rights: dict[str, str | None], right: str, *, held: bool) -> None:
    person = DEFAULT_GROUPS.grant(Person(1, "Jane", "jane@orbital.example", tuple(groups), rights))
    assert person.has_right(right, SIGNED_AT) is held


def test_groups_give_known_rights() -> None:
    assert all(rights <= PERMISSIONS for rights in SECURITY_GROUPS.values())
    assert {"profiles.manage", "logs.read", "structure.manage"} <= SECURITY_GROUPS["Operators"]
    assert not {"articles.publish", "articles.delete"} & SECURITY_GROUPS["Editors"]
    assert SECURITY_GROUPS["Editors"] < SECURITY_GROUPS["Publishers"]
    assert SECURITY_GROUPS["Sales"] < SECURITY_GROUPS["Sales Managers"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"groups": ("Sales Managers",)}, id="groups"),
        pytest.param({"rights": {"contacts.consent": "2027-01-01"}}, id="rights"),
        pytest.param({"name": "Jane Smith"}, id="name"),
    ],
)
def test_a_change_reaches_every_live_session(world: World, change: dict[str, Any]) -> None:
    profile = world.profile()
    issued = [world.login(profile) for _ in range(5)]
    changed = world.people.change(7, **change)
    assert {name: getattr(changed, name) for name in change} == change
    assert all(world.sessions.resolve_token(login.access_token)[1] == changed for login in issued)
    assert world.people.get(7) == changed


def test_disabled_and_enabled(world: World) -> None:
    token = world.login(world.profile()).access_token
    world.people.disable(7)
    with pytest.raises(PersonInactive):
        world.sessions.resolve_token(token)
    with pytest.raises(PersonInactive):
        world.sessions.create_session(7, "any")
    world.people.enable(7)
    assert world.sessions.resolve_token(token)[1].active


def test_no_login_slips_by_a_change(world: World) -> None:
    """Logins run while the person is disabled; afterwards no session of the person is valid."""
    profile = world.profile()
    world.person(7)
    for _ in range(20):
        world.people.enable(7)
        with ThreadPoolExecutor(8) as pool:
            logins = [pool.submit(world.sessions.create_session, 7, profile.key) for _ in range(6)]
            pool.submit(world.people.disable, 7).result()
        for login in logins:
            with pytest.raises(PersonInactive):
                world.sessions.resolve_token(login.result().access_token)
        world.clock.move(hours=1)


def test_changes_at_the_same_time_all_count(world: World) -> None:
    world.login(world.profile())
    rights = ["accounts.delete", "contacts.consent", "logs.read", "tasks.all"]

    def change(number: int) -> None:
        if number % 2:
            world.people.change(7, name=f"Jane {number}")
        else:
            world.people.change(7, rights=dict.fromkeys(rights))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(8)))
    person, row = world.people.get(7), world.db.get(GATE, row_keys.person_key(7))
    assert person is not None
    assert row is not None
    assert set(person.rights) == set(rights)
    assert person.name.startswith("Jane ")
    assert row["version"] == 9
