"""A service whose records were written in layout 1, and its index rows as they are stored and as they should be."""

from __future__ import annotations

from typing import Any

from affino_mcp.instance.builtin.engine.index import index_rows
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.store.ops import Item
from tests.former_layout import (
    put_former_rows,
)
from tests.unit.cli.conftest import Terminal, make_terminal
from tests.world import World, WorldClient

MANAGER = 3
"""The code of a sales manager of the former rows."""
Rows = dict[tuple[str, str, str], Item]


def former() -> Terminal:
    """A terminal on a service whose records were written in layout 1."""
    terminal = make_terminal()
    put_former_rows(terminal.world.database, terminal.world.settings)
    return terminal


def client_of(world: World) -> WorldClient:
    """A client of a sales manager and editor who may see every record."""
    people = ("Sales Managers", "Legal", "Editors", "Publishers", "Community", "Operators")
    world.people.create(MANAGER, "Mara Lind", "mara@affino.example", groups=people)
    return WorldClient(world, world.new_handler(), world.log_in(world.create_profile(), MANAGER))


def is_index_row(row: Item) -> bool:
    return row["pk"][:2] in {"F#", "W#"}


def stored_index(world: World) -> Rows:
    """Every index row that is stored, by table and key."""
    tables = (world.settings.records_table, world.settings.words_table)
    return {
        (table, row["pk"], row["sk"]): row
        for table in tables
        for row in world.database.list_rows(table)
        if is_index_row(row)
    }


def made_index(world: World) -> Rows:
    """Every index row that the records make, by table and key."""
    rows: Rows = {}
    names = [row["pk"] for row in world.database.list_rows(world.settings.records_table) if row["sk"] == "A"]
    for family, _, code in (name.partition("#") for name in names):
        stored = world.records.load_record(family, int(code)) if family in world.records.facets else None
        if stored is not None:
            facets = world.records.facets[family](stored)
            for table, make in ((world.settings.records_table, index_rows), (world.settings.words_table, word_rows)):
                rows |= {(table, *key): row for key, row in make(stored.document, facets).items()}
    return rows


def found_codes(client: WorldClient, tool: str, code: str, **arguments: Any) -> list[int]:
    """The codes of all records that a list tool gives, page by page."""
    found: list[int] = []
    while True:
        page = client.call_tool(tool, **arguments, PageSize=50).result
        found += [item[code] for item in page["Items"]]
        if not page.get("NextCursor"):
            return found
        arguments["Cursor"] = page["NextCursor"]
