"""Request units as DynamoDB counts them: by size, by index, twice in a transaction."""

from __future__ import annotations

import pytest

from affino_mcp.store.ops import Check, Delete, Key, Put, Query, Update, exists
from affino_mcp.store.testing.index_shapes import IndexShape
from affino_mcp.store.testing.item_size import count_item_bytes
from affino_mcp.store.testing.metered_database import MeteredDatabase, Place, Usage

SHAPES = {"t": (IndexShape("ByName", "pk", "name", frozenset({"code"})),)}


def metered() -> MeteredDatabase:
    database = MeteredDatabase(SHAPES)
    database.put(Put("t", {"pk": "a", "sk": "1", "name": "x", "body": "b" * 1500}))
    database.usage = Usage()
    return database


@pytest.mark.parametrize(
    ("op", "units"),
    [
        (Put("t", {"pk": "a", "sk": "2"}), 1),
        (Put("t", {"pk": "a", "sk": "2", "body": "b" * 1024}), 2),
        (Put("t", {"pk": "a", "sk": "2", "name": "x", "body": "b" * 1024}), 3),
        (Put("t", {"pk": "a", "sk": "1", "name": "x"}), 2),
        (Put("t", {"pk": "a", "sk": "1", "name": "y", "body": "b"}), 4),
        (Put("t", {"pk": "a", "sk": "1", "name": "x", "code": 7}), 3),
        (Update("t", Key("a", "1"), assign={"body": "c"}), 2),
        (Delete("t", Key("a", "1")), 3),
    ],
    ids=["small", "two units", "in the index", "not in the index's part", "moved", "changed", "update", "delete"],
)
def test_a_write(op: Put | Update | Delete, units: int) -> None:
    database = metered()
    {Put: database.put, Update: database.update, Delete: database.delete}[type(op)](op)  # type: ignore[operator]
    assert (database.usage.requests, database.usage.writes) == (1, units)
    twice = metered()
    twice.transact([op], "t")
    assert (twice.usage.requests, twice.usage.writes) == (1, 2 * units)


def test_a_check_is_a_write_of_its_row_and_a_failed_transaction_writes_nothing() -> None:
    database = metered()
    database.transact([Check("t", Key("a", "1"), exists())], "t")
    assert database.usage.write_units == {Place("t", "", "a"): 4}


def test_reads() -> None:
    database = metered()
    database.get("t", Key("a", "1"))
    database.get("t", Key("a", "9"))
    assert (database.usage.requests, database.usage.rows_read, database.usage.reads) == (2, 1, 2)
    database.query(Query("t", "a", consistent=False))
    assert (database.usage.rows_read, database.usage.reads) == (2, 2.5)
    database.get_many("t", [Key("a", "1"), Key("a", "2")])
    assert (database.usage.requests, database.usage.reads) == (4, 4.5)


def test_the_bytes_of_a_row() -> None:
    assert count_item_bytes({"pk": "é", "n": 12, "flag": True, "none": None, "list": ["a"], "map": {"k": "v"}}) == (
        (2 + 2) + (1 + 3) + (4 + 1) + (4 + 1) + (4 + 3 + 1 + 1) + (3 + 3 + 1 + 2)
    )
