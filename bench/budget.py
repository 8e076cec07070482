"""The ceilings of bench/budget.toml, and what a run measured beside each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from bench.measured import MeasuredServer
from bench.messages import LEGACY_REVISION, MODERN_REVISION
from bench.servers import BARE_WITH_STORES, NOTHING, SERVICE, SERVICE_MANY_TOOLS, SERVICE_RESTORED, USUAL

BUDGET: Final = Path(__file__).with_name("budget.toml")
ERAS: Final = (MODERN_REVISION, LEGACY_REVISION)
Measured = Mapping[str, MeasuredServer]


class Line(NamedTuple):
    """One ceiling and what was measured."""

    kind: str
    name: str
    ceiling: float
    found: float

    @property
    def is_held(self) -> bool:
        """True when the measured value is not above the ceiling."""
        return self.found <= self.ceiling


def measure_all(measured: Measured, requests: Mapping[str, int]) -> dict[str, float]:
    """Gives every measured value that the budget may name."""
    ours, usual, floor = measured[SERVICE], measured[USUAL], measured[BARE_WITH_STORES]
    call, listing = (f"{method}, {LEGACY_REVISION}" for method in ("tools/call", "tools/list"))
    restored, first = measured[SERVICE_RESTORED], next(iter(ours.messages))
    found = {
        "start / FastMCP + Mangum": ours.start / usual.start,
        "start / an empty handler": ours.start / measured[NOTHING].start,
        "tools/call 2025-06-18 / FastMCP + Mangum, which has no gate": ours.call(call) / usual.call(call),
        "first call / later calls": ours.first_call / ours.call(first),
        "first call from a snapshot / later calls": restored.first_call / restored.call(first),
        "a call with twice the tools / a call": measured[SERVICE_MANY_TOOLS].call(call) / ours.call(call),
        "tools/list, the whole catalogue": ours.sizes[listing],
        "memory over an empty handler": median(ours.memory) - median(measured[NOTHING].memory),
    }
    for era in ERAS:
        asked = f"tools/call, {era}", f"tools/list, {era}"
        ratios = [ours.call(message) / floor.call(message) for message in asked]
        found[f"tools/call {era} / bare + the same store requests"] = ratios[0]
        found[f"tools/list {era} / bare list of the same bytes + the same store requests"] = ratios[1]
    return found | {f"store requests of {method}": count for method, count in requests.items()}


def read_lines(measured: Measured, requests: Mapping[str, int]) -> list[Line]:
    """Gives each ceiling with its measured value. Raises KeyError for a ceiling that nothing measures."""
    found = measure_all(measured, requests)
    ceilings = tomllib.loads(BUDGET.read_text())
    return [Line(kind, name, most, found[name]) for kind, lines in ceilings.items() for name, most in lines.items()]
