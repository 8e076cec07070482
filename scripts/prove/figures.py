"""A figure that is proved: what was found, what it must be, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MAX_FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Figure:
    """One line of the report. `faults` name what is wrong; they are shown below the table."""

    what: str
    found: str
    wanted: str
    holds: bool
    faults: Sequence[str] = field(default=())


def no_faults(what: str, faults: Sequence[str], found: str = "") -> Figure:
    """Gives the figure of something that must not happen; `found` says more than the number of faults."""
    return Figure(what, found or str(len(faults)), "0", not faults, faults)


def render_table(figures: Sequence[Figure]) -> str:
    """Gives the figures as a table in Markdown, with the faults below it."""
    rows = [("what", "found", "must be", ""), ("---", "---", "---", "---")]
    rows += [(each.what, each.found, each.wanted, "holds" if each.holds else "**DOES NOT HOLD**") for each in figures]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines += [f"- {each.what}: {fault}" for each in figures for fault in each.faults[:MAX_FAULTS_SHOWN]]
    return "\n".join(lines)
