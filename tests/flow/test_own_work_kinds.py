"""Changes of every kind of record are undone at the Hub, by a function that asks for what its role allows alone."""

from __future__ import annotations

import pytest

from tests.flow.deleted_stock import DELETING, DeletedStock
from tests.flow.hub_visitor import PASSWORD, HubVisitor, checked_changes, links_to
from tests.flow.test_restored_kinds import CHANGES
from tests.unit.control_edge.desk import text_of

ADA = "ada.agent@affino.example"


def enter(stock: DeletedStock) -> HubVisitor:
    """Ada's browser, logged in."""
    visitor = HubVisitor(stock.world)
    visitor.set_password(stock.ada, PASSWORD)
    visitor.log_in(ADA)
    return visitor


def undo_newest(visitor: HubVisitor) -> str:
    """Undoes the newest change that can be undone; gives what the page says."""
    change = links_to(visitor.get("/hub/work"), "/undo")[0]
    return text_of(visitor.send(change))


@pytest.mark.parametrize("tool", DELETING)
def test_what_was_deleted_comes_back(stock: DeletedStock, tool: str) -> None:
    ref = stock.delete(tool)
    assert "It is undone." in undo_newest(enter(stock))
    assert stock.is_there(ref)


@pytest.mark.parametrize("tool", CHANGES)
def test_what_was_changed_is_as_before(stock: DeletedStock, tool: str) -> None:
    given = {name: stock.codes.get(str(value), value) for name, value in CHANGES[tool].items()}
    assert stock.agent.call_tool(tool, **given).result
    assert "It is undone." in undo_newest(enter(stock))


_LEFT = {"article": "Steps", "item": "media_files#1", "other file": "media_files#1"}
"""What undo leaves as it is, because it has changed since: an article that had steps, an item that had files."""


def test_all_that_was_made_is_undone_newest_first_and_the_rest_says_why(stock: DeletedStock) -> None:
    """The agent has made a record of every kind in one session: each undo clears the way for that of an older one."""
    visitor = enter(stock)
    session = links_to(visitor.get("/hub/work"), "/session")[0]
    asked = visitor.get(session)
    done = visitor.send(session, asked, change=checked_changes(asked))
    assert [name for name, ref in stock.made.items() if stock.is_there(ref) and name not in _LEFT] == []
    again = text_of(visitor.get(session))
    assert "Changed again since: Steps" in again
    assert "Changes of forums cannot be undone." in text_of(asked)
    rows = [row["outcome"] for row in stock.world.audit_rows() if row["method"] == "take_back_change"]
    assert done.text.count('badge good">undone<') == rows.count("ok")
    assert done.text.count('badge bad">not undone<') == rows.count("error")
