"""The Control Centre restores what was deleted: by the operator's right, or one's own; nobody else sees or does anything."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow.deleted_stock import DELETING, NAMES, DeletedStock
from tests.stored_tables import copy_tables
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, text_of


class Desk(OperatorBrowser):
    """An operator's browser before the service of the stock."""

    def __init__(self, stock: DeletedStock) -> None:
        self.stock = stock
        super().__init__(stock.world)

    def enters(self, code: int, name: str) -> None:
        """Signs a person of the stock in."""
        Passwords(self.world.database, self.world.settings).set_password(code, PASSWORD)
        assert self.sign_in(f"{name}@affino.example").status_code == 303

    def log_row(self, tool: str) -> str:
        """The path of the row of a tool's last call."""
        row = next(row for row in reversed(self.world.audit_rows()) if row["method"] == tool)
        return f"/logs/{row['profile_key']}/{row['id']}"

    def restore(self, ref: str) -> Response:
        return self.send(f"/deleted/{ref.replace('#', '/')}")

    def ends(self) -> list[tuple[str, str, int]]:
        return [(row["method"], row["outcome"], row["status"]) for row in self.operator_rows()]


@pytest.fixture
def desk(stock: DeletedStock) -> Desk:
    found = Desk(stock)
    found.enters(stock.olivia, "olivia.park")
    return found


@pytest.mark.parametrize("tool", DELETING)
def test_the_row_of_each_delete_tool_leads_to_its_restore(desk: Desk, tool: str) -> None:
    ref = desk.stock.delete(tool)
    path = f"/deleted/{ref.replace('#', '/')}"
    assert f'href="/control{path}">Restore</a>' in desk.get(desk.log_row(tool)).text
    assert f'href="/control{path}"' in desk.get("/deleted").text
    asked = text_of(desk.get(path))
    assert "What a restore would do" in asked
    assert f"deleted by Ada Agent on 2026-11-23 09:00 UTC with {tool}" in asked
    assert not desk.stock.is_there(ref)
    answer = desk.restore(ref)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/control{path}?done=restored")
    assert "is restored. Its history names you." in text_of(desk.get(f"{path}?done=restored"))
    assert desk.stock.is_there(ref)
    (row,) = desk.operator_rows()
    assert (row["method"], row["outcome"], row["person_name"]) == ("restore_record", "ok", "Olivia Park")
    assert "restored by Olivia Park with restore_record" in text_of(desk.get(path))
    assert "Nothing was deleted" in text_of(desk.get("/deleted"))


def test_a_second_restore_says_that_it_is_there(desk: Desk) -> None:
    ref = desk.stock.delete("delete_note")
    page = desk.get(f"/deleted/{ref.replace('#', '/')}")
    assert desk.restore(ref).status_code == 303
    again = desk.send(f"/deleted/{ref.replace('#', '/')}", page)
    assert (again.status_code, "is there" in text_of(again)) == (409, True)
    assert desk.ends() == [("restore_record", "ok", 200), ("restore_record", "error", 409)]


def test_a_page_that_showed_another_deletion_restores_nothing(desk: Desk) -> None:
    ref = desk.stock.delete("delete_note")
    page = desk.get(f"/deleted/{ref.replace('#', '/')}")
    assert desk.restore(ref).status_code == 303
    desk.stock.delete("delete_note")
    answer = desk.send(f"/deleted/{ref.replace('#', '/')}", page)
    assert (answer.status_code, "deleted again meanwhile" in text_of(answer)) == (409, True)
    assert not desk.stock.is_there(ref)


def test_what_prevents_it_is_said_first_and_no_button_is_there(desk: Desk) -> None:
    note = desk.stock.delete("delete_note")
    desk.stock.delete("delete_opportunity")
    desk.stock.codes["other"] = desk.stock.codes["account"]
    desk.stock.delete("delete_account")
    page = desk.get(f"/deleted/{note.replace('#', '/')}")
    assert "Scope points to a record that is not there any more. Restore that first." in text_of(page)
    assert "Restore it</button>" not in page.text
    refused = desk.restore(note)
    assert refused.status_code == 409
    assert not desk.stock.is_there(note)


def test_after_thirty_days_it_says_so(desk: Desk) -> None:
    ref = desk.stock.delete("delete_note")
    desk.world.clock.move(days=30, seconds=1)
    assert desk.sign_in("olivia.park@affino.example").status_code == 303
    page = desk.get(f"/deleted/{ref.replace('#', '/')}")
    assert "was deleted on 2026-11-23: a deleted record can be restored for 30 days." in text_of(page)
    assert ref.replace("#", "/") not in desk.get("/deleted?since=30d").text
    assert desk.send(f"/deleted/{ref.replace('#', '/')}", page, version=2).status_code == 409


