"""Stored lists: one row for each list, absent while its entries are the defaults of the catalogue.

An entry is a Document, so what points to it is resolved and named like any other reference, in the same batch read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.families.lists import DEFAULT_ENTRIES, LIST_RECORDS, ORDER, ORDER_STEP
from affino_mcp.compact_json import to_json
from affino_mcp.instance.builtin.engine.document import RECORD_SK, Document
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Item, Key
from affino_mcp.value_class import value_class

WHOLE_LIST: Final = 0
"""The code that stands for a whole list among references; no entry has it."""


def list_key(family: str) -> Key:
    """The key of a list's row."""
    return Key(f"L#{family}", RECORD_SK)


def whole_list(family: str) -> RecordRef:
    """The reference that stands for all entries of a list."""
    return RecordRef(family, WHOLE_LIST)


def is_list(family: str) -> bool:
    """True for the family of a list's entries."""
    return family in LIST_RECORDS


def lists_among(families: Collection[str]) -> list[str]:
    """The families of lists among these, in the catalogue's order."""
    return [family for family in LIST_RECORDS if family in families]


@value_class
class StoredList:
    """A list as its row holds it.

    `entries` are its documents by code; `version` is 0 while no operator has changed the list, and `last_code` the highest
    code that it ever gave.
    """

    family: str
    version: int
    last_code: int
    entries: Mapping[int, Document]

    @cached_property
    def in_order(self) -> Sequence[Document]:
        """The entries by their place, then by code."""
        return sort_entries(self.entries.values())

    def to_documents(self) -> dict[RecordRef, Document]:
        """The entries by reference, and a document that stands for the whole list: it was read."""
        whole = Document(self.family, WHOLE_LIST, self.version, {}, {})
        return {RecordRef(self.family, code): entry for code, entry in [(WHOLE_LIST, whole), *self.entries.items()]}

    def to_row(self) -> Item:
        """The row of the list."""
        body = [{"code": d.code, "version": d.version, "values": dict(d.values)} for d in self.entries.values()]
        text = to_json(body)
        return {**list_key(self.family)._asdict(), "version": self.version, "last_code": self.last_code, "body": text}


def read_list(family: str, row: Item | None) -> StoredList:
    """The list of this row; without a row the default entries."""
    if row is None:
        return _DEFAULT_LISTS[family]
    entries = [_make_entry(family, each["code"], each["version"], each["values"]) for each in json.loads(row["body"])]
    return StoredList(family, row["version"], row["last_code"], {entry.code: entry for entry in entries})


def _make_entry(family: str, code: int, version: int, values: Mapping[str, Any]) -> Document:
    return Document(family, code, version, values, {})


def sort_entries(entries: Collection[Document]) -> Sequence[Document]:
    """The entries by their place, then by code."""
    return sorted(entries, key=lambda entry: (entry.values.get(ORDER, entry.code * ORDER_STEP), entry.code))


def _default_list(family: str) -> StoredList:
    entries = {code: _make_entry(family, code, 1, values) for code, values in DEFAULT_ENTRIES[family].items()}
    return StoredList(family, 0, max(entries, default=0), entries)


_DEFAULT_LISTS: Final = {family: _default_list(family) for family in LIST_RECORDS}
