"""Every kind of record is restored and taken back by the Control Centre, which asks for what its role allows alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.deleted_stock import DELETING, DeletedStock
from tests.flow.test_restore_in_browser import Desk


@pytest.mark.parametrize("tool", DELETING)
def test_a_restore_and_a_take_back(stock: DeletedStock, tool: str) -> None:
    ref, desk = stock.delete(tool), Desk(stock)
    desk.enters(stock.olivia, "olivia.park")
    desk.get("/deleted")
    assert desk.restore(ref).status_code == 303
    stock.delete(tool)
    desk.enters(stock.ada, "ada.agent")
    assert desk.send(f"{desk.log_row(tool)}/take-back").status_code == 200
    assert stock.is_there(ref)


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
def test_taking_a_change_back(stock: DeletedStock, tool: str) -> None:
    given = {name: stock.codes.get(str(value), value) for name, value in CHANGES[tool].items()}
    assert stock.agent.call_tool(tool, **given).result
    desk = Desk(stock)
    desk.enters(stock.ada, "ada.agent")
    assert "The change is taken back." in desk.send(f"{desk.log_row(tool)}/take-back").text


def test_taking_back_what_was_made(stock: DeletedStock) -> None:
    desk = Desk(stock)
    desk.enters(stock.ada, "ada.agent")
    for tool in ("create_forum_post", "create_note", "create_contact_list"):
        assert "The change is taken back." in desk.send(f"{desk.log_row(tool)}/take-back").text
