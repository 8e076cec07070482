"""`affino-mcp log`: filters, pages, and what a row shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import Outcome
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal

ERROR = {"code": -110, "type": "permission_denied", "message": "The person lacks a right."}
WARNINGS = ({"Code": "READ_ONLY", "Argument": "CreatedBy", "Message": "ignored"},)


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """Four calls of the last hour: by Jane through Newsroom, and by another person through K2."""
    made = terminal.world.create_profile("Newsroom")
    jane = terminal.world.people.create(7, "Jane Doe", "jane@orbital.example")
    now, log = terminal.world.clock(), AuditLog(terminal.world.database, terminal.world.settings.audit_table)
    hers: dict[str, Any] = {"profile_key": made.key, "profile_name": "Newsroom", "person_code": jane.user_code}
    log.write_row(row(now - timedelta(minutes=50), **hers))
    log.write_row(
        row(now - timedelta(minutes=20), **hers, method="create_account", record="accounts#13", warnings=WARNINGS)
    )
    log.write_row(row(now - timedelta(minutes=5), **hers, outcome=Outcome.ERROR, status=403, error=ERROR, record=""))
    log.write_row(
        row(now - timedelta(minutes=1), profile_key="K2", profile_name="Old", person_code=99, person_name="Max")
    )
    return terminal


@pytest.mark.parametrize("words", [["--since", "1h"], ["--json"], ["--limit", "50"], ["--profile", "K2"]], ids=str)
def test_a_filter_before_the_commands_name_is_not_forgotten(filled: Terminal, words: list[str]) -> None:
    out, err = filled.run("log", *words, "export", code=2)
    assert f"say {words[0]} after 'export', not before it" in err
    assert "accounts#13" not in out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param([], ["Old", "Newsroom", "Newsroom", "Newsroom"], id="everything"),
        pytest.param(["--profile", "newsroom"], ["Newsroom"] * 3, id="profile by name"),
        pytest.param(["--profile", "K2"], ["Old"], id="a profile that is gone"),
        pytest.param(["--person", "jane@orbital.example"], ["Newsroom"] * 3, id="person"),
        pytest.param(["--person", "jane@orbital.example", "--method", "create_account"], ["Newsroom"], id="method"),
        pytest.param(["--status", "403"], ["Newsroom"], id="status"),
        pytest.param(["--outcome", "error"], ["Newsroom"], id="outcome"),
        pytest.param(["--record", "accounts#13"], ["Newsroom"], id="record"),
        pytest.param(["--since", "10m"], ["Old", "Newsroom"], id="since"),
        pytest.param(["--since", "1h", "--until", "30m"], ["Newsroom"], id="until"),
        pytest.param(["--since", "2026-11-23T08:50"], ["Old", "Newsroom"], id="since an ISO time"),
        pytest.param(["--limit", "2"], ["Old", "Newsroom"], id="limit"),
    ],
)
def test_what_is_asked_for_is_found(filled: Terminal, words: list[str], found: list[str]) -> None:
    assert [call["profile"] for call in filled.run_json("log", *words)] == found


def test_a_call_says_who_did_what_and_what_came_of_it(filled: Terminal) -> None:
    (call,) = filled.run_json("log", "--status", "403")
    assert (call["person"], call["method"], call["outcome"]) == ("Jane Doe", "get_account", "error")
    assert call["error"] == ERROR
    table, _ = filled.run("log")
    assert "READ_ONLY CreatedBy" in table
    assert str(ERROR["message"]) in table


def test_going_on_where_an_answer_ended(filled: Terminal) -> None:
    _, hint = filled.run("log", "--limit", "3")
    rest = filled.run_json("log", "--limit", "3", "--cursor", hint.split()[-1])
    assert len(rest) == 1


def test_a_profile_that_is_not_there_is_said_beside_the_answer(filled: Terminal) -> None:
    for command in (["log"], ["log", "chart"], ["log", "export"]):
        assert "There is no API Profile" in filled.run(*command, "--profile", "Newsrom")[1]
        assert "There is no API Profile" not in filled.run(*command, "--profile", "Newsroom")[1]
    assert "No calls." in filled.run("log", "--profile", "Newsrom")[0]
    assert filled.run("log", "--profile", "control")[1] == ""


def test_nothing_found_is_no_failure(terminal: Terminal) -> None:
    assert terminal.run_json("log", "--since", "1m") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--since", "soon"], 2),
        (["--limit", "0"], 2),
        (["--cursor", "x"], 1),
        (["--since", "1h", "--until", "3d"], 2),
        (["--since", "999999d"], 2),
        (["--until", "0001-01-01"], 0),
        (["--since", "0001-01-01T00:00+14:00"], 2),
        (["--family", "nothing"], 2),
    ],
)
def test_misunderstood(terminal: Terminal, words: list[str], code: int) -> None:
    terminal.run("log", *words, code=code)
