"""Switching off works while the API Log, or the profiles' secrets, cannot be reached; everything else is refused then."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from affino_mcp.admin.deeds import ROW_FOLLOWS
from affino_mcp.cli.app import app
from affino_mcp.gate.identity import row_keys
from affino_mcp.housekeeping.turn import HousekeepingFailed
from affino_mcp.store.faults import AccessRefused, StoreUnavailable, Unanswered
from affino_mcp.store.testing.faulty_database import StoreFault
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.flow.operator_deeds import BY_ID, PERSON, PROFILE
from tests.flow.operator_stage import DONE, NOT_DONE, OperatorDeed, Stage
from tests.flow.operator_states import HER
from tests.flow.test_operator_faults import stage
from tests.unit.control_edge.desk import text_of

STOPPING = ("profile off", "person off", "end one", "end all", "apps ended")
STOPS = [f"{door}: {deed}" for door in ("browser", "shell") for deed in STOPPING]
OTHERS = [deed for deed in BY_ID if deed not in STOPS]
ERRORS = [StoreUnavailable, AccessRefused, Unanswered]


class WithoutAudit(RecordingDatabase):
    """A database whose audit table answers every call with one error."""

    def __init__(self, stage: Stage, error: type[StoreUnavailable]) -> None:
        super().__init__(stage.faulty)
        self.table, self.error = stage.world.settings.audit_table, error

    def _record_call(self, method: str, *tables: str) -> None:
        if self.table in tables:
            raise self.error if method in {"put", "transact"} else StoreUnavailable


@pytest.fixture
def known() -> Iterator[Stage]:
    """The stage, as it was before afterwards."""
    found = stage()
    with found.restored():
        yield found
        found.world.watched.inner = found.faulty


def do_without_audit(known: Stage, deed: OperatorDeed, error: type[StoreUnavailable]) -> str:
    """Does the deed while the audit table is down; gives what its operator is told."""
    deed.prepare(known)
    attempt = deed.make_ready(known)
    known.world.watched.inner = WithoutAudit(known, error)
    told = attempt()
    known.world.watched.inner = known.faulty
    return told


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("deed", STOPS)
def test_what_stops_is_done_without_the_log_and_its_row_follows(
    known: Stage, deed: str, error: type[StoreUnavailable], capsys: pytest.CaptureFixture[str]
) -> None:
    assert do_without_audit(known, BY_ID[deed], error) == DONE
    assert BY_ID[deed].is_done(known)
    assert (known.rows(), known.marks()) == ([], [row_keys.UNLOGGED_PARTITION])
    assert ("OperatorRowLost" in capsys.readouterr().out) is deed.startswith("browser")
    known.world.clock.move(minutes=1)
    known.world.run_housekeeping()
    (row,) = known.rows()
    assert (row["outcome"], row["status"], row["at"]) == ("ok", 200, "2026-11-23T09:00:00.000000Z")
    assert row["request_id"]
    assert row["person_name"]
    assert known.marks() == []


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("deed", OTHERS)
def test_everything_else_is_refused_without_the_log(known: Stage, deed: str, error: type[StoreUnavailable]) -> None:
    assert do_without_audit(known, BY_ID[deed], error) == ("maybe done" if _may_be(deed, error) else NOT_DONE)
    assert not BY_ID[deed].is_done(known)
    assert (known.rows(), known.marks()) == ([], [])


def _may_be(deed: str, error: type[StoreUnavailable]) -> bool:
    """A deed of one transaction that is never answered may have been done; one that begins with a row was not begun."""
    begun = ("create", "save", "regenerate", "end overlap", "person made", "invite")
    return error is Unanswered and not deed.endswith(begun)


def test_the_operator_reads_that_it_is_off_and_that_the_row_follows(known: Stage) -> None:
    known.world.watched.inner = WithoutAudit(known, StoreUnavailable)
    path = PROFILE.format(key=known.key)
    page = known.desk.get(path)
    assert "The API Log cannot be read just now" in text_of(page)
    assert f"It is off. {ROW_FOLLOWS}" in text_of(known.desk.send(f"{path}/disable", page))
    refused = known.desk.send(f"{path}/enable", known.desk.get(path))
    assert (refused.status_code, "Not done: the API Log cannot be written." in text_of(refused)) == (503, True)
    person = PERSON.format(edith=known.edith)
    off = known.desk.send(f"{person}/disable", known.desk.get(person))
    assert ROW_FOLLOWS in text_of(known.desk.browser.get(off.headers["location"]))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param(["profile", "disable", "Newsroom"], "It is off.", id="profile"),
        pytest.param(["person", "disable", HER], "It is off.", id="person"),
        pytest.param(["session", "end", HER], "All sessions are ended.", id="sessions"),
    ],
)
def test_the_shell_says_so_too_and_prints_nothing_else(known: Stage, words: list[str], text: str) -> None:
    known.world.watched.inner = WithoutAudit(known, AccessRefused)
    done = CliRunner().invoke(app, [*words, "--json"], obj=known.service)
    assert (done.exit_code, f"{text} {ROW_FOLLOWS}" in done.stderr) == (0, True)
    assert json.loads(done.stdout)


@pytest.mark.parametrize("door", ["browser", "shell"])
def test_a_profile_is_switched_off_while_its_secret_cannot_be_read(door: str) -> None:
    cold = Stage()
    cold.secrets.broken = True
    if door == "browser":
        path = PROFILE.format(key=cold.key)
        page = cold.desk.get(path)
        assert "It can be switched all the same" in text_of(page)
        assert cold.desk.send(f"{path}/disable", page).status_code == 200
    else:
        done = CliRunner().invoke(app, ["profile", "disable", "Newsroom"], obj=cold.service)
        assert (done.exit_code, "cannot be read now" in done.stderr) == (0, True)
    assert cold.profile_row["enabled"] is False
    assert [row["outcome"] for row in cold.rows()] == ["ok"]


def test_a_mark_that_stays_for_an_hour_raises_the_alarm(known: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    do_without_audit(known, BY_ID["browser: profile off"], StoreUnavailable)
    known.world.watched.inner = WithoutAudit(known, StoreUnavailable)
    for minutes, alarm in ((59, False), (2, True)):
        known.world.clock.move(minutes=minutes)
        with pytest.raises(HousekeepingFailed):
            known.world.run_housekeeping()
        assert ("RowsOpen" in capsys.readouterr().out) is alarm
    known.world.watched.inner = known.faulty
    known.world.run_housekeeping()
    assert "RowsOpen" not in capsys.readouterr().out
    assert [row["outcome"] for row in known.rows()] == ["ok"]


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.VANISHED])
def test_a_deed_of_steps_whose_end_was_not_written_is_closed_as_unknown(known: Stage, fault: StoreFault) -> None:
    words = ["profile", "show", "Newsroom", "--secret", "--json"]
    known.arm({}, {})
    CliRunner().invoke(app, words, obj=known.service)
    last = len(known.faulty.calls) - 1
    known.arm({last: fault, last + 1: fault}, {})
    done = CliRunner().invoke(app, words, obj=known.service)
    assert json.loads(done.stdout)["secret"]
    assert [row["outcome"] for row in known.rows()] == ["begun", "ok", "begun"]
    known.arm({}, {})
    known.keep_house()
    assert sorted(row["outcome"] for row in known.rows()) == ["begun", "begun", "ok", "unknown"]
    assert known.marks() == []


@pytest.mark.parametrize("minutes", [14, 16])
def test_a_deed_that_is_begun_is_closed_after_a_quarter_of_an_hour(known: Stage, minutes: int) -> None:
    """The process dies between the row that says begun and the last transaction."""
    attempt = BY_ID["shell: regenerate"].make_ready(known)
    known.arm({}, {0: StoreFault.BEFORE})
    begun = next(number for number, (method, _) in enumerate(_calls(known)) if method == "transact")
    known.arm(dict.fromkeys(range(begun + 1, 40), StoreFault.BEFORE), {})
    assert attempt() == NOT_DONE
    assert [row["outcome"] for row in known.rows()] == ["begun"]
    known.arm({}, {})
    known.world.clock.move(minutes=minutes)
    known.world.run_housekeeping()
    assert [row["outcome"] for row in known.rows()] == ["begun", "not_done"][: 1 + (minutes > 15)]


def _calls(known: Stage) -> list[tuple[str, str]]:
    """The store calls of regenerating."""
    with known.restored():
        known.arm({}, {})
        BY_ID["shell: regenerate"].make_ready(known)()
        return list(known.faulty.calls)
