"""`affino-mcp log chart`: the figures as JSON and as a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.audit.log import AuditLog
from tests.unit.audit.rows import refusal, row
from tests.unit.cli.conftest import Terminal


@pytest.fixture
def counted(terminal: Terminal) -> Terminal:
    """Counted calls of this hour and of the day before, through two profiles."""
    profile = terminal.world.create_profile("Newsroom")
    now, log = terminal.world.clock(), AuditLog(terminal.world.database, terminal.world.settings.audit_table)
    hers: dict[str, Any] = {"profile_key": profile.key, "profile_name": "Newsroom"}
    for duration in (10, 20, 700):
        log.write_row(row(now, duration_ms=duration, **hers))
    log.write_row(refusal(now, **hers))
    log.write_row(row(now - timedelta(hours=20), status=404, duration_ms=5))
    terminal.world.run_housekeeping()
    return terminal


HERS = {"start": "2026-11-23T09", "calls": 4, "errors": 0, "limited": 1, "median_ms": 20, "p95_ms": 800}
OTHER = {"start": "2026-11-22T13", "calls": 1, "errors": 1, "limited": 0, "median_ms": 5, "p95_ms": 5}


@pytest.mark.parametrize(
    ("words", "found", "length"),
    [
        pytest.param([], [OTHER, HERS], 48, id="everybody"),
        pytest.param(["--profile", "newsroom"], [HERS], 48, id="a profile by name"),
        pytest.param(["--since", "2h"], [HERS], 3, id="since"),
        pytest.param(["--until", "2h", "--since", "1d"], [OTHER], 23, id="until"),
        pytest.param(["--since", "30d", "--profile", "K1"], [OTHER | {"start": "2026-11-22"}], 31, id="days"),
        pytest.param(["--profile", "K9"], [], 0, id="no calls"),
    ],
)
def test_the_figures(counted: Terminal, words: list[str], found: list[dict[str, Any]], length: int) -> None:
    bars = counted.run_json("log", "chart", *words)
    assert [bar for bar in bars if bar["calls"]] == found
    assert len(bars) == length


def test_the_same_for_people(counted: Terminal) -> None:
    table, said = counted.run("log", "chart")
    (line,) = [line for line in table.splitlines() if line.startswith("2026-11-23 09")]
    assert line.split() == ["2026-11-23", "09", "4", "0", "1", "20", "800", "#" * 32]
    assert "All calls in whole hours" in said
    assert "last at 2026-11-23 09:00:00 UTC" in said
