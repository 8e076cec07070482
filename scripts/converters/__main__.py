"""Tries offline what client libraries make of every tools/list, prints the table and writes it into docs/clients.md.

    python -m scripts.converters [--tools FOLDER] [--break KIND]

`--tools` is the folder of the tool environments, `.tools` by default. Each kind of fault is then put into one tool's schema, and
the cells that must turn red are looked at. `--break` puts one fault into the full list instead, and writes nothing. Exit code
1 when a cell is red, or when a fault leaves green what it must turn red; a library that is not installed is said, and is
neither.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from affino_mcp.catalogue.list_mode import ListMode
from scripts.converters.broken_schemas import BREAKS, break_one
from scripts.converters.conversion_table import list_faults, list_unseen_breaks, render_table, write_table
from scripts.converters.libraries import Conversions, convert_everywhere
from scripts.converters.modes import list_modes
from tests.clients.installed import CannotInstall, install_packages

_NODE: Final = Path(__file__).parent / "node"


def _install_node_libraries(folder: Path) -> None:
    try:
        install_packages(_NODE, folder / "converters-node")
    except CannotInstall as reason:
        print(f"not tried here: {reason}", file=sys.stderr)


def _show(found: Conversions) -> bool:
    """Prints the table; gives whether no cell is red."""
    print("\n".join([*render_table(found), *list_faults(found)]))
    return all(one.is_green or one.missing for row in found.values() for one in row)


def _try_every_mode(folder: Path) -> bool:
    modes = list_modes()
    broken = {kind: [break_one(modes[ListMode.FULL], kind)] for kind in BREAKS}
    found = convert_everywhere({**modes, **broken}, folder)
    table = {mode: found[mode] for mode in modes}
    write_table(table)
    green = _show(table)
    unseen = list(list_unseen_breaks({kind: found[kind] for kind in BREAKS}))
    print("\n".join(unseen or [f"each of {len(BREAKS)} faults put into a schema turned its cells red"]))
    return green and not unseen


def main(arguments: list[str]) -> int:
    """Runs the command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.converters")
    parser.add_argument("--tools", type=Path, default=Path(".tools"))
    parser.add_argument("--break", dest="broken", choices=BREAKS)
    asked = parser.parse_args(arguments)
    folder: Path = asked.tools.resolve()
    _install_node_libraries(folder)
    if not asked.broken:
        return 0 if _try_every_mode(folder) else 1
    tools = list_modes()[ListMode.FULL]
    broken = break_one(tools, asked.broken)
    whole = [broken if tool["name"] == broken["name"] else tool for tool in tools]
    return 0 if _show(convert_everywhere({ListMode.FULL: whole}, folder)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
