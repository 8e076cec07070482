"""Security groups that operators change: a right that a group gains or loses is obeyed on the next call and the next page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp import wiring
from affino_mcp.admin.group_keeper import GroupKeeper
from affino_mcp.admin.structure_desk import list_places_naming
from affino_mcp.gate.identity.permissions import PERMISSIONS, SECURITY_GROUPS
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.people.group_changes import MAX_GROUPS
from affino_mcp.instance.builtin.website.website_records import upsert_section
from affino_mcp.instance.port import NoCallLog
from affino_mcp.store.testing.recording import RecordingDatabase
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, ToolError
from tests.clock import START
from tests.flow.operator_writes import OvertakenDatabase, SealedLog
from tests.unit.control_edge.desk import OperatorBrowser
from tests.world import World, WorldClient

KIND = "security_groups"
SALES, OPERATORS = 5 - 1, 8
Fields = dict[str, Any]


def keeper(world: World, acting: int | None = None, database: RecordingDatabase | None = None) -> GroupKeeper:
    return GroupKeeper(
        database or world.watched,
        world.settings,
        world.clock,
        lambda group: list_places_naming(
            wiring.build_operator_ports(world.stores, world.settings).structure_keeper, group
        ),
        acting,
    )


def change(world: World, code: int | None, **values: Any) -> int:
    return keeper(world).save(KIND, code, values, world.clock(), NoCallLog()).code


def without(group: str, *rights: str) -> list[str]:
    return sorted(SECURITY_GROUPS[group] - {*rights})


def test_the_default_groups_have_their_codes(world: World) -> None:
    items = keeper(world).list_items(KIND)
    assert [(item.code, item.values["Name"]) for item in items] == [*enumerate(SECURITY_GROUPS, 1)]
    assert all(set(item.values["Rights"]) == SECURITY_GROUPS[item.values["Name"]] for item in items)


def test_a_changed_right_is_obeyed_on_the_next_call(world: World, seller: WorldClient) -> None:
    assert seller.call_tool("list_accounts").status == 200
    change(world, SALES, Rights=without("Sales", "accounts.read"))
    refused = seller.call_tool("list_accounts").error
    assert refused["type"] == "permission_denied"
    assert (world.audit_rows()[-1]["method"], world.audit_rows()[-1]["outcome"]) == ("list_accounts", "error")
    change(world, SALES, Rights=[*SECURITY_GROUPS["Sales"], "accounts.delete"])
    code = seller.call_tool("create_account", Name="Orbital").result["Account"]["AccountCode"]
    assert seller.call_tool("delete_account", AccountCode=code, Confirm=True).status == 200


def test_a_new_group_gives_its_rights_to_whom_it_is_given(world: World, seller: WorldClient) -> None:
    code = change(world, None, Name="Auditors", Rights=["accounts.delete"])
    assert code == len(SECURITY_GROUPS) + 1
    person = world.people.list_people()[0]
    world.people.change(person.user_code, groups=["Auditors"])
    assert seller.call_tool("list_accounts").error["type"] == "permission_denied"
    assert world.people.get(person.user_code)
    found = world.sessions.resolve_token(seller.headers["Authorization"].removeprefix("Bearer "))[1]
    assert found.has_right("accounts.delete", world.clock())


def test_a_group_that_is_gone_gives_nothing(world: World, seller: WorldClient) -> None:
    """Somebody may be given the group while it is removed: the name stays, and stays without effect."""
    code = change(world, None, Name="Auditors", Rights=["accounts.delete"])
    keeper(world).remove(KIND, code, world.clock(), NoCallLog())
    person = world.people.list_people()[0]
    with pytest.raises(InvalidArgument):
        world.people.change(person.user_code, groups=["Auditors"])
    change(world, SALES, Rights=[])
    assert seller.call_tool("list_accounts").error["type"] == "permission_denied"


def test_the_groups_row_that_cannot_be_read_refuses_the_call(world: World, seller: WorldClient) -> None:
    change(world, SALES, Rights=[])
    assert seller.call_tool("list_accounts").error["type"] == "permission_denied"
    world.watched.broken = {("get_many", world.settings.gate_table)}
    assert seller.call_tool("list_accounts").status == 503
    world.watched.broken = set()
    assert seller.call_tool("list_accounts").error["type"] == "permission_denied"


def test_the_control_centre_obeys_on_the_next_page() -> None:
    desk = OperatorBrowser().operator()
    desk.person("Edith", "Moreau", "Editors", "Operators")
    assert desk.get("/people").status_code == 200
    change(desk.world, 1, Rights=["control.access", "profiles.manage", "structure.manage"])
    world = desk.world
    world.people.change(world.people.list_people()[1].user_code, groups=["Registered User"])
    change(world, OPERATORS, Rights=["control.access"])
    assert desk.get("/people").status_code == 403
    change(world, OPERATORS, Rights=[])
    assert desk.get("/logs").status_code == 403
    desk.browser.cookies.clear()
    assert desk.sign_in("olivia.park@affino.example").status_code == 403


def test_the_person_page_offers_the_groups_as_they_are() -> None:
    desk = OperatorBrowser().operator()
    edith = desk.person("Edith", "Moreau", "Editors")
    change(desk.world, None, Name="Auditors", Rights=["logs.read"])
    page = desk.get(f"/people/{edith}")
    assert "Auditors" in page.text
    assert desk.send(f"/people/{edith}/groups", page, group=["Auditors"]).status_code == 303
    assert "group Auditors" in desk.get(f"/people/{edith}").text


REFUSED: dict[str, tuple[int | None, Fields, type[ToolError]]] = {
    "no name": (None, {"Rights": []}, InvalidArgument),
    "a name of nothing": (None, {"Name": "\u200b"}, InvalidArgument),
    "a name too long": (None, {"Name": "x" * 101}, InvalidArgument),
    "a name with a comma": (None, {"Name": "a, b"}, InvalidArgument),
    "everybody": (None, {"Name": "everybody"}, InvalidArgument),
    "a name that is taken": (None, {"Name": "EDITORS"}, Conflict),
    "an unknown right": (None, {"Name": "New", "Rights": ["accounts.fly"]}, InvalidArgument),
    "another name": (4, {"Name": "Vendors"}, InvalidArgument),
    "no such group": (99, {"Rights": []}, NotFound),
    "a field that it has not": (4, {"Colour": "red"}, InvalidArgument),
    "the last operators": (OPERATORS, {"Rights": ["profiles.manage", "control.access"]}, Conflict),
    "the last access": (OPERATORS, {"Rights": ["profiles.manage", "structure.manage"]}, Conflict),
}


@pytest.mark.parametrize(("code", "values", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(
    world: World, code: int | None, values: Fields, error: type[ToolError]
) -> None:
    world.create_person("Olivia", "Park", "Operators")
    with pytest.raises(error):
        keeper(world).plan_save(KIND, code, values)
    with pytest.raises(error):
        keeper(world).save(KIND, code, values, START, NoCallLog())
    assert read_security_groups(world.database, world.settings.gate_table).version == 0


def test_a_group_in_use_is_not_removed(world: World) -> None:
    code = change(world, None, Name="Auditors", Rights=["logs.read"])
    ann = world.create_person("Ann", "Agent", "Auditors")
    with pytest.raises(Conflict, match="1 person is in this group"):
        keeper(world).plan_remove(KIND, code)
    world.people.change(ann, groups=[])
    upsert_section(world.records, "News", world.clock(), read=("Auditors",), write=(), publish=())
    with pytest.raises(Conflict, match="section News"):
        keeper(world).remove(KIND, code, world.clock(), NoCallLog())
    upsert_section(world.records, "News", world.clock(), read=(), write=(), publish=())
    keeper(world).remove(KIND, code, world.clock(), NoCallLog())
    assert code not in {item.code for item in keeper(world).list_items(KIND)}
    assert change(world, None, Name="Auditors", Rights=[]) == code + 1


def test_nobody_takes_their_own_rights(world: World) -> None:
    olivia, _ = world.create_person("Olivia", "Park", "Operators"), world.create_person("Other", "One", "Editors")
    change(world, 2, Rights=["control.access", "profiles.manage", "structure.manage"])
    with pytest.raises(Conflict, match="from yourself"):
        keeper(world, olivia).plan_save(KIND, OPERATORS, {"Rights": ["control.access"]})
    assert keeper(world).plan_save(KIND, OPERATORS, {"Rights": ["control.access"]}).after == {
        "Rights": ["control.access"]
    }


def test_what_follows_is_said_first(world: World) -> None:
    world.create_person("Sal", "Seller", "Sales")
    plan = keeper(world).plan_save(KIND, SALES, {"Rights": [*without("Sales", "notes.read"), "notes.delete"]})
    assert list(plan.consequences) == [
        "From the next call on, its members have notes.delete (1 person).",
        "From the next call on, its members no longer have notes.read by this group (1 person).",
    ]


def test_groups_are_bounded(world: World) -> None:
    for number in range(MAX_GROUPS - len(SECURITY_GROUPS)):
        change(world, None, Name=f"Group {number}", Rights=[])
    with pytest.raises(Conflict):
        change(world, None, Name="One more", Rights=[])


def test_a_change_and_its_row_are_one_transaction(world: World) -> None:
    log = SealedLog("change_security_group")
    keeper(world).save(KIND, 6, {"Rights": ["logs.read"]}, START, log)
    assert [method for method, _ in world.watched.calls] == ["get", "query", "transact"]
    (found,) = log.sealed[0].changes
    assert (found.record, found.kind, found.after) == ("security_groups#6", "changed", {"Rights": ["logs.read"]})
    assert set(found.before["Rights"]) == SECURITY_GROUPS["Legal"]
    assert [row["method"] for row in world.database.list_rows(world.settings.audit_table)] == ["change_security_group"]
    keeper(world).save(KIND, 6, {"Rights": ["logs.read"]}, START, log)
    assert len(log.sealed) == 1


def test_two_operators_lose_nothing(world: World) -> None:
    database = OvertakenDatabase(world.database)
    database.meet = lambda: change(world, None, Name="Second", Rights=[])
    keeper(world, None, database).save(KIND, None, {"Name": "First"}, START, NoCallLog())
    assert [item.values["Name"] for item in keeper(world).list_items(KIND)][-2:] == ["Second", "First"]


@given(rights=st.sets(st.sampled_from(sorted(PERMISSIONS)), max_size=6), right=st.sampled_from(sorted(PERMISSIONS)))
@settings(deadline=None, max_examples=60)
def test_a_member_has_exactly_the_rights_of_the_group(rights: set[str], right: str) -> None:
    world = World()
    change(world, None, Name="Auditors", Rights=sorted(rights))
    ann = world.create_person("Ann", "Agent", "Auditors")
    token = world.sessions.create_session(ann, "key").access_token
    person = world.sessions.resolve_token(token)[1]
    assert person.has_right(right, world.clock()) is (right in rights)
    assert person.to_json()["groups"] == ["Auditors"]
