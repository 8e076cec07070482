"""Output from the catalogue.

`catalogue.py docs` writes docs/tools.md and the snapshots of the tools; `catalogue.py price` prints what tools/list costs.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.manual import render_manual
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.routes import ROUTES
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.mcp_edge.server import CatalogueTool

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # how the library opens its own data
    import bpe_openai

ROOT: Final = Path(__file__).parents[1]
TOOLS_PAGE: Final = ROOT / "docs" / "tools.md"
SNAPSHOTS: Final = ROOT / "tests" / "snapshots" / "tools"
REST_PAGE: Final = ROOT / "docs" / "rest.md"
ROUTES_SNAPSHOT: Final = ROOT / "tests" / "snapshots" / "routes.txt"
FULL_CAPABILITY: Final = Capability({family: frozenset(Access) for family in Family})


def encode_listing(method: Method) -> bytes:
    """One tool as tools/list sends it."""
    tool = CatalogueTool.from_method(method, in_thread=False).to_mcp_tool()
    shown = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def encode_list(methods: list[Method]) -> bytes:
    """The array of these tools as tools/list sends it."""
    return b"[" + b",".join(map(encode_listing, methods)) + b"]"


def count_bytes_by_family(methods: list[Method]) -> Counter[str]:
    """The bytes of these tools in tools/list by family, with a comma for each tool."""
    found: Counter[str] = Counter()
    for method in methods:
        found[method.family] += len(encode_listing(method)) + 1
    return found


def list_everything(mode: ListMode) -> list[Method]:
    """What tools/list shows a profile in this mode that allows everything."""
    return ToolView(FULL_CAPABILITY, mode).list_methods()


@cache
def _tokenizer() -> bpe_openai.Encoding:
    return bpe_openai.get_encoding("o200k_base")


def count_tokens(text: str) -> int:
    """The number of o200k tokens in a text, counted without a network; other models' tokens differ by some percent."""
    return len(_tokenizer().encode(text))


def _price_line(name: str, methods: list[Method]) -> str:
    text = encode_list(methods)
    return f"{name:<16}{len(methods):>6}{len(text):>10,}{count_tokens(text.decode()):>10,}"


def format_snapshot(tool: dict[str, Any]) -> str:
    """The snapshot of a tool as tools/list sends it."""
    return json.dumps(tool, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def format_route_table() -> str:
    """The routes as a table of the documentation, below `/rest/{dbname}/v2`."""
    rows = sorted((route.path, route.verb, route.method.name) for route in ROUTES)
    lines = [f"| {verb} | `{path}` | [{name}](tools.md#{name}) |" for path, verb, name in rows]
    return "\n".join(["| verb | path below `/rest/{dbname}/v2` | method |", "|---|---|---|", *lines]) + "\n"


def write_rest_page() -> None:
    """Writes the table of routes into the page of the REST API."""
    begin, end = "<!-- made by `make docs` -->\n", "<!-- end of the routes -->"
    head, _, rest = REST_PAGE.read_text(encoding="utf-8").partition(begin)
    tail = rest.partition(end)[2]
    REST_PAGE.write_text(f"{head}{begin}{format_route_table()}{end}{tail}", encoding="utf-8")


def format_routes() -> str:
    """The snapshot of the routes of the REST API: verb, path and method of each, in the order of their paths."""
    lines = [f"{route.verb:<7}{route.path:<62}{route.method.name}" for route in ROUTES]
    return "\n".join(sorted(lines, key=lambda line: line[7:])) + "\n"


def write_snapshots() -> None:
    """Writes the snapshot of the routes and one for every tool, and removes those of tools that are gone."""
    ROUTES_SNAPSHOT.write_text(format_routes(), encoding="utf-8")
    for path in SNAPSHOTS.glob("*.json"):
        if path.stem not in METHODS:
            path.unlink()
    for method in METHODS.values():
        text = format_snapshot(json.loads(encode_listing(method)))
        (SNAPSHOTS / f"{method.name}.json").write_text(text, encoding="utf-8")


def print_price() -> None:
    """Print the table."""
    full = list_everything(ListMode.FULL)
    print(f"{'family':<16}{'tools':>6}{'bytes':>10}{'tokens':>10}")
    for family in dict.fromkeys(method.family for method in full):
        print(_price_line(family, [method for method in full if method.family == family]))
    print(_price_line("all families", full))
    for mode in (ListMode.FAMILY, ListMode.COMPACT):
        print(_price_line(f"{mode} mode", list_everything(mode)))


def main(arguments: list[str]) -> int:
    """Runs the command that the arguments name; gives the exit code, which is 2 for an unknown command."""
    if arguments == ["docs"]:
        TOOLS_PAGE.write_text(render_manual(), encoding="utf-8")
        write_snapshots()
        write_rest_page()
    elif arguments == ["price"]:
        print_price()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
