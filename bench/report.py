"""The report of `make bench`: one table of servers, one of ceilings; the first is written into the README."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Final

from bench.budget import Line, Measured
from bench.measured import MeasuredServer
from bench.servers import NOTHING, SERVICE_RESTORED, USUAL

README: Final = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- written by `make bench ARGS=--readme` -->", "<!-- end of the measurements -->"
COLUMNS: Final = (
    "tools/call, 2026-07-28",
    "tools/call, 2025-06-18",
    "tools/list, 2026-07-28",
    "tools/list, 2025-06-18",
)
_HEAD: Final = ("CPU ms", "start", "of FastMCP + Mangum", "first call", *COLUMNS, "MB over nothing")


def render_table(measured: Measured) -> str:
    """Gives the table of all servers in Markdown."""
    rows = [_HEAD, ["---"] * len(_HEAD), *(_row(name, server, measured) for name, server in measured.items())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(name: str, server: MeasuredServer, measured: Measured) -> list[str]:
    start = [f"{server.start:.0f}", f"{server.start / measured[USUAL].start:.2f}"]
    start = ["", ""] if name == SERVICE_RESTORED else start  # Lambda makes it once for each version
    calls = [f"{server.call(message):.2f}" if message in server.calls else "" for message in COLUMNS]
    first = f"{server.first_call:.1f}" if server.first_calls else ""
    memory = median(server.memory) - median(measured[NOTHING].memory)
    return [name, *start, first, *calls, f"{memory:.0f}"]


def render_budget(lines: Iterable[Line]) -> str:
    """Gives the table of ceilings in Markdown."""
    rows = [("ceiling", "at most", "measured", ""), ("---",) * 4]
    rows += [(one.name, f"{one.ceiling:g}", f"{one.found:.3g}", "" if one.is_held else "**ABOVE**") for one in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_readme(table: str) -> None:
    """Puts the table between its marks in the README."""
    before = README.read_text()
    README.write_text(
        re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", f"{BEGIN}\n{table}\n{END}", before, flags=re.DOTALL)
    )
