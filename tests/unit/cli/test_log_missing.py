"""`affino-mcp log missing`: the groups of agents' reports, as JSON and as a table."""

from __future__ import annotations

from datetime import timedelta

from affino_mcp.audit.log import AuditLog
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal


def test_reports_are_counted(terminal: Terminal) -> None:
    world = terminal.world
    now, log = world.clock(), AuditLog(world.database, world.settings.audit_table)
    asked = {"Kind": "no_right", "Need": "to make a contact", "ToolName": "create_contact"}
    for days in (1, 2, 20):
        made = now - timedelta(days=days)
        log.write_row(
            row(made, method="report_missing", record="reports#no_right", denied_by="profile", arguments=asked)
        )
    (group,) = terminal.run_json("log", "missing")
    assert {name: group[name] for name in ("person", "profile", "kind", "denied_by", "tool", "count", "need")} == {
        "person": "Jane Doe",
        "profile": "all",
        "kind": "no_right",
        "denied_by": "profile",
        "tool": "create_contact",
        "count": 3,
        "need": "to make a contact",
    }
    assert terminal.run_json("log", "missing", "--since", "3d")[0]["count"] == 2
    assert "No right to it: create_contact" in terminal.run("log", "missing")[0]
    assert "denied by profile" in terminal.run("log", "--method", "report_missing")[0]


def test_without_reports_it_says_so(terminal: Terminal) -> None:
    assert terminal.run_json("log", "missing") == []
    assert "No agent has reported anything" in terminal.run("log", "missing")[0]
