"""Output from the catalogue.

`catalogue.py docs` writes docs/tools.md and the snapshots of the tools; `catalogue.py price` prints what tools/list costs.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.manual import render_manual
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.mcp_edge.server import CatalogueTool

ROOT: Final = Path(__file__).parents[1]
TOOLS_PAGE: Final = ROOT / "docs" / "tools.md"
SNAPSHOTS: Final = ROOT / "tests" / "snapshots" / "tools"
CHARACTERS_PER_TOKEN: Final = 4
FULL_CAPABILITY: Final = Capability({family: frozenset(Access) for family in Family})


def encode_listing(method: Method) -> bytes:
    """One tool as tools/list sends it."""
    tool = CatalogueTool.from_method(method, in_thread=False).to_mcp_tool()
    shown = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def count_bytes_by_family(methods: list[Method]) -> Counter[str]:
    """The bytes of these tools in tools/list by family, with a comma for each tool."""
    found: Counter[str] = Counter()
    for method in methods:
        found[method.family] += len(encode_listing(method)) + 1
    return found


def list_everything(mode: ListMode) -> list[Method]:
    """What tools/list shows a profile in this mode that allows everything."""
    return ToolView(FULL_CAPABILITY, mode).list_methods()


def estimate_tokens(size: int) -> int:
    """The estimated number of tokens in this number of bytes."""
    return round(size / CHARACTERS_PER_TOKEN)


def _price_line(name: str, count: int, size: int) -> str:
    return f"{name:<16}{count:>6}{size:>10,}{estimate_tokens(size):>10,}"


def format_snapshot(tool: dict[str, Any]) -> str:
    """The snapshot of a tool as tools/list sends it."""
    return json.dumps(tool, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_snapshots() -> None:
    """Writes a snapshot for every tool, and removes those of tools that are gone."""
    for path in SNAPSHOTS.glob("*.json"):
        if path.stem not in METHODS:
            path.unlink()
    for method in METHODS.values():
        text = format_snapshot(json.loads(encode_listing(method)))
        (SNAPSHOTS / f"{method.name}.json").write_text(text, encoding="utf-8")


def print_price() -> None:
    """Print the table."""
    full = list_everything(ListMode.FULL)
    counts = Counter(method.family for method in full)
    print(f"{'family':<16}{'tools':>6}{'bytes':>10}{'tokens':>10}")
    for family, size in count_bytes_by_family(full).items():
        print(_price_line(family, counts[family], size))
    print(_price_line("all families", len(full), count_bytes_by_family(full).total()))
    for mode in (ListMode.FAMILY, ListMode.COMPACT):
        listed = list_everything(mode)
        print(_price_line(f"{mode} mode", len(listed), count_bytes_by_family(listed).total()))


def main(arguments: list[str]) -> int:
    """Runs the command that the arguments name; gives the exit code, which is 2 for an unknown command."""
    if arguments == ["docs"]:
        TOOLS_PAGE.write_text(render_manual(), encoding="utf-8")
        write_snapshots()
    elif arguments == ["price"]:
        print_price()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
