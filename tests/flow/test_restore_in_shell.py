"""`affino-mcp record`: an operator in a shell lists what was deleted, looks, and restores it; the log and history say who."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from affino_mcp.cli.app import app
from affino_mcp.cli.service import Service
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.flow.deleted_stock import DELETING, DeletedStock
from tests.stored_tables import copy_tables


@dataclass
class Shell:
    """An operator's shell on the service of the stock."""

    stock: DeletedStock

    def invoke(self, *words: str) -> Any:
        world = self.stock.world
        urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
        connection = Connection(*urls, "demo", stores=store_settings(world.settings))
        return CliRunner().invoke(app, list(words), obj=Service(connection, world.stores, world.clock))

    def outcome(self, *words: str) -> int:
        """The exit code."""
        return int(self.invoke(*words).exit_code)

    def run(self, *words: str, code: int = 0) -> tuple[str, str]:
        done = self.invoke(*words)
        assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
        return done.stdout, done.stderr

    def ask(self, *words: str, code: int = 0) -> Any:
        found = json.loads(self.run(*words, "--json", code=code)[0])
        return found["error"] if code else found

    def rows(self) -> list[dict[str, Any]]:
        return [row for row in self.stock.world.audit_rows() if row["channel"] == "control"]


@pytest.fixture
def shell(stock: DeletedStock) -> Shell:
    return Shell(stock)


@pytest.mark.parametrize("tool", DELETING)
def test_what_each_delete_tool_deletes_is_listed_shown_and_restored(shell: Shell, tool: str) -> None:
    ref = shell.stock.delete(tool)
    (listed,) = shell.ask("record", "deleted", "--since", "7d", "--family", ref.partition("#")[0])["records"]
    assert (listed["record"], listed["by"], listed["tool"]) == (ref, "Ada Agent", tool)
    shown = shell.ask("record", "show", ref)
    assert (shown["presence"], shown["history"][0]["kind"], shown["restore"]["hindrances"]) == (
        "deleted",
        "deleted",
        [],
    )
    rehearsed = shell.ask("record", "restore", ref, "--dry-run")
    assert (rehearsed["outcome"], shell.stock.is_there(ref), shell.rows()) == ("dry_run", False, [])
    assert shell.ask("record", "restore", ref, "--yes")["outcome"] == "restored"
    assert shell.stock.is_there(ref)
    (row,) = shell.rows()
    assert (row["method"], row["outcome"], row["record"]) == ("restore_record", "ok", f"R#{ref}")
    assert "(shell)" in row["person_name"]
    last = shell.ask("record", "show", ref)["history"][0]
    assert (last["kind"], last["by"], last["tool"]) == ("restored", row["person_name"], "restore_record")
    assert shell.ask("record", "deleted")["records"] == []


def test_the_record_is_as_it_was_and_what_hung_on_it_is_there(shell: Shell) -> None:
    stock = shell.stock
    asked = {"ContactListCode": stock.codes["list"]}
    assert stock.agent.call_tool("add_contact_list_members", **asked, UserCodes=[stock.codes["jane"]]).result
    before = stock.agent.call_tool("get_contact", UserCode=stock.codes["jane"]).result["Contact"]
    ref = stock.delete("delete_contact")
    assert shell.ask("record", "restore", ref, "--dry-run")["hanging"] == {"contact_lists": 1}
    told = shell.run("record", "restore", ref, "--yes")
    assert "Contact 4 'Jane Doe' is restored." in told[0]
    assert "With it are there again: 1 contact list." in told[1]
    after = stock.agent.call_tool("get_contact", UserCode=stock.codes["jane"]).result["Contact"]
    assert {**after, "UpdatedDate": 0, "UpdatedBy": 0} == {**before, "UpdatedDate": 0, "UpdatedBy": 0}
    assert after["UpdatedBy"]["Name"] == shell.rows()[0]["person_name"]
    members = stock.agent.call_tool("list_contact_list_members", **asked).result["Items"]
    assert [member["UserCode"] for member in members] == [stock.codes["jane"]]


def test_what_prevents_a_restore_is_said_all_of_it_and_nothing_changes(shell: Shell) -> None:
    stock = shell.stock
    note = stock.delete("delete_note")
    deal = stock.delete("delete_opportunity")
    assert stock.agent.call_tool("update_account", AccountCode=stock.codes["other"], ExternalID="N1").result
    other = stock.delete("delete_account")
    stock.codes["other"] = stock.codes["account"]
    orbital = stock.delete("delete_account").replace(other, stock.made["account"])
    assert stock.agent.call_tool("create_account", Name="Twin", ExternalID="X1").result
    assert stock.agent.call_tool("create_account", Name="Twin 2", ExternalID="N1").result
    for ref, words in ((note, "Scope"), (deal, "AccountCode"), (other, "ExternalID"), (orbital, "ExternalID")):
        for more in ("--dry-run", "--yes"):
            error = shell.ask("record", "restore", ref, more, code=1)
            assert (error["type"], words in error["message"]) == ("conflict", True)
            assert len(error["details"]["hindrances"]) == 1
        assert not stock.is_there(ref)
    assert shell.rows() == []


