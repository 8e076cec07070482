"""A query read to its end gives every row once, in order, and reads a page only when it is asked for."""

from itertools import islice

import pytest

from affino_mcp.store.ops import Put, Query
from affino_mcp.store.paging import iterate_pages, iterate_rows
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase


def database_of(rows: int) -> RecordingDatabase:
    database = MemoryDatabase()
    for n in range(rows):
        database.put(Put("t", {"pk": "p", "sk": f"{n:03}", "n": n}))
    return RecordingDatabase(database)


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 10])
def test_all_rows_in_order(rows: int) -> None:
    database = database_of(rows)
    assert [row["n"] for row in iterate_rows(database, Query("t", "p", limit=3))] == list(range(rows))


def test_every_query_has_a_first_page() -> None:
    assert [page.items for page in iterate_pages(database_of(0), Query("t", "p"))] == [[]]


def test_a_page_that_is_not_asked_for_is_not_read() -> None:
    database = database_of(10)
    assert [row["n"] for row in islice(iterate_rows(database, Query("t", "p", limit=3)), 3)] == [0, 1, 2]
    assert len(database.calls) == 1
