"""Notes: exactly one scope, a warning for long notes, and changes by the author only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import WorldClient


@pytest.fixture
def at(manager: WorldClient) -> int:
    return crm.account(manager)


def note(client: WorldClient, at: int, body: str = "Called Jane", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = client.call_tool("create_note", Body=body, AccountCode=at, **more).result["Note"]
    return made


def test_a_note_is_what_was_written_and_who_wrote_it(manager: WorldClient, at: int) -> None:
    made = note(manager, at, "Wants a quote.\nCall on Friday.", Subject="Call")
    assert (made["Subject"], made["Body"]) == ("Call", "Wants a quote.\nCall on Friday.")
    assert made["Author"] == made["CreatedBy"]
    assert manager.call_tool("get_note", NoteCode=made["NoteCode"]).result["Note"] == made


def test_a_note_without_a_scope(manager: WorldClient) -> None:
    error = manager.call_tool("create_note", Body="Called Jane").error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "AccountCode")
    assert "exactly one" in error["message"]


@pytest.mark.parametrize(("length", "warned"), [(2000, False), (2001, True), (8000, True)])
def test_long_notes_are_taken_with_a_warning(manager: WorldClient, at: int, length: int, warned: bool) -> None:
    answer = manager.call_tool("create_note", Body="x" * length, AccountCode=at).result
    assert crm.codes(answer["Warnings"]) == ["LONG_NOTE"] * warned
    assert answer["Note"]["BodyLength"] == length
    assert "Body" not in answer["Note"]
    read = manager.call_tool("get_note", NoteCode=answer["Note"]["NoteCode"]).result
    assert read["Note"]["Body"] == "x" * length


def test_a_long_note_stays_out_of_the_log(manager: WorldClient, at: int) -> None:
    made = note(manager, at, "private " * 500)
    row = manager.world.audit_rows()[-1]
    assert row["record"] == f"R#notes#{made['NoteCode']}"
    assert str(row).count("private") < 50, "its beginning stands in the arguments and in what changed, no more"


def test_changing_a_note(manager: WorldClient, at: int) -> None:
    made = note(manager, at, Subject="Call")
    cleared = manager.call_tool("update_note", NoteCode=made["NoteCode"], Subject=None).result["Note"]
    assert (cleared["Subject"], cleared["Body"]) == (None, "Called Jane")
    assert manager.call_tool("update_note", NoteCode=made["NoteCode"], Body=None).error["details"]["argument"] == "Body"
    assert manager.call_tool("update_note", NoteCode=made["NoteCode"], Body=" ").error["details"]["argument"] == "Body"
    nothing = manager.call_tool("update_note", NoteCode=made["NoteCode"], AccountCode=99).result
    assert set(crm.codes(nothing["Warnings"])) == {"UNKNOWN_ARGUMENT", "NO_CHANGE"}
    assert nothing["Note"]["Scope"]["Code"] == at


def test_only_the_author_or_those_with_all_change_a_note(manager: WorldClient, seller: WorldClient, at: int) -> None:
    sams, sals = note(manager, at, "Sam's")["NoteCode"], note(seller, at, "Sal's")["NoteCode"]
    error = seller.call_tool("update_note", NoteCode=sams, Body="x").error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "notes.all")
    assert seller.call_tool("get_note", NoteCode=sams).result["Note"]["Body"] == "Sam's"
    assert seller.call_tool("update_note", NoteCode=sals, Body="Mine").result["Note"]["Body"] == "Mine"
    assert manager.call_tool("update_note", NoteCode=sals, Body="Ours").result["Note"]["Author"]["Name"] == "Sal Seller"
    assert manager.call_tool("delete_note", NoteCode=sals).result["Deleted"] is True
    assert manager.call_tool("get_note", NoteCode=sals).error["type"] == "not_found"


def test_lists_by_author(manager: WorldClient, seller: WorldClient, at: int) -> None:
    sam, sal = (client.call_tool("get_current_user").result["UserCode"] for client in (manager, seller))
    note(manager, at, "Sam's"), note(seller, at, "Sal's")

    def bodies(**filters: Any) -> list[str]:
        return [row["Body"] for row in manager.call_tool("list_notes", **filters).result["Items"]]

    assert bodies() == ["Sam's", "Sal's"]
    assert bodies(AuthorCode=sal) == ["Sal's"]
    assert bodies(Mine=True) == bodies(AuthorCode=sam) == bodies(Mine=True, AuthorCode=sam) == ["Sam's"]
    assert bodies(Mine=True, AuthorCode=sal) == []
    assert bodies(Search="sal", AccountCode=at) == ["Sal's"]
