"""A store with any number of accounts, whose rows are computed when they are read, so that a million need no memory.

Each row is what the creation of its account would have written. What calls write lies above it, as in any store.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document, RecordState, record_key
from affino_mcp.instance.builtin.engine.index import facet_partition, index_rows
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Delete, Item, Key, Put, Query, WriteOp, write_key
from affino_mcp.store.testing.metered_database import MeteredDatabase
from tests.clock import START
from tests.template_tables import template_shapes

FAMILY: Final = "accounts"
RARE: Final = 250
"""One account in so many has the word that is searched for, up to four in all."""
DIGITS: Final = 7
_LAST: Final = "\U0010ffff"
_CREATOR: Final = {"UserCode": 1, "Name": "Una Mighty"}

Codes = Sequence[int]


def make_account(code: int) -> Document:
    """The account of this code."""
    rare = " rarity" if code % RARE == 0 and code <= 4 * RARE else ""
    stamp = format_iso(START)
    system = {"CreatedDate": stamp, "CreatedBy": _CREATOR, "UpdatedDate": stamp, "UpdatedBy": _CREATOR}
    return Document(FAMILY, code, 1, {"Name": f"Account {code:0{DIGITS}d}{rare}"}, system)


def make_rows(code: int, settings: Settings) -> dict[tuple[str, Key], Item]:
    """The rows of the account of this code, by table and key."""
    document = make_account(code)
    facets = FACETS[FAMILY](RecordState(document))
    own = {record_key(FAMILY, code): document.to_row()}
    records, words = settings.records_table, settings.words_table
    found = {(records, key): row for key, row in (own | index_rows(document, facets)).items()}
    return found | {(words, key): row for key, row in word_rows(document, facets).items()}


class ManyAccounts(MeteredDatabase):
    """A metered store that has accounts 1 to `size`, and whatever is written to it.

    Name, creation and change of the accounts are in the order of their codes, so that a page of any index is found by
    bisection.
    """

    def __init__(self, size: int, settings: Settings) -> None:
        super().__init__(template_shapes())
        self.size, self.settings = size, settings
        self._gone: set[tuple[str, Key]] = set()
        self._rows = lru_cache(maxsize=4096)(lambda code: make_rows(code, settings))
        self._codes: dict[tuple[str, str], Codes] = self._count_partitions()
        super()._apply_write(Put(settings.records_table, {"pk": f"N#{FAMILY}", "sk": "A", "last": size}))

    def count_rows(self, table: str, partition: str) -> int:
        """The number of accounts that have a row in a partition of an index."""
        return len(self._codes.get((table, partition), ()))

    def _count_partitions(self) -> dict[tuple[str, str], Codes]:
        """The codes of the rows of each partition, in their order."""
        everybody, words = range(1, self.size + 1), self.settings.words_table
        found: dict[tuple[str, str], Codes] = {(words, f"W#{FAMILY}#ac"): everybody}
        for facet in dict.fromkeys(("all", *FACETS[FAMILY](RecordState(make_account(1))).rows)):
            found[self.settings.records_table, facet_partition(FAMILY, facet)] = everybody
        found[words, f"W#{FAMILY}#ra"] = [code for code in range(RARE, 4 * RARE + 1, RARE) if code <= self.size]
        step = 10 ** (DIGITS - 2)
        for first in range(self.size // step + 1):
            last = min((first + 1) * step, self.size + 1)
            found[words, f"W#{FAMILY}#{first:02d}"] = range(max(1, first * step), last)
        return found

    def _find_row(self, table: str, key: Key) -> Item | None:
        found = super()._find_row(table, key)
        if found is not None or (table, key) in self._gone:
            return found
        code = _read_code(key)
        return self._rows(code).get((table, key)) if 0 < code <= self.size else None

    def _apply_write(self, op: WriteOp) -> Item | None:
        after = super()._apply_write(op)
        if isinstance(op, Delete):
            self._gone.add((op.table, write_key(op)))
        return after

    def _partition_rows(self, op: Query) -> list[Item]:
        written = super()._partition_rows(op)
        if op.partition_name != "pk":
            return written
        codes = self._codes.get((op.table, op.partition)) or self._own_code(op)
        hidden = {row["sk"] for row in written} | {key.sk for _, key in self._gone if key.pk == op.partition}
        rows = (self._row_in(op, code) for code in self._cut_window(op, codes, len(hidden)))
        return written + [row for row in rows if row["sk"] not in hidden]

    def _own_code(self, op: Query) -> Codes:
        code = _read_code(Key(op.partition, ""))
        return [code] if op.partition.startswith(f"{FAMILY}#") and code <= self.size else []

    def _cut_window(self, op: Query, codes: Codes, hidden: int) -> Codes:
        """The codes whose rows may be on the page: a page and one more, beside those that are hidden by writes."""
        low, high = op.span.prefix or op.span.low, f"{op.span.prefix}{_LAST}" if op.span.prefix else op.span.high
        start = op.start[op.sort] if op.start else None
        low, high = (start or low, high) if op.forward else (low, start or high)
        sort_value: Callable[[int], str] = lambda code: self._row_in(op, code)[op.sort]  # noqa: E731 (a key)
        first = bisect_left(codes, low, key=sort_value) if low else 0
        last = bisect_right(codes, high, key=sort_value) if high else len(codes)
        most = op.limit + 2 + hidden
        return codes[first : min(last, first + most)] if op.forward else codes[max(first, last - most) : last]

    def _row_in(self, op: Query, code: int) -> Item:
        return next(
            row for (table, key), row in self._rows(code).items() if (table, key.pk) == (op.table, op.partition)
        )


def _read_code(key: Key) -> int:
    """The code in the key of a row of an account; 0 in every other key."""
    mark, _, rest = key.pk.partition("#")
    said = rest if mark == FAMILY else key.sk.rpartition("#")[2] if rest.startswith(f"{FAMILY}#") else ""
    return int(said) if said.isdecimal() else 0
