"""Record codes: small whole numbers, counted up per family."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.store.ops import Database, Item, Key, Update, absent, equals

LINK_CODE_ATTRIBUTE: Final = "UserAccountCode"
"""The attribute that holds the code of a link between contact and account; a link is not a record of its own."""


RESERVED_CODES_AFTER_CLASH: Final = 20
"""How many codes are reserved ahead of their records after writers have clashed."""


def counter_key(family: str) -> Key:
    """The key of the row that holds the last code of a family."""
    return Key(f"N#{family}", "A")


class CodeCounter:
    """Issues the next code of a family. A warm process remembers the last code and reads nothing to find it.

    The counter row is updated in the same transaction as the record that takes the code. After writers have clashed,
    the counter row is updated first, in a write of its own, so that many writers do not wait for one another; a code
    may then stay unused.
    """

    def __init__(self, db: Database, table: str) -> None:
        self._db, self._table = db, table
        self._last: dict[str, int] = {}
        self._reserved_left = 0

    def note_clash(self) -> None:
        """Notes that writers have clashed, so that the next codes are reserved ahead of their records."""
        self._reserved_left = RESERVED_CODES_AFTER_CLASH

    def take_code(self, family: str, change: Change) -> int:
        """Issues the next code of a family for a record of this change; see `take_codes`."""
        return self.take_codes(family, change, 1)[0]

    def take_codes(self, family: str, change: Change, count: int) -> range:
        """Issues the next codes of a family for `count` records of this change, which takes codes of the family once.

        The change fails with ConcurrentWrite when another writer took the codes first; the code that the other writer took
        is remembered.
        """
        key = counter_key(family)
        if self._reserved_left and not change.is_dry_run:
            self._reserved_left -= 1
            last: int = self._db.update(Update(self._table, key, add={"last": count}))["last"]
            self._note_code(family, last)
        else:
            last = self._take_with_record(family, key, change, count)
        codes = range(last - count + 1, last + 1)
        change.new_codes[RECORDS[family].code if family in RECORDS else LINK_CODE_ATTRIBUTE] = codes
        return codes

    def _take_with_record(self, family: str, key: Key, change: Change, count: int) -> int:
        if family not in self._last:
            self._last[family] = (self._db.get(self._table, key) or {}).get("last", 0)
        last = self._last[family]
        still = equals("last", last) if last else absent()
        change.add_operation(
            Update(self._table, key, assign={"last": last + count}, condition=still),
            lambda row: self._on_code_taken(family, row),
        )
        change.after_commit.append(lambda: self._note_code(family, last + count))
        return last + count

    def _note_code(self, family: str, last: int) -> None:
        self._last[family] = max(last, self._last.get(family, 0))

    def _on_code_taken(self, family: str, row: Item | None) -> Exception:
        self._last[family] = (row or {}).get("last", 0)
        return ConcurrentWrite()
