"""What a call reads among few records and among many: `python -m bench.growth [SIZE ...]` (default 1,000 and 100,000).

The records are put into the store as their creation would leave them. Ends with code 1 when a call makes other requests, or
reads other numbers of rows, among many records than among few.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import index_rows
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.store.ops import Put
from affino_mcp.store.testing.metered_database import Usage
from bench.metered_calls import MeteredOffice

SIZES: Final = (1_000, 100_000)
RARE: Final = 250
"""One record in so many has the word that is searched for, up to four in all."""
CALLS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("get_account", {"AccountCode": 77}),
    ("list_accounts", {}),
    ("list_accounts", {"SortBy": "Name"}),
    ("list_accounts", {"SortBy": "Updated", "SortOrder": "desc"}),
    ("list_accounts", {"Mine": True, "SortBy": "Created"}),
    ("list_accounts", {"StartCode": 500}),
    ("list_accounts", {"Search": "rarity"}),
    ("list_accounts", {"Search": "rarity account"}),
    ("create_account", {"Name": "Another"}),
    ("update_account", {"AccountCode": 77, "City": "York"}),
    ("delete_account", {"AccountCode": 78}),
]


class Reads(NamedTuple):
    """The requests of a call to the store, the rows that it read, and its write units."""

    requests: int
    rows: int
    writes: int


def measure_growth(size: int) -> dict[str, Reads]:
    """What each of the calls uses among so many accounts."""
    with contextlib.redirect_stdout(io.StringIO()):
        office = MeteredOffice()
        put_accounts(office, size)
        office.call("list_accounts")  # the first call of a process reads the profile's secret
        found = {f"{tool} {arguments}": office.call(tool, **arguments).usage for tool, arguments in CALLS}
        office.handler.close()
    return {name: Reads(used.requests, used.rows_read, used.writes) for name, used in found.items()}


def put_accounts(office: MeteredOffice, size: int) -> None:
    """Puts so many accounts with their index rows and words into the store, and the last code."""
    settings = office.world.settings
    for code in range(1, size + 1):
        document = _make_account(office, code)
        facets = FACETS["accounts"](RecordState(document))
        office.database.put(Put(settings.records_table, document.to_row()))
        for row in index_rows(document, facets).values():
            office.database.put(Put(settings.records_table, row))
        for row in word_rows(document, facets).values():
            office.database.put(Put(settings.words_table, row))
    office.database.put(Put(settings.records_table, {"pk": "N#accounts", "sk": "A", "last": size}))
    office.database.usage = Usage()


def _make_account(office: MeteredOffice, code: int) -> Document:
    stamp = format_iso(office.world.clock())
    by = {"UserCode": office.person, "Name": "Una Mighty"}
    rare = " rarity" if code % RARE == 0 and code <= 4 * RARE else ""
    values = {"Name": f"Account {code:07d}{rare}"}
    system = {"CreatedDate": stamp, "CreatedBy": by, "UpdatedDate": stamp, "UpdatedBy": by}
    return Document("accounts", code, 1, values, system)


def render_growth(measured: Mapping[int, Mapping[str, Reads]]) -> Iterator[str]:
    """Renders a table: requests, rows read and write units of each call for each number of records."""
    yield "| requests, rows read, write units | " + " | ".join(f"{size:,} records" for size in measured) + " |"
    yield "|---|" + "---|" * len(measured)
    for name in next(iter(measured.values())):
        yield f"| {name} | " + " | ".join(", ".join(map(str, found[name])) for found in measured.values()) + " |"


def main() -> int:
    """Measures, prints the table, and gives the exit code."""
    measured = {size: measure_growth(size) for size in [int(text) for text in sys.argv[1:]] or SIZES}
    print("\n".join(render_growth(measured)))
    return 0 if all(found == next(iter(measured.values())) for found in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