def test_a_second_restore_says_that_it_is_there(shell: Shell) -> None:
    ref = shell.stock.delete("delete_task")
    assert shell.ask("record", "restore", ref, "--yes")
    error = shell.ask("record", "restore", ref, "--yes", code=1)
    assert error["message"] == "Task 1 is there: it is not deleted, or has been restored already."
    assert [row["outcome"] for row in shell.rows()] == ["ok"]


class RestoredJustBefore(RecordingDatabase):
    """A database on which another operator restores the record just before the first transaction."""

    overtake = staticmethod(lambda: None)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        overtake, self.overtake = self.overtake, lambda: None
        overtake()
        super().transact(ops, token)


def test_of_two_at_the_same_moment_one_restores_and_the_other_is_told(shell: Shell) -> None:
    stock = shell.stock
    ref, world = stock.delete("delete_note"), stock.world
    world.watched.inner = raced = RestoredJustBefore(world.database)
    raced.overtake = lambda: shell.run("record", "restore", ref, "--yes")  # type: ignore[assignment]
    error = shell.ask("record", "restore", ref, "--yes", code=1)
    assert "restored already" in error["message"]
    assert stock.is_there(ref)
    assert sorted((row["outcome"], row["status"]) for row in shell.rows()) == [("error", 409), ("ok", 200)]
    assert [line["kind"] for line in shell.ask("record", "show", ref)["history"]] == ["restored", "deleted", "created"]


def test_after_thirty_days_it_says_so_and_lists_it_no_more(shell: Shell) -> None:
    ref = shell.stock.delete("delete_task")
    shell.stock.world.clock.move(days=30)
    assert [each["record"] for each in shell.ask("record", "deleted", "--since", "60d")["records"]] == [ref]
    shell.stock.world.clock.move(seconds=1)
    assert shell.ask("record", "deleted", "--since", "60d")["records"] == []
    error = shell.ask("record", "restore", ref, "--yes", code=1)
    assert error["message"] == "Task 1 was deleted on 2026-11-23: a deleted record can be restored for 30 days."
    shell.stock.world.clock.move(days=2)
    shell.stock.world.run_housekeeping()
    rows = shell.stock.world.database.list_rows(shell.stock.world.settings.records_table)
    assert [row for row in rows if row["pk"].startswith("D#")] == []


def test_an_erased_contact_is_gone(shell: Shell) -> None:
    ref = shell.stock.delete("delete_contact")
    assert shell.ask("purge", "contact", ref.partition("#")[2], "--yes")
    shown = shell.ask("record", "show", ref)
    assert (shown["presence"], shown["name"], shown["values"]) == ("purged", None, None)
    assert "removed for good" in shell.ask("record", "restore", ref, "--yes", code=1)["message"]
    assert shell.ask("record", "deleted")["records"] == []


@pytest.mark.parametrize("word", ["accounts", "nothing#4", "sections#1", "accounts#x"])
def test_what_is_no_record_is_not_understood(shell: Shell, word: str) -> None:
    assert "Usage" in shell.run("record", "restore", word, code=2)[1]


def test_a_code_without_a_record_is_not_found(shell: Shell) -> None:
    assert shell.ask("record", "show", "accounts#999", code=1)["type"] == "not_found"


def test_nobody_is_asked_where_nobody_can_answer(shell: Shell) -> None:
    ref = shell.stock.delete("delete_note")
    assert shell.ask("record", "restore", ref)["outcome"] == "restored"
    assert shell.stock.is_there(ref)


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
def test_at_every_store_call_that_fails_row_and_record_agree(shell: Shell, fault: StoreFault) -> None:
    """What the log says is so: the row `ok` is there exactly when the record is."""
    ref, world = shell.stock.delete("delete_note"), shell.stock.world
    before = copy_tables(world.database._tables)
    world.watched.calls.clear()
    shell.run("record", "restore", ref, "--yes")
    for number in range(len(world.watched.calls)):
        world.database._tables = copy_tables(before)
        world.watched.inner = faulty = FaultyDatabase(world.database)
        faulty.arm({number: fault})
        told = shell.outcome("record", "restore", ref, "--yes")
        done = [row for row in shell.rows() if row["outcome"] == "ok"]
        assert shell.stock.is_there(ref) == bool(done), number
        assert (told == 0) == bool(done), number
