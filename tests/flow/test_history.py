"""A record's history, the person's own changes and undo, as agents see them."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.families.lists import LIST_RECORDS
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.crm import account, codes, contact
from tests.flow.website import Website
from tests.world import World, WorldClient

READ, BOTH = frozenset({Access.READ}), frozenset(Access)


def history(client: WorldClient, family: str, code: int, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.call_tool("list_record_history", Family=family, Code=code, **more).result[
        "Items"
    ]
    return found


def again(world: World, handler: LambdaHandler, client: WorldClient, families: FamilyAccess) -> WorldClient:
    """The same person through another profile."""
    token = client.headers["Authorization"]
    other = world.profiles.create(f"narrow {families}"[:90], families, 6000)
    return (
        WorldClient(world, handler, {**client.headers, "X-API-Key": other.key, "X-API-Secret": other.secret})
        if token
        else client
    )


def test_every_kind_of_record_has_a_history_and_follows_its_own_family() -> None:
    shown = {
        m.record.family: m.family for m in METHODS.values() if m.record and m.record.code in _names(m.all_arguments)
    }
    assert {kind: family for kind, family in shown.items() if kind in HISTORY_FAMILIES} == {
        k: v for k, v in HISTORY_FAMILIES.items() if k in shown
    }
    operators = {"sections", "securities", "article_types", "article_categories", "media_categories", *LIST_RECORDS}
    assert set(HISTORY_FAMILIES) == set(RECORDS) - operators


def _names(fields: tuple[Any, ...]) -> set[str]:
    return {field.name for field in fields}


def test_history_says_who_when_and_what(world: World, manager: WorldClient, seller: WorldClient) -> None:
    code = account(manager)
    world.clock.move(minutes=5)
    assert seller.call_tool("update_account", AccountCode=code, City="London").result
    latest, first = history(manager, "accounts", code)
    assert (latest["Version"], latest["By"]["Name"], latest["Tool"]) == (2, "Sal Seller", "update_account")
    assert latest["Date"] == "2026-11-23T09:05:00.000000Z"
    assert latest["Changes"] == [{"Attribute": "City", "Before": None, "After": "London"}]
    assert (first["Kind"], first["By"]["Name"]) == ("created", "Sam Manager")


def test_pages_of_history_and_of_my_changes(world: World, manager: WorldClient, seller: WorldClient) -> None:
    code = account(manager)
    for place in range(6):
        world.clock.move(seconds=1)
        assert (
            (manager if place % 2 else seller)
            .call_tool("update_account", AccountCode=code, City=f"City {place}")
            .result
        )
    seen, cursor = list[int](), dict[str, str]()
    while True:
        answer = manager.call_tool("list_record_history", Family="accounts", Code=code, PageSize=3, **cursor).result
        seen += [item["Version"] for item in answer["Items"]]
        if not answer["NextCursor"]:
            break
        cursor = {"Cursor": answer["NextCursor"]}
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    mine = [item["Records"][0] for item in seller.call_tool("list_my_changes").result["Items"]]
    assert [record["Version"] for record in mine] == [6, 4, 2]
    assert {record["Name"] for record in mine} == {"Orbital Labs"}


@pytest.mark.parametrize(
    ("families", "tool", "rule"),
    [
        ({Family.NOTES: BOTH}, "list_record_history", "accounts.read"),
        ({Family.NOTES: BOTH, Family.ACCOUNTS: READ}, "undo_change", "accounts.write"),
        ({Family.NOTES: BOTH}, "undo_change", "accounts.read"),
    ],
    ids=["history", "undo of what may be read", "undo of what is off"],
)
def test_the_switch_of_the_records_own_family_counts(
    world: World, handler: LambdaHandler, manager: WorldClient, families: FamilyAccess, tool: str, rule: str
) -> None:
    code = account(manager)
    narrow = again(world, handler, manager, families)
    error = narrow.call_tool(
        tool, Family="accounts", Code=code, **({"Version": 1} if tool == "undo_change" else {})
    ).error
    assert (error["type"], error["details"]["rule"]) == ("tool_disabled", rule)


def test_my_changes_leave_out_what_the_profile_may_not_read(
    world: World, handler: LambdaHandler, manager: WorldClient
) -> None:
    jane, code = contact(manager, "Jane"), account(manager)
    assert manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=code).result
    narrow = again(world, handler, manager, {Family.CONTACTS: READ})
    items = narrow.call_tool("list_my_changes").result["Items"]
    assert {record["Family"] for item in items for record in item["Records"]} == {"contacts"}
    seen = narrow.call_tool("list_record_history", Family="contacts", Code=jane).result
    assert seen["Items"][0]["Changes"] == []
    assert codes(seen["Warnings"]) == ["NOT_SHOWN"]
    assert f"accounts#{code}" not in str(seen)


@pytest.mark.parametrize(
    ("families", "shown"),
    [
        ({}, set()),
        ({Family.NOTES: READ}, {"list_record_history", "list_my_changes"}),
        ({Family.NOTES: BOTH}, {"list_record_history", "list_my_changes", "undo_change"}),
    ],
    ids=["nothing", "read", "write"],
)
def test_the_tools_are_listed_with_any_family(
    world: World, handler: LambdaHandler, manager: WorldClient, families: FamilyAccess, shown: set[str]
) -> None:
    listed = set(again(world, handler, manager, families).list_tool_names())
    assert listed & {"list_record_history", "list_my_changes", "undo_change"} == shown


def test_a_record_that_may_not_be_seen_has_no_history(world: World, handler: LambdaHandler, profile: Profile) -> None:
    site = Website(world, handler, profile)
    hidden = site.article(standardSectionCode=site.board)["StandardItemCode"]
    draft = site.article()["StandardItemCode"]
    nothing = site.editor.call_tool("list_record_history", Family="articles", Code=9999).error
    for client, code in ((site.editor, hidden), (site.reader, hidden), (site.reader, draft)):
        assert client.call_tool("list_record_history", Family="articles", Code=code).error == nothing
        assert client.call_tool("list_my_changes").result["Items"] == []
    assert len(history(site.publisher, "articles", hidden)) == 1
    assert len(history(site.editor, "articles", draft)) == 1


def test_what_was_written_in_a_closed_section_stays_there(
    world: World, handler: LambdaHandler, profile: Profile
) -> None:
    site = Website(world, handler, profile)
    code = site.article(standardSectionCode=site.board, Teaser="Top secret")["StandardItemCode"]
    moved = {"standardSectionCode": site.marketing, "Teaser": "Nice"}
    assert site.publisher.call_tool("update_article", StandardItemCode=code, **moved).result
    assert site.publisher.call_tool("update_article", StandardItemCode=code, Title="News").result
    assert [item["Version"] for item in history(site.publisher, "articles", code)] == [3, 2, 1]
    assert [item["Version"] for item in history(site.editor, "articles", code)] == [3]
    assert "Top secret" not in str(site.editor.call_tool("list_record_history", Family="articles", Code=code).document)
    assert site.editor.call_tool("undo_change", Family="articles", Code=code, Version=2).error["type"] == "not_found"


def test_a_long_history_is_cut_with_where_to_go_on(manager: WorldClient) -> None:
    code = account(manager)
    for place in range(24):
        assert manager.call_tool("update_account", AccountCode=code, Description=str(place % 10) * 8000).result
    answer = manager.call_tool("list_record_history", Family="accounts", Code=code, PageSize=100).result
    assert codes(answer["Warnings"]) == ["TRUNCATED"]
    seen = [item["Version"] for item in answer["Items"]]
    rest = history(manager, "accounts", code, PageSize=100, Cursor=answer["NextCursor"])
    assert [*seen, *(item["Version"] for item in rest)][: len(seen) + 1] == list(range(25, 24 - len(seen), -1))
