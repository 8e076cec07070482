"""What the Control Centre asks of the records table while it restores and takes back is what its role allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from affino_mcp.self_check.rights import TableRight
from affino_mcp.store.ops import Check, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, write_key
from affino_mcp.store.testing.recording import RecordingDatabase
from scripts.expand import Template
from tests.flow.deleted_stock import DELETING, DeletedStock
from tests.flow.test_restore_in_browser import Desk
from tests.packaging.test_self_check import covers, table_grants

OPERATIONS = {Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem", Check: "ConditionCheckItem"}


class Guarded(RecordingDatabase):
    """A database that notes what the role does not allow on the records table."""

    def __init__(self, inner: Any, template: Template, table: str) -> None:
        super().__init__(inner)
        self.own, self.grants, self.refused = table, list(table_grants(template, "ControlCentre")), set[TableRight]()

    def note(self, operation: str, table: str, pk: str, index: str | None = None) -> None:
        right = TableRight("records_table", operation, pk, index)
        if table == self.own and not any(covers(grant, right) for grant in self.grants):
            self.refused.add(right)

    def get(self, table: str, key: Key) -> Item | None:
        self.note("GetItem", table, key.pk)
        return super().get(table, key)

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        for key in keys:
            self.note("BatchGetItem", table, key.pk)
        return super().get_many(table, keys)

    def query(self, op: Query) -> QueryPage:
        self.note("Query", op.table, op.partition, op.index)
        return super().query(op)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        for op in ops:
            self.note(OPERATIONS[type(op)], op.table, write_key(op).pk)
        super().transact(ops, token)


def guard(stock: DeletedStock, template: Template) -> Guarded:
    found = Guarded(stock.world.database, template, stock.world.settings.records_table)
    stock.world.watched.inner = found
    return found


@pytest.mark.parametrize("tool", DELETING)
def test_a_restore_and_a_take_back_ask_for_nothing_else(template: Template, stock: DeletedStock, tool: str) -> None:
    ref, desk = stock.delete(tool), Desk(stock)
    desk.enters(stock.olivia, "olivia.park")
    watched = guard(stock, template)
    desk.get("/deleted")
    assert desk.restore(ref).status_code == 303
    stock.world.watched.inner = stock.world.database
    stock.delete(tool)
    desk.enters(stock.ada, "ada.agent")
    stock.world.watched.inner = watched
    assert desk.send(f"{desk.log_row(tool)}/take-back").status_code == 200
    assert stock.is_there(ref)
    assert watched.refused == set()


CHANGES: dict[str, dict[str, Any]] = {
    "update_account": {"AccountCode": "account", "City": "Leeds", "PrimaryContactCode": None},
    "update_contact": {"UserCode": "jane", "JobTitle": "CEO"},
    "update_contact_list": {"ContactListCode": "list", "Title": "Summer"},
    "update_opportunity": {"OpportunityCode": "deal", "Title": "More"},
    "update_task": {"AppUserTaskCode": "task", "Title": "Mail"},
    "update_note": {"NoteCode": "note", "Body": "Longer"},
    "update_article": {"StandardItemCode": "article", "Title": "Tour", "Body": "<p>Short</p>"},
    "update_article_step": {"StandardStepByStepCode": "step", "Body": "<p>Short</p>"},
    "update_article_comment": {"CommentCode": "comment", "Body": "Very nice"},
    "detach_article_media": {"ArticleMediaCode": "attached"},
    "update_media_item": {"MediaFileItemCode": "item", "Title": "Picture"},
    "update_forum_thread": {"ForumThreadCode": "thread", "Title": "Solved"},
    "update_forum_post": {"ForumPostCode": "post", "Body": "<p>Longer</p>"},
}


@pytest.mark.parametrize("tool", CHANGES)
def test_taking_a_change_back_asks_for_nothing_else(template: Template, stock: DeletedStock, tool: str) -> None:
    given = {name: stock.codes.get(str(value), value) for name, value in CHANGES[tool].items()}
    assert stock.agent.call_tool(tool, **given).result
    desk = Desk(stock)
    desk.enters(stock.ada, "ada.agent")
    watched = guard(stock, template)
    assert "The change is taken back." in desk.send(f"{desk.log_row(tool)}/take-back").text
    assert watched.refused == set()


def test_taking_back_what_was_made_asks_for_nothing_else(template: Template, stock: DeletedStock) -> None:
    desk = Desk(stock)
    desk.enters(stock.ada, "ada.agent")
    watched = guard(stock, template)
    for tool in ("create_forum_post", "create_note", "create_contact_list"):
        assert "The change is taken back." in desk.send(f"{desk.log_row(tool)}/take-back").text
    assert watched.refused == set()
