"""Writes the words of records that the transaction of a change could not hold: right after it, record by record.

The records are there by then, and are found by their other words. A record that has been changed meanwhile, or whose words
the store does not take, is found by all of them after the next reindex (docs/operating.md), as the log says.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.observability import log_fault
from affino_mcp.store.faults import CollectionFull, StoreUnavailable, TransactionFailed
from affino_mcp.store.ops import Check, Database, Put, equals
from affino_mcp.value_class import value_class


@value_class
class NewWord:
    """The row of a word that a record has from now on."""

    document: Document
    put: Put


def write_late_words(db: Database, table: str, words: Sequence[NewWord]) -> None:
    """Writes the rows while their records have the versions that make them. `table` is the records'."""
    puts: dict[str, list[NewWord]] = {}
    for word in words:
        puts.setdefault(word.document.ref, []).append(word)
    for ref, own in puts.items():
        document = own[0].document
        check = Check(table, document.key, equals("version", document.version))
        try:
            db.transact([check, *(word.put for word in own)], uuid.uuid4().hex)
        except (TransactionFailed, StoreUnavailable, CollectionFull):
            log_fault("words of a record were not written", {"record": ref, "words": len(own)})