def test_with_logs_read_alone_nothing_of_it_is_shown_or_done(desk: Desk) -> None:
    ref = desk.stock.delete("delete_contact")
    desk.enters(desk.stock.lena, "lena.log")
    row = desk.get(desk.log_row("delete_contact"))
    assert row.status_code == 200
    for words in ("Restore</a>", "Take back</a>", "/deleted", "Jane", "jane@o.example"):
        assert words not in row.text
    path = f"/deleted/{ref.replace('#', '/')}"
    page = desk.get("/logs")
    for answer in (desk.get("/deleted"), desk.get(path), desk.send(path, page, version=2)):
        assert (answer.status_code, "Jane" in answer.text) == (403, False)
    assert desk.get(f"{desk.log_row('delete_contact')}/take-back").status_code == 404
    assert not desk.stock.is_there(ref)


def test_a_place_that_is_closed_to_the_operator_stays_closed_and_can_be_restored(desk: Desk) -> None:
    stock, everybody = desk.stock, ("Everybody",)
    closed: dict[str, Any] = {"read": ("Publishers",), "write": everybody, "publish": everybody}
    section = website_records.upsert_section(desk.world.records, "Secret", desk.world.clock(), **closed)
    made = stock.agent.call_tool("create_article", Title="Hush", standardSectionCode=section, Body="<p>Psst</p>")
    stock.codes["article"] = made.result["Article"]["StandardItemCode"]
    stock.made["article"] = f"articles#{stock.codes['article']}"
    ref = stock.delete("delete_article")
    path = f"/deleted/{ref.replace('#', '/')}"
    for page in (desk.get("/deleted"), desk.get(path)):
        assert "closed to you" in text_of(page)
        assert not [words for words in ("Hush", "Psst") if words in page.text]
    assert desk.restore(ref).status_code == 303
    assert stock.is_there(ref)


@pytest.mark.parametrize("tool", [tool for tool in DELETING if NAMES[tool] != "thread"])
def test_ones_own_deletion_is_taken_back_by_ones_own_right(desk: Desk, tool: str) -> None:
    ref = desk.stock.delete(tool)
    desk.enters(desk.stock.ada, "ada.agent")
    row = desk.log_row(tool)
    page = desk.get(row)
    assert "Take back</a>" in page.text
    assert "/deleted/" not in page.text
    asked = desk.get(f"{row}/take-back")
    assert "Take it back</button>" in asked.text, text_of(asked)
    answer = desk.send(f"{row}/take-back")
    assert "The change is taken back." in text_of(answer)
    assert desk.stock.is_there(ref)
    assert desk.ends() == [("take_back_change", "ok", 200)]
    again = desk.send(f"{row}/take-back", asked)
    assert (again.status_code, desk.stock.is_there(ref)) == (409, True)


def test_ones_own_change_is_taken_back_and_says_what_prevents_it(desk: Desk) -> None:
    stock = desk.stock
    asked = {"AccountCode": stock.codes["account"]}
    assert stock.agent.call_tool("update_account", **asked, City="Leeds").result
    row = desk.log_row("update_account")
    desk.enters(desk.stock.ada, "ada.agent")
    assert "The change is taken back." in text_of(desk.send(f"{row}/take-back"))
    assert stock.agent.call_tool("get_account", **asked).result["Account"]["City"] is None
    (told,) = desk.operator_rows()
    assert told["changes"][0]["fields"] == {"City": {"before": "Leeds"}}
    refused = desk.get(f"{row}/take-back")
    assert "Changed again since: City" in text_of(refused)
    assert "Take it back</button>" not in refused.text


def test_an_operator_takes_back_no_change_of_others_that_is_no_deletion(desk: Desk) -> None:
    assert desk.stock.agent.call_tool("update_account", AccountCode=desk.stock.codes["account"], City="Leeds").result
    row = desk.log_row("update_account")
    page = desk.get(row)
    assert "Take back</a>" not in page.text
    assert "Restore</a>" not in page.text
    assert desk.send(f"{row}/take-back", page).status_code == 404


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
def test_row_and_record_agree_whatever_call_fails(desk: Desk, fault: StoreFault) -> None:
    ref, world = desk.stock.delete("delete_note"), desk.world
    page = desk.get(f"/deleted/{ref.replace('#', '/')}")
    before = copy_tables(world.database._tables)
    world.watched.calls.clear()
    desk.send(f"/deleted/{ref.replace('#', '/')}", page)
    for number in range(len(world.watched.calls)):
        world.database._tables = copy_tables(before)
        world.watched.inner = faulty = FaultyDatabase(world.database)
        faulty.arm({number: fault})
        answer = desk.send(f"/deleted/{ref.replace('#', '/')}", page)
        done = [row for row in desk.operator_rows() if row["outcome"] == "ok"]
        assert desk.stock.is_there(ref) == bool(done), number
        assert (answer.status_code == 303 and "done=restored" in answer.headers["location"]) == bool(done), number


def test_a_list_is_a_query_a_day_however_much_was_deleted(desk: Desk) -> None:
    for tool in ("delete_note", "delete_opportunity", "delete_contact_list", "delete_account_list"):
        desk.stock.delete(tool)
    assert len(desk.count_store_calls("/deleted")) <= 10
    assert len(desk.count_store_calls("/deleted?since=30d&family=accounts")) <= 34
    ref = desk.stock.delete("delete_task")
    assert len(desk.count_store_calls(f"/deleted/{ref.replace('#', '/')}")) <= 30
    row = desk.log_row("delete_task")
    assert len(desk.count_store_calls(row)) <= 3
