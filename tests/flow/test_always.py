"""Tools for every valid session: the current user, and the topics."""

from __future__ import annotations

import json

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from tests.world import World, WorldClient

TOPICLESS = (Family.TASKS, Family.NOTES, Family.FORUMS)


def client(world: World, near: WorldClient, family: str, access: Access) -> WorldClient:
    """A person without any rights behind a profile with one switch on."""
    person = world.people.create(77, "Len", f"{family}.{access}@affino.example").user_code
    profile = world.create_profile(f"{family} {access}", {family: frozenset([access])})
    return WorldClient(world, near.handler, world.log_in(profile, person))


def test_who_am_i(world: World, manager: WorldClient) -> None:
    found = manager.call_tool("get_current_user").result
    assert (found["Name"], found["Email"], found["ApiProfile"]) == ("Sam Manager", "sam.manager@affino.example", "all")
    crm = ("account_lists", "accounts", "contact_lists", "contacts", "notes", "opportunities", "tasks")
    assert found["Families"] == {family: ["read", "write"] for family in crm}
    assert found["NotAllowed"] == {family: ["read", "write"] for family in ("articles", "forums", "media_items")}
    assert {"accounts.read", "accounts.delete", "contacts.consent"} <= {*found["Rights"]}
    assert not {right for right in found["Rights"] if right.startswith(("articles", "control", "profiles"))}
    day = (found["TimeZone"], found["Today"], found["Weekday"], found["Staff"])
    assert day == ("UTC", "2026-11-23", "Monday", True)
    assert (found["SessionExpires"], found["RateLimit"], found["Warnings"]) == ("2026-11-23T10:00:00.000000Z", 6000, [])
    told = json.dumps(found)
    assert not [
        secret for secret in manager.headers.values() if secret in told or secret.removeprefix("Bearer ") in told
    ]


@pytest.mark.parametrize("access", list(Access))
@pytest.mark.parametrize("family", SWITCHED_FAMILIES)
def test_topics_are_for_those_who_read_what_carries_them(
    world: World, manager: WorldClient, family: str, access: Access
) -> None:
    asking = client(world, manager, family, access)
    shown = access is Access.READ and family not in TOPICLESS
    assert ("list_topics" in asking.list_tool_names()) is shown
    answer = asking.call_tool("list_topics")
    assert answer.result["TotalRecords"] == 12 if shown else answer.error["type"] == "tool_disabled"
    me = asking.call_tool("get_current_user").result
    assert (me["Families"], me["Rights"], me["NotAllowed"]) == ({}, [], {family: [access]})


def test_whose_data_is_asked_for_is_not_passed_over(manager: WorldClient) -> None:
    error = manager.call_tool("get_current_user", UserCode=4711, Secret="x").error
    assert (error["code"], error["details"]["argument"]) == (-10, "UserCode")


def test_a_person_who_is_no_staff(world: World, manager: WorldClient) -> None:
    asking = client(world, manager, "tasks", Access.READ)
    assert asking.call_tool("get_current_user").result["Staff"] is False
