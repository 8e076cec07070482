"""Unique values: each is reserved by a row, so that no two records of a kind have it; the row finds the record, too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from affino_mcp.characters import remove_unseen
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, absent
from affino_mcp.text import fold, fold_address
from affino_mcp.tool_errors import Conflict


class UniqueValue(NamedTuple):
    """A value of a record that no other record has: its attribute, the attribute that it counts with, and the text."""

    attribute: str
    counts_as: str
    text: str


def unique_key(family: str, name: str, value: str) -> Key:
    """The key of the row that reserves a unique value. Case is ignored, accents count; so are the two forms of a domain.

    The value is hashed, because a key holds at most 2,048 bytes.
    """
    return Key(f"U#{family}#{name}#{hashlib.sha256(fold_address(value).encode()).hexdigest()}", "A")


def unique_keys(stored: RecordState) -> list[Key]:
    """The keys of the rows that reserve a record's unique values; none when it is deleted."""
    return list(_unique_rows(stored))


def save_unique_values(db: Database, change: Change, before: RecordState | None, after: RecordState) -> None:
    """Adds to a change that the record's unique values are reserved, and its former ones free again.

    The change fails with Conflict, naming the attribute and the other record, when another record has one of them.
    """
    old, new = _unique_rows(before), _unique_rows(after)
    for key in old.keys() - new.keys():
        if _is_held(db, change.table, key, before):
            change.add_operation(Delete(change.table, key))
    for key in new.keys() - old.keys():
        refuse = _duplicate_error(after.document, new[key]["argument"])
        change.add_operation(Put(change.table, new[key], absent()), refuse)


def _list_values(document: Document) -> Iterator[UniqueValue]:
    record = document.record
    for name, counts_as in [*((name, name) for name in record.unique), *record.same_values.items()]:
        if value := document.values.get(name):
            yield UniqueValue(name, counts_as, value)


def _unique_rows(stored: RecordState | None) -> dict[Key, Item]:
    if stored is None or stored.document.deleted:
        return {}
    document, found = stored.document, dict[Key, Item]()
    for value in _list_values(document):
        key = unique_key(document.family, value.counts_as, value.text)
        found.setdefault(key, {**key._asdict(), "code": document.code, "argument": value.attribute})
    return found


def _is_held(db: Database, table: str, key: Key, before: RecordState | None) -> bool:
    """False for a key that another record holds, or none.

    A value may have been stored under another key, or without one, before it was compared as it is now.
    """
    if before is None or all(map(_was_always_reserved, _list_values(before.document))):
        return True
    row = db.get(table, key)
    return row is not None and row["code"] == before.document.code


def _was_always_reserved(value: UniqueValue) -> bool:
    is_plain = remove_unseen(value.text) == value.text and fold(value.text) == fold_address(value.text)
    return is_plain and value.attribute == value.counts_as


def _duplicate_error(document: Document, argument: str) -> Callable[[Item | None], Exception]:
    def refuse(row: Item | None) -> Exception:
        record = document.record
        return Conflict(
            f"Another {record.words} has this {argument} already. Use the existing record instead of a second one.",
            argument=argument,
            existing={record.code: row["code"]} if row else None,
        )

    return refuse
