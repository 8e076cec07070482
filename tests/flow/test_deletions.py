"""Deletions say what hangs on the record; what is about it keeps its name."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.office import Office, staffed
from tests.world import World, WorldClient


@pytest.fixture
def office(world: World, handler: LambdaHandler) -> Office:
    return staffed(world, handler, world.create_profile())


ABOUT = [
    ("create_task", {"Title": "Open"}),
    ("create_task", {"Title": "Done"}),
    ("create_note", {"Body": "Note"}),
]
# what is deleted: the call, what is put on it before, and what the answer says
DELETIONS: dict[str, tuple[str, dict[str, Any], list[tuple[str, dict[str, Any]]], dict[str, int]]] = {
    "a contact": (
        "delete_contact",
        {"UserCode": "$jane"},
        [
            *((tool, {**more, "UserCode": "$jane"}) for tool, more in ABOUT),
            ("add_contact_list_members", {"ContactListCode": "$list", "UserCodes": ["$jane"]}),
            ("add_opportunity_contact", {"OpportunityCode": "$deal", "UserCode": "$jane"}),
        ],
        {"contact_lists": 1, "notes": 1, "open_tasks": 1, "opportunities": 1, "tasks": 2},
    ),
    "an account": (
        "delete_account",
        {"AccountCode": "$account"},
        [
            ("link_contact_to_account", {"UserCode": "$jane", "AccountCode": "$account"}),
            ("update_opportunity", {"OpportunityCode": "$deal", "Stage": "Closed"}),
            ("update_task", {"AppUserTaskCode": "$task", "Status": "completed"}),
        ],
        {"contacts": 1, "notes": 1, "opportunities": 1, "tasks": 1},
    ),
    "an opportunity": (
        "delete_opportunity",
        {"OpportunityCode": "$deal"},
        [(tool, {**more, "OpportunityCode": "$deal"}) for tool, more in ABOUT],
        {"notes": 1, "open_tasks": 1, "tasks": 2},
    ),
    "a contact list": (
        "delete_contact_list",
        {"ContactListCode": "$list"},
        [("add_contact_list_members", {"ContactListCode": "$list", "UserCodes": ["$jane", "$una"]})],
        {"contacts": 2},
    ),
    "an article": (
        "delete_article",
        {"StandardItemCode": "$article"},
        [("attach_article_media", {"StandardItemCode": "$article", "MediaFileItemCode": "$item"})],
        {"article_comments": 1, "article_media": 1, "article_steps": 1},
    ),
    "a media item": (
        "delete_media_item",
        {"MediaFileItemCode": "$item", "Force": True},
        [("attach_article_media", {"StandardItemCode": "$article", "MediaFileItemCode": "$item"})],
        {"article_media": 1},
    ),
    "a thread": (
        "delete_forum_thread",
        {"ForumThreadCode": "$thread"},
        [("create_forum_post", {"ForumThreadCode": "$thread", "Body": "Reply"})],
        {"forum_posts": 2},
    ),
}


@pytest.mark.parametrize(("tool", "which", "before", "hanging"), DELETIONS.values(), ids=DELETIONS)
def test_a_deletion_says_what_hangs_on_the_record(
    office: Office,
    tool: str,
    which: dict[str, Any],
    before: list[tuple[str, dict[str, Any]]],
    hanging: dict[str, int],
) -> None:
    made = [(name, office.call(name, arguments)) for name, arguments in before]
    done = [answer["Task"]["AppUserTaskCode"] for name, answer in made if name == "create_task"]
    for code in done[1:]:
        office.call("update_task", {"AppUserTaskCode": code, "Status": "completed"})
    rehearsed = office.call(tool, {**which, "DryRun": True})
    assert (rehearsed["Hanging"], rehearsed["DryRun"]) == (hanging, True)
    deleted = office.call(tool, which)
    assert (deleted["Hanging"], deleted["Deleted"]) == (hanging, True)


@pytest.mark.parametrize("tool", ["delete_contact", "delete_account", "delete_opportunity", "delete_contact_list"])
def test_nothing_hangs_on_a_lonely_record(manager: WorldClient, tool: str) -> None:
    at = crm.account(manager)
    jane = crm.contact(manager, "Jane")
    made = manager.call_tool("create_contact_list", Title="L").result["ContactList"]["ContactListCode"]
    which = {"UserCode": jane, "AccountCode": at, "ContactListCode": made}
    if tool == "delete_opportunity":
        which["OpportunityCode"] = crm.opportunity(manager, at)
    (argument,) = (field.name for field in METHODS[tool].arguments)
    assert manager.call_tool(tool, **{argument: which[argument]}).result["Hanging"] == {}


def test_what_may_not_be_read_is_not_counted(world: World, manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    manager.call_tool("create_note", UserCode=jane, Body="Secret")
    families: FamilyAccess = {f: frozenset(Access) for f in SWITCHED_FAMILIES if f is not Family.NOTES}
    client = WorldClient(world, manager.handler, world.log_in(world.create_profile("no notes", families), 1))
    answer = client.call_tool("delete_contact", UserCode=jane, DryRun=True).result
    assert answer["Hanging"] == {}
    assert ("NOT_SHOWN", "Hanging") in [(told["Code"], told["Argument"]) for told in answer["Warnings"]]


@pytest.mark.parametrize("about", ["UserCode", "AccountCode", "OpportunityCode"])
def test_what_is_about_a_deleted_record_keeps_its_name(manager: WorldClient, about: str) -> None:
    at, jane = crm.account(manager), crm.contact(manager, "Jane")
    code = {"UserCode": jane, "AccountCode": at, "OpportunityCode": 0}[about] or crm.opportunity(manager, at)
    task = manager.call_tool("create_task", Title="Call", **{about: code}).result["Task"]
    note = manager.call_tool("create_note", Body="Called", **{about: code}).result["Note"]
    tool = {"UserCode": "delete_contact", "AccountCode": "delete_account", "OpportunityCode": "delete_opportunity"}[
        about
    ]
    assert manager.call_tool(tool, **{about: code}).result["Deleted"] is True
    gone = task["Scope"] | {"Deleted": True}
    seen = [
        manager.call_tool("get_task", AppUserTaskCode=task["AppUserTaskCode"]).result["Task"],
        manager.call_tool("update_task", AppUserTaskCode=task["AppUserTaskCode"], Title="Ring").result["Task"],
        *manager.call_tool("list_tasks").result["Items"],
        *manager.call_tool("list_tasks", **{about: code}).result["Items"],
        manager.call_tool("get_note", NoteCode=note["NoteCode"]).result["Note"],
        *manager.call_tool("list_notes").result["Items"],
    ]
    assert [each["Scope"] for each in seen] == [gone] * 6
    assert task["Scope"]["Name"]
