"""Stores long texts in rows of their own, under their digest, so that record and history rows stay small.

The record's value is then `{"Text": digest, "Parts": n, "Length": characters}`; a short text stays in the record
itself. The rows are never changed or removed, because history and undo refer to them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, check_document_values, record_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.text_starts import lacks_start, with_start
from affino_mcp.store.ops import Key, Put

MAX_INLINE_CHARACTERS: Final = 4_000
CHARACTERS_PER_ROW: Final = 90_000
"""Characters of one row: at most 360 KB in UTF-8, below DynamoDB's limit of 400 KB."""

TEXT_SK: Final = "T#"
StoredText = str | dict[str, Any]


def store_text(change: Change, family: str, code: int, name: str, text: str) -> StoredText:
    """Prepares the text of an attribute (`name`) for storing; returns the value for the record.

    A long text is added to the change as rows of its own; a short one is returned unchanged. Raises InvalidArgument for a
    text that the attribute may not hold.
    """
    check_document_values(RECORDS[family], {name: text})
    if len(text) <= MAX_INLINE_CHARACTERS:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = [text[start : start + CHARACTERS_PER_ROW] for start in range(0, len(text), CHARACTERS_PER_ROW)]
    kept: StoredText = {"Text": digest, "Parts": len(parts), "Length": len(text)}
    for key, part in zip(_part_keys(record_key(family, code).pk, kept), parts, strict=True):
        change.add_operation(Put(change.table, {"pk": key.pk, "sk": key.sk, "text": part}))
    return kept


def put_text(change: Change, document: Document, name: str, text: str) -> Document:
    """The document with this text of an attribute (`name`), prepared for storing as `store_text` does."""
    kept = store_text(change, document.family, document.code, name, text)
    changed = replace(document, values={**document.values, name: kept})
    return changed if kept == text else with_start(changed, name, text)


def add_starts(records: Records, document: Document) -> Document:
    """The document with the beginnings of its long texts, read from their rows where it does not hold them yet."""
    for name in lacks_start(document):
        key = next(_part_keys(document.key.pk, document.values[name]))
        row = records.db.get(records.table, key)
        document = with_start(document, name, row["text"] if row else "")
    return document


def text_length(kept: StoredText | None) -> int:
    """The number of characters of a stored text."""
    if isinstance(kept, str):
        return len(kept)
    return int(kept["Length"]) if kept else 0


def read_texts(records: Records, wanted: Sequence[tuple[str, int, StoredText | None]]) -> list[str]:
    """Reads stored texts; the long ones in one batch read.

    Takes `(family, code, stored value)` of each text; returns the texts in the same order.
    """
    keys = [key for family, code, kept in wanted for key in _part_keys(record_key(family, code).pk, kept)]
    found = {key: item["text"] for key, item in records.db.get_many(records.table, keys).items()} if keys else {}
    return [_join_parts(found, record_key(family, code).pk, kept) for family, code, kept in wanted]


def _join_parts(found: dict[Key, str], pk: str, kept: StoredText | None) -> str:
    if kept is None or isinstance(kept, str):
        return kept or ""
    return "".join(found.get(key, "") for key in _part_keys(pk, kept))


def _part_keys(pk: str, kept: StoredText | None) -> Iterator[Key]:
    if kept is not None and not isinstance(kept, str):
        yield from (Key(pk, f"{TEXT_SK}{kept['Text']}#{n:03d}") for n in range(kept["Parts"]))
