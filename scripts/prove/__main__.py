"""Proves what holds when stores fail and processes die, and prints the figures: `make prove`.

    python -m scripts.prove [--kills N] [--only PART ...] [--json]

Exit code 1 when a figure is not what it must be. Every part runs on this machine; nothing is asked of AWS.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from scripts.prove.figures import Figure, render_table
from scripts.prove.parts import PARTS, Workplace

KILLS = 100


def main() -> int:
    """Runs the parts, prints their figures, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how often the service is killed (default {KILLS})")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="run these parts alone")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = _run_parts(options.only, Workplace(Path(folder), options.kills, _say))
    seconds = round(time.monotonic() - started)
    wrong = [figure for figure in figures if not figure.holds]
    if options.json:
        print(json.dumps({"seconds": seconds, "figures": [asdict(figure) for figure in figures]}, indent=2))
    else:
        print(render_table(figures))
        print(f"make prove: {len(figures) - len(wrong)} figures hold, {len(wrong)} do not; {seconds} seconds")
    return 1 if wrong else 0


def _run_parts(names: Iterable[str], place: Workplace) -> list[Figure]:
    """The figures of all parts; a part that cannot run is a figure that does not hold."""
    figures: list[Figure] = []
    for name in names:
        started = time.monotonic()
        _say(f"{name} ...")
        try:
            found = PARTS[name](place)
        except Exception as error:  # noqa: BLE001 (the other parts still run)
            found = [Figure(name, "did not run", "to run", holds=False, faults=[f"{type(error).__name__}: {error}"])]
        figures += found
        state = "holds" if all(figure.holds for figure in found) else "DOES NOT HOLD"
        _say(f"{name}: {state} ({time.monotonic() - started:.0f} s)")
    return figures


def _say(text: str) -> None:
    print(f"prove: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
