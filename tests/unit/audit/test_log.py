"""Writing the API Log: one write and one log line for each call, no row overwritten, no argument in a line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp import observability
from affino_mcp.audit.log import AuditLog, mask_email
from affino_mcp.audit.row import AuditRow
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.rows import NOON, TABLE, Hands, row

Lines = list[dict[str, Any]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """The log lines for CloudWatch, as Powertools formats them."""
    written: Lines = []
    logger = observability.process_logger()
    handler = logger.registered_handler
    monkeypatch.setattr(handler, "emit", lambda record: written.append(json.loads(handler.format(record))))
    return written


@pytest.fixture
def database() -> RecordingDatabase:
    return RecordingDatabase(MemoryDatabase())


def rows(database: RecordingDatabase) -> list[AuditRow]:
    assert isinstance(database.inner, MemoryDatabase)
    return [AuditRow.from_document(item) for item in database.inner.list_rows(TABLE) if "outcome" in item]


def test_a_call_is_one_write_and_one_line(database: RecordingDatabase, lines: Lines) -> None:
    AuditLog(database, TABLE, Hands()).write_row(written := row())
    assert database.calls == [("put", TABLE)]
    assert rows(database) == [written]
    assert len(lines) == 1
    assert {
        "message": "call",
        "profile": "all",
        "id": written.id,
        "profile_key": "K1",
        "status": 200,
    }.items() <= lines[0].items()


def test_a_line_holds_no_argument_and_no_readable_email(database: RecordingDatabase, lines: Lines) -> None:
    AuditLog(database, TABLE).write_row(
        row(arguments={"Name": "Confidential plans"}, person_email="jane@orbital.example")
    )
    assert "Confidential" not in json.dumps(lines)
    assert "jane" not in json.dumps(lines)
    assert lines[0]["person_email"] == "j***@orbital.example"


def test_line_breaks_cannot_forge_a_line(database: RecordingDatabase, lines: Lines) -> None:
    AuditLog(database, TABLE).write_row(row(method='x"}\n{"message":"call"'))
    assert [line["method"] for line in lines] == ['x"}\n{"message":"call"']


def test_a_row_can_be_stored_without_a_line(database: RecordingDatabase, lines: Lines) -> None:
    AuditLog(database, TABLE).store(written := row())
    assert (rows(database), lines) == ([written], [])


def test_a_row_is_never_overwritten(database: RecordingDatabase) -> None:
    log = AuditLog(database, TABLE)
    log.write_row(first := row())
    log.write_row(first)
    log.write_row(replace(first, status=500))
    assert rows(database) == [first]


def test_a_store_that_is_down_is_said(database: RecordingDatabase, lines: Lines) -> None:
    database.broken = {("put", TABLE)}
    with pytest.raises(StoreUnavailable):
        AuditLog(database, TABLE).write_row(row())
    assert lines == []


def test_stamps_follow_each_other() -> None:
    log = AuditLog(MemoryDatabase(), TABLE, Hands())
    stamps = [log.new_stamp() for _ in range(50)]
    assert [s.id for s in stamps] == sorted({s.id for s in stamps})
    assert {s.at for s in stamps} == {"2026-11-10T12:00:00.000000Z"}
    assert NOON.isoformat().startswith("2026-11-10T12:00:00")


@pytest.mark.parametrize(
    ("email", "shown"),
    [("jane@orbital.example", "j***@orbital.example"), ("", ""), ("odd", "o***"), ("@x", "***@x")],
)
def test_masked_emails(email: str, shown: str) -> None:
    assert mask_email(email) == shown


def test_metrics_are_embedded_lines(capsys: pytest.CaptureFixture[str]) -> None:
    observability.count_metric("Unhandled")
    written = json.loads(capsys.readouterr().out)
    (counted,) = written["_aws"]["CloudWatchMetrics"]
    assert (counted["Namespace"], counted["Dimensions"]) == ("AffinoMcp", [["stack"]])
    assert (written["Unhandled"], written["stack"]) == ([1.0], "local")


def test_a_metric_has_an_aws_services_name_and_not_powertools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "affino-mcp")  # as the template sets it
    observability.count_metric("Unhandled")
    observability.count_metric("Unhandled", service="dynamodb", error="connect")
    alone, named = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "service" not in alone
    (counted,) = named["_aws"]["CloudWatchMetrics"]
    assert counted["Dimensions"] == [["stack"], ["stack", "service", "error"]], "an alarm watches the stack's sum"
    assert (named["service"], named["error"]) == ("dynamodb", "connect")
