"""Cursors are valid only for the person, the profile and the query that they were issued for."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow import crm
from tests.security.figures import Figures
from tests.world import World, WorldClient

ASKED: dict[str, Any] = {"SortBy": "Name", "IndustryCode": 1, "PageSize": 1}


@pytest.fixture
def cursor(manager: WorldClient) -> str:
    for name in ("Orbital", "Lunar", "Solar"):
        crm.account(manager, name, IndustryCode=1)
    given_: str = manager.call_tool("list_accounts", **ASKED).result["NextCursor"]
    return given_


def is_refused(client: WorldClient, tool: str = "list_accounts", **asked: Any) -> bool:
    error = client.call_tool(tool, **asked).error
    return (error["type"], error["details"]["argument"]) == ("validation_error", "Cursor")


def test_it_goes_on_with_any_page_size(manager: WorldClient, cursor: str) -> None:
    rest = manager.call_tool("list_accounts", **{**ASKED, "PageSize": 100}, Cursor=cursor).result
    assert [row["Name"] for row in rest["Items"]] == ["Orbital", "Solar"]
    spelt = {"sort_by": "NAME", "industry_code": "1", "page_size": 1}
    assert manager.call_tool("list_accounts", **spelt, Cursor=cursor).result["Items"][0]["Name"] == "Orbital"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"SortBy": "Code"},
        {"SortOrder": "desc"},
        {"IndustryCode": 2},
        {"Mine": True},
        {"Search": "o"},
        {"StartCode": 1},
    ],
    ids=str,
)
def test_not_in_another_query(manager: WorldClient, cursor: str, query: dict[str, Any]) -> None:
    asked = {**ASKED, **query} if query else {"PageSize": 1}
    assert is_refused(manager, **asked, Cursor=cursor)


OTHER_LISTS = ("list_contacts", "list_tasks", "list_notes", "list_topics")


def test_not_in_another_list(manager: WorldClient, figures: Figures) -> None:
    for n in range(2):
        crm.account(manager, f"A{n}")
        crm.contact(manager, f"C{n}")
    given_ = manager.call_tool("list_accounts", PageSize=1).result["NextCursor"]
    for tool in OTHER_LISTS:
        assert is_refused(manager, tool, PageSize=1, Cursor=given_), tool
    figures.record("foreign cursors", tried=len(OTHER_LISTS))


def test_not_for_another_person_or_profile(
    world: World, manager: WorldClient, seller: WorldClient, cursor: str
) -> None:
    assert is_refused(seller, **ASKED, Cursor=cursor)
    sam = manager.call_tool("get_current_user").result["UserCode"]
    elsewhere = WorldClient(world, manager.handler, world.log_in(world.create_profile("another"), sam))
    assert is_refused(elsewhere, **ASKED, Cursor=cursor)
    assert manager.call_tool("list_accounts", **ASKED, Cursor=cursor).result


FORGED = [
    "x",
    "null",
    "{}",
    "AAAA",
    "=",
    "é",
    "../..",
    "A" * 500,
    base64.urlsafe_b64encode(b'{"pk":"F#contacts#all"}').decode(),
]


@pytest.mark.parametrize("forged", FORGED)
def test_forged_cursors(manager: WorldClient, forged: str, figures: Figures) -> None:
    assert is_refused(manager, **ASKED, Cursor=forged)
    figures.record("forged cursors", tried=1, of=len(FORGED))


def test_an_empty_cursor_is_the_beginning(manager: WorldClient, cursor: str) -> None:
    assert manager.call_tool("list_accounts", **ASKED, Cursor="").result["Items"][0]["Name"] == "Lunar"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_edited_cursors(world: World, manager: WorldClient, cursor: str, data: st.DataObject) -> None:
    world.clock.move(seconds=0.05)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc019-_=+/ !"))
    edited = data.draw(
        st.sampled_from(
            [cursor[:place] + letter + cursor[place + 1 :], cursor[:place] + letter + cursor[place:], cursor[:place]]
        )
    )
    if edited.strip() not in (cursor, ""):
        assert is_refused(manager, **ASKED, Cursor=edited)


def test_a_cursor_tells_nothing(manager: WorldClient, cursor: str) -> None:
    raw = base64.urlsafe_b64decode(cursor + "==")
    assert b"lunar" not in raw.lower()
    assert b"accounts" not in raw
