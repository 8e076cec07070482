"""The rows of the API Log in a span of time, found by index ByTime and read whole, as the log's own screens read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from affino_mcp.audit.integrity.digest import Leaf
from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.log_pages import iterate_all_calls, load_whole_rows
from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.store.ops import Database
from affino_mcp.ulids import read_ulid, ulid_moment, write_ulid
from affino_mcp.value_class import value_class

_MILLISECOND_CHARACTERS: Final = 10
"""The characters of a ULID that hold its time."""


@value_class
class LogTable:
    """The table of the API Log. Every method may raise StoreUnavailable."""

    database: Database
    name: str

    def read_leaves(self, begins: datetime, ends: datetime) -> Iterator[Leaf]:
        """Yields id and hash of the rows with ids from `begins` until just before `ends`, in the order of their ids."""
        for page in iterate_all_calls(self.database, self.name, lowest_ulid(begins), _highest_before(ends)):
            for item in load_whole_rows(self.database, self.name, page.items):
                yield Leaf(str(item["sk"]), hash_row(item))


def id_moment(id_: str) -> datetime | None:
    """Gives the millisecond in a row's id; None when the text is no ULID."""
    try:
        return ulid_moment(id_[:_MILLISECOND_CHARACTERS] + "0" * (26 - _MILLISECOND_CHARACTERS))
    except ValueError:
        return None


def is_in_span(id_: str, begins: datetime, ends: datetime) -> bool:
    """True when a row of this id belongs to the window."""
    return lowest_ulid(begins) <= id_ <= _highest_before(ends)


def _highest_before(ends: datetime) -> str:
    return write_ulid(max(0, read_ulid(lowest_ulid(ends)) - 1))
