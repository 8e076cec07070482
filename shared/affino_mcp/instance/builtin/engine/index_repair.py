"""Compares the index rows of records with what this version makes of them, and mends the difference.

Each write holds only while the record has the version that it was made from, so that no row of a record that is being
changed is made older, and none is removed that the record has just got.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.instance.builtin.engine.document import (
    UNREAD_RELATIONS,
    Document,
    RecordState,
    RelationsUnread,
    document_from_row,
    record_key,
)
from affino_mcp.instance.builtin.engine.index import facet_partition, index_rows
from affino_mcp.instance.builtin.engine.long_texts import add_starts
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.text_starts import lacks_start
from affino_mcp.instance.builtin.engine.word_index import word_partition, word_rows
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Check, Delete, Item, Key, Put, absent, equals
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.value_class import value_class

Place = tuple[str, Key]
"""The table of a row, and its key."""

_MAX_WRITES: Final = 99
"""The most rows of one transaction, which also checks the record."""
_FACET_MARK: Final = facet_partition("", "").partition("#")[0]
_WORD_MARK: Final = word_partition("", "").partition("#")[0]


def indexed_record(row: Item) -> RecordRef | None:
    """The record that an index row is of, whatever layout the row has; None for every other row."""
    mark, _, rest = str(row["pk"]).partition("#")
    if mark not in {_FACET_MARK, _WORD_MARK} or "code" not in row:
        return None
    return RecordRef(rest.partition("#")[0], row["code"])


@value_class
class IndexRepair:
    """Mends the index rows of these records; with `dry_run` it counts only. Every method may raise StoreUnavailable."""

    records: Records
    dry_run: bool = False

    def write_rows(self, documents: Sequence[Document]) -> int:
        """Writes the rows of some records that are missing or different; gives their number."""
        wanted = [self._make_rows(document) for document in documents]
        have = self._read_rows({place for rows in wanted for place in rows})
        pairs = zip(documents, wanted, strict=True)
        differing = [
            document
            for document, rows in pairs
            if lacks_start(document) or any(have.get(place) != rows[place] for place in rows)
        ]
        return sum(self._write_record(RecordRef(document.family, document.code)) for document in differing)

    def remove_rows(self, table: str, rows: Sequence[Item]) -> int:
        """Removes those of some index rows of a table that this version does not make; gives their number."""
        former = [row for row in rows if self._is_never_made(table, row)]
        for row in former:
            self._delete(table, row)
        own: dict[RecordRef, list[Key]] = {}
        for row in rows:
            if (ref := indexed_record(row)) is not None and not self._is_never_made(table, row):
                own.setdefault(ref, []).append(Key(row["pk"], row["sk"]))
        return len(former) + sum(
            self._remove_of_record(table, ref, own[ref]) for ref in self._find_suspects(table, own)
        )

    def _is_never_made(self, table: str, row: Item) -> bool:
        """True for a word's row among the records, where the former layout had them: no record needs to be asked."""
        return table == self.records.table and str(row["pk"]).startswith(f"{_WORD_MARK}#")

    def _delete(self, table: str, row: Item) -> None:
        if not self.dry_run:
            self.records.db.delete(Delete(table, Key(row["pk"], row["sk"])))

    def _find_suspects(self, table: str, own: dict[RecordRef, list[Key]]) -> list[RecordRef]:
        """The records that do not make all of these rows."""
        found = self.records.db.get_many(self.records.table, [record_key(*ref) for ref in own])
        made = {ref: self._make_rows(document_from_row(row)) for ref in own if (row := found.get(record_key(*ref)))}
        return [ref for ref, keys in own.items() if any((table, key) not in made.get(ref, ()) for key in keys)]

    def _make_rows(self, document: Document) -> dict[Place, Item]:
        """The rows that a record makes; its relations are read only when its facets depend on them."""
        try:
            return self._make_all_rows(RecordState(document, UNREAD_RELATIONS))
        except RelationsUnread:
            return self._make_all_rows(self.records.load_including_deleted(document.family, document.code))

    def _make_all_rows(self, stored: RecordState | None) -> dict[Place, Item]:
        if stored is None or stored.document.deleted or stored.document.family not in self.records.facets:
            return {}
        document, facets = stored.document, self.records.facets[stored.document.family](stored)
        tables = (self.records.table, index_rows), (self.records.words_table, word_rows)
        return {(table, key): row for table, rows in tables for key, row in rows(document, facets).items()}

    def _read_rows(self, places: Collection[Place]) -> dict[Place, Item]:
        return {
            (table, key): row
            for table in (self.records.table, self.records.words_table)
            for key, row in self.records.db.get_many(table, [key for name, key in places if name == table]).items()
        }

    def _write_record(self, ref: RecordRef) -> int:
        def attempt() -> int:
            stored = self._load_with_starts(ref)
            wanted = self._make_all_rows(stored)
            have = self._read_rows(wanted.keys())
            missing = [Put(table, row) for (table, key), row in wanted.items() if have.get((table, key)) != row]
            self._transact(ref, stored, missing)
            return len(missing)

        return retry_on_conflict(attempt)

    def _load_with_starts(self, ref: RecordRef) -> RecordState | None:
        """Loads a record, and stores the beginnings of its long texts, by which it is found, where they are missing."""
        stored = self.records.load_including_deleted(*ref)
        if stored is None or not lacks_start(stored.document):
            return stored
        held = add_starts(self.records, stored.document)
        after = replace(held, version=held.version + 1)
        if self.dry_run:
            return replace(stored, document=held)
        unchanged = equals("version", stored.document.version)
        self.records.db.transact([Put(self.records.table, after.to_row(), unchanged)], uuid.uuid4().hex)
        return replace(stored, document=after)

    def _remove_of_record(self, table: str, ref: RecordRef, keys: Sequence[Key]) -> int:
        def attempt() -> int:
            stored = self.records.load_including_deleted(*ref)
            wanted = self._make_all_rows(stored)
            stale = [Delete(table, key) for key in keys if (table, key) not in wanted]
            self._transact(ref, stored, stale)
            return len(stale)

        return retry_on_conflict(attempt)

    def _transact(self, ref: RecordRef, stored: RecordState | None, writes: Sequence[Put | Delete]) -> None:
        """Carries out the writes while the record is as it was read. Raises TransactionFailed when it is not."""
        still = equals("version", stored.document.version) if stored else absent()
        check = Check(self.records.table, record_key(*ref), still)
        for start in range(0, 0 if self.dry_run else len(writes), _MAX_WRITES):
            self.records.db.transact([check, *writes[start : start + _MAX_WRITES]], uuid.uuid4().hex)
