"""Dispatch on an instance of twenty lines: the port asks for nothing of a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.method import Method
from affino_mcp.dispatch import CallMeta, ToolAnswer, ToolDispatch
from affino_mcp.errors import OutcomeUnknown
from affino_mcp.instance.elsewhere import CallCredentials, PersonStanding
from affino_mcp.instance.places import PlaceRights
from affino_mcp.instance.port import Actor, Call, Done
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import InvalidState, NotFound, ToolError
from tests.clock import TestClock
from tests.unit.mcp_edge.edge import caller

META = CallMeta("request-1")


class FakeInstance:
    """Answers `body`, or raises `error`; a write is sealed, and its audit row handed back."""

    def __init__(self, body: dict[str, Any] | None = None, error: ToolError | None = None) -> None:
        self.body, self.error, self.rows = body or {}, error, list[Any]()

    def perform(self, method: Method, values: dict[str, Any], call: Call) -> Done:
        if self.error is not None:
            raise self.error
        done = Done(self.body, "notes#7", ("notes#7",), sealed=method.access == "write")
        if done.sealed:
            self.rows.append(call.log.seal(done, call.warnings))
            call.log.note_written()
        return done

    decides_rights = False

    def list_offered(self, profile: str, credentials: CallCredentials | None) -> None:
        return None

    def describe_person(self, call: Call) -> PersonStanding:
        return PersonStanding(is_staff=True)

    def explain_places(self, person: Actor, kind: str, at: datetime) -> list[PlaceRights]:
        return []


def call(instance: FakeInstance, tool: str, database: MemoryDatabase, **arguments: Any) -> ToolAnswer:
    clock, undeclared = TestClock(), list[str]()
    dispatch = ToolDispatch(
        instance, AuditLog(database, "audit", clock), clock, lambda m, e: undeclared.append(f"{m.name}: {e.type}")
    )
    person = replace(caller().person, rights={"notes.read": None, "notes.write": None})
    given = replace(caller(), person=person)
    answer = dispatch.call_tool(given, tool, arguments, META)
    assert not undeclared, undeclared
    return answer


def rows(database: MemoryDatabase) -> list[AuditRow]:
    return [AuditRow.from_document(item) for item in database.list_rows("audit") if "outcome" in item]


def test_a_read_leaves_a_row() -> None:
    database = MemoryDatabase()
    answer = call(FakeInstance({"Note": {"NoteCode": 7}}), "get_note", database, NoteCode=7)
    assert answer.body["Note"] == {"NoteCode": 7}
    assert [(row.method, row.record, row.status) for row in rows(database)] == [("get_note", "notes#7", 200)]


def test_the_row_of_a_write_is_the_instance_s_to_write() -> None:
    database, instance = MemoryDatabase(), FakeInstance({"Note": {"NoteCode": 7}})
    call(instance, "update_note", database, NoteCode=7, Body="x")
    assert rows(database) == []
    (sealed,) = instance.rows
    assert (AuditRow.from_document(dict(sealed.item)).method, AuditRow.from_document(dict(sealed.item)).record) == (
        "update_note",
        "notes#7",
    )


def test_an_error_of_the_instance_reaches_caller_and_row() -> None:
    database = MemoryDatabase()
    answer = call(FakeInstance(error=NotFound("NoteCode", "note")), "get_note", database, NoteCode=7)
    assert (answer.is_error, answer.body["error"]["type"]) == (True, "not_found")
    assert [row.status for row in rows(database)] == [404]


def test_an_error_that_the_row_does_not_declare_is_noticed() -> None:
    with pytest.raises(AssertionError, match="get_note: invalid_state"):
        call(FakeInstance(error=InvalidState()), "get_note", MemoryDatabase(), NoteCode=7)


class FailingAfterwards(FakeInstance):
    """Carries a write out, and then fails by a fault of its own."""

    def perform(self, method: Method, values: dict[str, Any], call: Call) -> Done:
        super().perform(method, values, call)
        raise ZeroDivisionError


def test_a_fault_after_the_commit_is_no_promise_that_nothing_was_changed() -> None:
    database, instance = MemoryDatabase(), FailingAfterwards()
    with pytest.raises(OutcomeUnknown) as found:
        call(instance, "create_note", database, Body="Called")
    assert found.value.details["repeat_with"]["IdempotencyKey"]
    assert rows(database) == []  # the transaction's own row is the instance's to write
