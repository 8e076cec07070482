"""The table of client libraries: printed, and written into docs/clients.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.converters.broken_schemas import BREAKS
from scripts.converters.libraries import Conversion, Conversions

PAGE: Final = Path(__file__).parents[2] / "docs" / "clients.md"
BEGIN: Final = "<!-- Written by `make converters`; do not edit. -->"
END: Final = "<!-- The end of what `make converters` writes. -->"
MAX_SHOWN_FAULTS: Final = 5


def describe_cell(found: Conversion) -> str:
    """One cell: tools taken of those listed, and how many nodes lost their type."""
    if found.missing:
        return f"not tried here: {found.missing}"
    red = "" if found.is_green else "**RED** "
    return f"{red}{found.accepted}/{found.listed}, {found.untyped} untyped"


def render_table(conversions: Conversions) -> Iterator[str]:
    """The table as Markdown, a line at a time."""
    yield f"| Client library | Version | {' | '.join(conversions)} |"
    yield "|---" * (2 + len(conversions)) + "|"
    for row in zip(*conversions.values(), strict=True):
        version = next((found.version for found in row if found.version), "")
        yield f"| {row[0].client} | {version} | {' | '.join(map(describe_cell, row))} |"


def list_faults(conversions: Conversions) -> Iterator[str]:
    """What is wrong in each red cell, the first few of each."""
    for mode, row in conversions.items():
        for found in row:
            yield from (f"{mode}, {found.client}: {fault}" for fault in found.faults[:MAX_SHOWN_FAULTS])


def write_table(conversions: Conversions, page: Path = PAGE) -> None:
    """Writes the table into its place on the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    table = "\n".join(render_table(conversions))
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def list_unseen_breaks(conversions: Conversions) -> Iterator[str]:
    """The faults put into a schema that left a cell green which they must turn red; `conversions` are by kind of fault."""
    for kind, row in conversions.items():
        for found in row:
            if found.client in BREAKS[kind].red and found.is_green:
                yield f"{kind} was put into a schema, and {found.client} stayed green"
