"""What a call reads among few records and among many: `python -m bench.growth [SIZE ...]` (default 1,000 and 100,000).

The rows of the records are those that their creation would leave (bench/many_accounts.py). Ends with code 1 when a call makes
other requests, or reads other numbers of rows, among many records than among few.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.settings import Settings
from bench.many_accounts import ManyAccounts
from bench.metered_calls import MeteredOffice

SIZES: Final = (1_000, 100_000)
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
        office = MeteredOffice(ManyAccounts(size, Settings()))
        office.call("list_accounts")  # the first call of a process reads the profile's secret
        found = {f"{tool} {arguments}": office.call(tool, **arguments).usage for tool, arguments in CALLS}
        office.handler.close()
    return {name: Reads(used.requests, used.rows_read, used.writes) for name, used in found.items()}


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
