"""The ceilings of `make bench`: each is of something that a run measures, and a run above one fails."""

from __future__ import annotations

import tomllib
from typing import Final

import pytest

from bench.budget import BUDGET, Line, read_lines
from bench.report import COLUMNS, render_budget, render_table
from bench.servers import build_servers

REQUESTS: Final = {"tools/call": 4, "tools/list": 2}


@pytest.fixture
def measured() -> dict[str, object]:
    """Servers that all cost the same."""
    servers = build_servers("http://127.0.0.1:1", "/tmp", 1)
    for server in servers.values():
        server.starts.append((2.0, 1.0))
        server.first_calls.append(1.0)
        server.memory.append(20.0)
        server.calls.update({name: [1.0] for name in COLUMNS})
        server.sizes.update(dict.fromkeys(COLUMNS, 80_000))
    return dict(servers)


def test_every_ceiling_is_measured(measured: dict[str, object]) -> None:
    lines = read_lines(measured, REQUESTS)  # type: ignore[arg-type]
    assert [line.name for line in lines] == [
        name for part in tomllib.loads(BUDGET.read_text()).values() for name in part
    ]
    assert {line.name for line in lines if not line.is_held} == {
        "start / FastMCP + Mangum",
        "tools/call 2025-06-18 / FastMCP + Mangum, which has no gate",
    }


def test_a_table_has_a_row_for_each_server(measured: dict[str, object]) -> None:
    assert len(render_table(measured).splitlines()) == len(measured) + 2  # type: ignore[arg-type]


@pytest.mark.parametrize(("found", "shown"), [(1.0, False), (1.1, True)])
def test_what_is_above_its_ceiling_is_shown(found: float, shown: bool) -> None:
    assert ("ABOVE" in render_budget([Line("ratios", "x", 1.0, found)])) == shown
