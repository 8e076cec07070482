"""`affino-mcp housekeeping report`: what the jobs did by day, and an exit code that says when something is overdue."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from affino_mcp.audit.log import AuditLog
from affino_mcp.housekeeping.deleted_media import JOB_NAME as PURGE_JOB
from affino_mcp.housekeeping.report import read_report
from affino_mcp.housekeeping.turn import JobPosition
from affino_mcp.housekeeping.unreferenced_files import JOB_NAME as FILES_JOB
from affino_mcp.store.files import FileUpload
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal

BYTES = b"left behind"


@pytest.fixture
def kept(terminal: Terminal) -> Terminal:
    """A service whose housekeeping has removed an upload that nobody attached."""
    world = terminal.world
    world.files.put(FileUpload("uploads/x", "image/png", len(BYTES), hashlib.sha256(BYTES).hexdigest()), BYTES)
    AuditLog(world.database, world.settings.audit_table).write_row(row(world.clock()))
    world.run_housekeeping()
    world.clock.move(days=2)
    world.run_housekeeping()
    return terminal


def test_what_was_done_by_day(kept: Terminal) -> None:
    found = kept.run_json("housekeeping", "report")
    assert (found["is_well"], found["is_running"]) == (True, True)
    (told,) = [one for one in found["days"] if one["figures"].get("removed")]
    assert (told["day"], told["job"], told["figures"]["bytes"]) == ("2026-11-25", "unfinished_uploads", len(BYTES))
    assert len(found["days"]) == 4
    assert len(kept.run_json("housekeeping", "report", "--days", "1")["days"]) == 2


def test_the_same_for_people(kept: Terminal) -> None:
    out, err = kept.run("housekeeping", "report")
    assert "2026-11-25  unfinished_uploads" in out
    assert err == "Nothing is overdue.\n"


def test_housekeeping_that_never_ran_or_stands_still_is_no_success(terminal: Terminal) -> None:
    _, err = terminal.run("housekeeping", "report", code=1)
    assert "does not run: the API Log was counted last at no time" in err
    terminal.world.run_housekeeping()
    terminal.run("housekeeping", "report")
    terminal.world.clock.move(minutes=31)
    assert "does not run" in terminal.run("housekeeping", "report", code=1)[1]


def test_what_is_overdue(kept: Terminal) -> None:
    world = kept.world
    database, table, now = world.database, world.settings.audit_table, world.clock()
    assert read_report(database, table, now, 7).is_well
    JobPosition(database, table, PURGE_JOB).save({"day": (now - timedelta(days=40)).date().isoformat()})
    stuck = JobPosition(database, table, FILES_JOB)
    stuck.save(stuck.load() | {"day": (now - timedelta(days=1)).date().isoformat(), "finished": False})
    found = kept.run("housekeeping", "report", code=1)[1]
    assert "Deleted media to purge: of 9 days." in found
    assert "Not finished in time: the daily pass of unreferenced_files." in found
    assert "hour" not in found


def test_an_hour_that_is_not_closed_is_owed(kept: Terminal) -> None:
    world = kept.world
    world.clock.move(hours=3)
    database, table = world.database, world.settings.audit_table
    owed = read_report(database, table, world.clock(), 7).hours_owed
    assert owed == ["2026-11-25T08", "2026-11-25T09", "2026-11-25T10"]
    world.run_housekeeping()
    assert read_report(database, table, world.clock(), 7).hours_owed == []
