"""Queries of the key-value store: the in-memory store and MiniStack's DynamoDB give the same answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.settings import Settings
from affino_mcp.store.ops import Compare, Contains, Put, Query, SortSpan, equals
from tests.contract.shelf import RECORDS, Shelf

AUDIT = Settings().audit_table
SKS = ["a#1", "a#2", "b", "b#1", "c", "ä"]
QUERIES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("all in order of bytes", {}, SKS),
    ("backward", {"forward": False}, SKS[::-1]),
    ("prefix", {"span": SortSpan(prefix="a#")}, SKS[:2]),
    ("from", {"span": SortSpan(low="b#")}, SKS[3:]),
    ("to", {"span": SortSpan(high="b")}, SKS[:3]),
    ("between", {"span": SortSpan(low="a#2", high="b#~")}, SKS[1:4]),
    ("ends before it begins", {"span": SortSpan(low="c", high="a")}, []),
    ("one by one", {"limit": 1}, SKS),
    ("two by two, backward, from", {"limit": 2, "forward": False, "span": SortSpan(low="b")}, SKS[:1:-1]),
    ("filtered", {"where": Compare("n", ">", 2)}, SKS[3:]),
    ("filtered one by one", {"where": Contains("tags", "even"), "limit": 1}, SKS[::2]),
    ("nothing fits", {"where": equals("n", 99), "limit": 2}, []),
    ("index", {"index": "ByName", "sort": "name"}, SKS[::-1]),
    ("index backward", {"index": "ByName", "sort": "name", "forward": False, "limit": 2}, SKS),
    ("index prefix", {"index": "ByName", "sort": "name", "span": SortSpan(prefix="1")}, ["c"]),
    (
        "index between",
        {"index": "ByName", "sort": "name", "span": SortSpan(low="1", high="3~"), "limit": 1},
        SKS[4:1:-1],
    ),
    ("rows without the attribute are not in the index", {"index": "ByDue", "sort": "due"}, ["a#1"]),
]


@pytest.mark.parametrize(("how", "expected"), [q[1:] for q in QUERIES], ids=[q[0] for q in QUERIES])
def test_queries(shelf: Shelf, how: dict[str, Any], expected: list[str]) -> None:
    for n, sk in enumerate(SKS):
        due: dict[str, Any] = {"due": "2026"} if n == 0 else {}
        shelf.put(sk, n=n, name=f"{len(SKS) - 1 - n}#{sk}", tags=["odd" if n % 2 else "even"], **due)
    assert shelf.query(**how) == expected


def test_a_filter_drops_rows_after_they_were_read(shelf: Shelf) -> None:
    for n in range(4):
        shelf.put(str(n), n=n)
    first = shelf.db.query(Query(RECORDS, shelf.pk, limit=2, where=equals("n", 3)))
    assert first.items == []
    assert first.next == {"pk": shelf.pk, "sk": "1"}


@pytest.mark.parametrize(("index", "sort"), [(None, "sk"), ("ByName", "name")], ids=["table", "local index"])
@pytest.mark.parametrize(("forward", "rest"), [(True, ["4", "6"]), (False, ["2", "0"])], ids=["up", "down"])
def test_a_query_goes_on_from_a_row_that_is_not_there(
    shelf: Shelf, index: str | None, sort: str, forward: bool, rest: list[str]
) -> None:
    for n in (0, 2, 4, 6):
        shelf.put(str(n), name=f"name {n}")
    start = {"pk": shelf.pk, "sk": "3"} | ({"name": "name 3"} if index else {})
    assert shelf.query(index=index, sort=sort, forward=forward, start=start) == rest


def test_a_global_index(shelf: Shelf) -> None:
    rows = [{"pk": f"{shelf.pk}#{n}", "sk": f"{9 - n}", "person": shelf.pk, "status": n} for n in range(3)]
    for row in rows:
        shelf.db.put(Put(AUDIT, row))
    query = Query(AUDIT, shelf.pk, index="ByPerson", partition_name="person", consistent=False, limit=2)
    first = shelf.db.query(query)
    assert [item["status"] for item in first.items] == [2, 1]
    assert [item["status"] for item in shelf.db.query(replace(query, start=first.next)).items] == [0]
