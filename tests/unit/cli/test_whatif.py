"""`affino-mcp whatif`: calls that narrower settings would refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from affino_mcp.audit.log import AuditLog
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal


@pytest.fixture
def used(terminal: Terminal) -> Terminal:
    """Newsroom, through which Jane has read two accounts and an article."""
    switches = ("--family", "accounts=read,write", "--family", "articles=read")
    made = terminal.run_json("profile", "create", "--name", "Newsroom", *switches)
    log = AuditLog(terminal.world.database, terminal.world.settings.audit_table)
    hers = {"profile_key": made["key"], "person_code": 7, "person_name": "Jane Doe", "status": 200}
    for minute, method in enumerate(("get_account", "get_account", "get_article")):
        log.write_row(row(terminal.world.clock() - timedelta(minutes=minute), **hers, method=method))
    return terminal


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        pytest.param(["--family", "accounts=off"], [("get_account", 2)], id="a family off"),
        pytest.param(["--family", "accounts=read"], [], id="nothing that was used"),
        pytest.param(["--family", "articles=off"], [("get_article", 1)], id="another family"),
        pytest.param(["--family", "notes=read"], [], id="wider"),
    ],
)
def test_what_would_have_been_refused(used: Terminal, words: list[str], calls: list[tuple[str, int]]) -> None:
    found = used.run_json("whatif", "Newsroom", *words)
    assert [(one["method"], one["calls"]) for one in found["refused"]] == calls
    assert found["looked_at"] == 3


def test_for_people(used: Terminal) -> None:
    out, err = used.run("whatif", "newsroom", "--family", "accounts=off", "--rate", "10")
    assert "Jane Doe" in out
    assert "The limit goes down to 10 a minute; the busiest minute of these calls had 1." in err


def test_nothing_changes(used: Terminal) -> None:
    before = used.run_json("profile", "show", "Newsroom")
    used.run("whatif", "Newsroom", "--family", "accounts=off")
    assert used.run_json("profile", "show", "Newsroom") == before
