"""Words that the transaction of a change could not hold."""

from __future__ import annotations

import pytest

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.late_words import NewWord, write_late_words
from affino_mcp.instance.builtin.engine.word_index import word_rows
from affino_mcp.store.ops import Put
from affino_mcp.store.testing.memory_database import MemoryDatabase


@pytest.mark.parametrize(("stored", "written"), [(3, 3), (4, 0)], ids=["as it was", "changed meanwhile"])
def test_they_are_written_while_the_record_has_its_version(stored: int, written: int) -> None:
    database, document = MemoryDatabase(), Document("notes", 7, 3, {"Body": "one two three"}, {})
    database.put(Put("r", {"pk": document.key.pk, "sk": document.key.sk, "version": stored}))
    write_late_words(
        database, "r", [NewWord(document, Put("w", row)) for row in word_rows(document, Facets(())).values()]
    )
    assert len(list(database.list_rows("w"))) == written
