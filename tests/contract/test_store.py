"""The key-value store: the in-memory store and MiniStack's DynamoDB give the same answers."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.store.collection_sizes import asks_for_sizes
from affino_mcp.store.faults import ConditionFailed, TransactionFailed
from affino_mcp.store.ops import (
    Check,
    Compare,
    Condition,
    Contains,
    Delete,
    Item,
    Put,
    Query,
    Update,
    WriteOp,
    absent,
    all_of,
    any_of,
    equals,
    exists,
)
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.contract.shelf import RECORDS, Shelf

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from("abcdef"), VALUES, max_size=4))
def test_what_is_put_is_what_is_got(shelf: Shelf, values: dict[str, Any]) -> None:
    shelf.put(**values)
    assert shelf.get() == shelf.item(**values)
    assert shelf.db.query(Query(RECORDS, shelf.pk)).items == [shelf.item(**values)]


def test_what_is_not_there(shelf: Shelf) -> None:
    assert shelf.get() is None
    shelf.db.delete(Delete(RECORDS, shelf.key()))
    assert shelf.db.get_many(RECORDS, [shelf.key("A"), shelf.key("B")]) == {}
    assert shelf.query() == []


def test_a_row_that_was_got_can_be_changed_without_changing_the_store(shelf: Shelf) -> None:
    shelf.put(values=[1, 2])
    got = shelf.get()
    assert got
    got["values"].append(3)
    assert shelf.get() == shelf.item(values=[1, 2])


ROW: dict[str, Any] = {"text": "b", "number": 5, "yes": True, "nothing": None, "list": ["x", "y"]}
CONDITIONS: list[tuple[str, Condition, bool, bool]] = [
    # what it says, the condition, whether it holds of ROW, whether it holds where there is no row
    ("row absent", absent(), False, True),
    ("row exists", exists(), True, False),
    ("attribute absent", absent("other"), True, True),
    ("null is not absent", absent("nothing"), False, True),
    ("equal text", equals("text", "b"), True, False),
    ("other text", equals("text", "c"), False, False),
    ("equal number", equals("number", 5), True, False),
    ("number is not text", equals("number", "5"), False, False),
    ("truth is not one", equals("yes", 1), False, False),
    ("truth", equals("yes", True), True, False),
    ("missing equals nothing", equals("other", None), False, False),
    ("less", Compare("number", "<", 6), True, False),
    ("not less", Compare("number", "<", 5), False, False),
    ("at most", Compare("number", "<=", 5), True, False),
    ("more text", Compare("text", ">", "a"), True, False),
    ("at least text", Compare("text", ">=", "b"), True, False),
    ("less of another kind", Compare("text", "<", 6), False, False),
    ("missing is not less", Compare("other", "<", 6), False, False),
    ("list holds", Contains("list", "x"), True, False),
    ("list does not hold", Contains("list", "z"), False, False),
    ("missing list", Contains("other", "x"), False, False),
    ("all", all_of(equals("text", "b"), equals("number", 5)), True, False),
    ("not all", all_of(equals("text", "b"), equals("number", 6)), False, False),
    ("some", any_of(equals("text", "c"), equals("number", 5)), True, False),
    ("none", any_of(equals("text", "c"), equals("number", 6)), False, False),
    ("all of one", all_of(equals("number", 5)), True, False),
    ("all of some", all_of(any_of(equals("text", "b"), equals("number", 6))), True, False),
    ("all of some of one", all_of(any_of(all_of(equals("text", "b"))), equals("number", 5)), True, False),
    ("absent or past", any_of(absent(), Compare("number", "<", 6)), True, True),
]


@pytest.mark.parametrize(
    ("condition", "of_row", "of_none"), [c[1:] for c in CONDITIONS], ids=[c[0] for c in CONDITIONS]
)
def test_conditions(shelf: Shelf, condition: Condition, of_row: bool, of_none: bool) -> None:
    shelf.put(**ROW)
    assert _accepts(shelf, "A", condition) is of_row
    assert _accepts(shelf, "none", condition) is of_none


def _accepts(shelf: Shelf, sk: str, condition: Condition) -> bool:
    failed: dict[int, Item | None] = {}
    try:
        shelf.transact(Check(RECORDS, shelf.key(sk), condition))
    except TransactionFailed as failure:
        failed = failure.failed
    assert failed in ({}, {0: shelf.get(sk)})
    return not failed


@pytest.mark.parametrize(
    "write",
    [
        lambda shelf, condition: Put(RECORDS, shelf.item(n=2), condition),
        lambda shelf, condition: Update(RECORDS, shelf.key(), assign={"n": 2}, condition=condition),
        lambda shelf, condition: Delete(RECORDS, shelf.key(), condition),
    ],
    ids=["put", "update", "delete"],
)
def test_a_write_on_condition(shelf: Shelf, write: Callable[[Shelf, Condition], WriteOp]) -> None:
    carry_out: dict[type, Callable[[Any], Any]] = {
        Put: shelf.db.put,
        Update: shelf.db.update,
        Delete: shelf.db.delete,
    }
    shelf.put(n=1)
    refused = write(shelf, equals("n", 7))
    with pytest.raises(ConditionFailed) as failure:
        carry_out[type(refused)](refused)
    assert failure.value.item == shelf.item(n=1)
    assert shelf.get() == shelf.item(n=1)
    accepted = write(shelf, equals("n", 1))
    carry_out[type(accepted)](accepted)
    assert shelf.get() == (None if isinstance(accepted, Delete) else shelf.item(n=2))


def test_a_condition_on_a_row_that_is_not_there_says_so(shelf: Shelf) -> None:
    with pytest.raises(ConditionFailed) as failure:
        shelf.db.put(Put(RECORDS, shelf.item(), exists()))
    assert failure.value.item is None


def test_update_sets_counts_and_removes_and_makes_the_row(shelf: Shelf) -> None:
    made = shelf.db.update(Update(RECORDS, shelf.key(), assign={"a": "x"}, add={"n": 3}))
    assert made == shelf.item(a="x", n=3)
    changed = shelf.db.update(Update(RECORDS, shelf.key(), add={"n": -5, "m": 1}, remove=["a", "z"]))
    assert changed == shelf.item(n=-2, m=1) == shelf.get()


def test_many_rows_at_once(shelf: Shelf) -> None:
    for n in range(100):
        shelf.put(f"{n:03d}", n=n)
    keys = [shelf.key(f"{n:03d}") for n in range(50, 150)]
    found = shelf.db.get_many(RECORDS, keys)
    assert {key.sk: item["n"] for key, item in found.items()} == {f"{n:03d}": n for n in range(50, 100)}


def test_more_rows_than_one_batch_read_may_ask_for(shelf: Shelf) -> None:
    for n in (0, 99, 100, 249):
        shelf.put(f"{n:03d}", n=n)
    keys = [shelf.key(f"{n:03d}") for n in range(250)]
    found = shelf.db.get_many(RECORDS, [*keys, *keys[:20]])
    assert {key.sk: item["n"] for key, item in found.items()} == {"000": 0, "099": 99, "100": 100, "249": 249}
    assert shelf.db.get_many(RECORDS, []) == {}


def test_a_transaction_is_carried_out_as_a_whole(shelf: Shelf) -> None:
    shelf.put("keep", n=1)
    shelf.put("drop", n=1)
    shelf.transact(
        Put(RECORDS, shelf.item("new", n=1), absent()),
        Update(RECORDS, shelf.key("keep"), add={"n": 1}),
        Delete(RECORDS, shelf.key("drop"), equals("n", 1)),
        Check(RECORDS, shelf.key("none"), absent()),
    )
    assert shelf.query() == ["keep", "new"]
    assert shelf.get("keep") == shelf.item("keep", n=2)


def test_a_transaction_that_fails_writes_nothing_and_names_what_failed(shelf: Shelf) -> None:
    shelf.put("old", n=1)
    with pytest.raises(TransactionFailed) as failure:
        shelf.transact(
            Put(RECORDS, shelf.item("new")),
            Put(RECORDS, shelf.item("old", n=2), absent()),
            Check(RECORDS, shelf.key("none"), exists()),
        )
    assert failure.value.failed == {1: shelf.item("old", n=1), 2: None}
    assert shelf.query() == ["old"]


def test_the_same_token_is_carried_out_once(shelf: Shelf) -> None:
    op, token = Update(RECORDS, shelf.key(), add={"n": 1}), uuid.uuid4().hex
    for _ in range(2):
        shelf.transact(op, token=token)
    assert shelf.get() == shelf.item(n=1)


def test_a_transaction_that_asks_for_the_sizes_of_its_partitions(shelf: Shelf) -> None:
    token = next(made for made in (uuid.uuid4().hex for _ in range(10_000)) if asks_for_sizes(made))
    shelf.transact(Put(RECORDS, shelf.item("sized")), token=token)
    assert shelf.get("sized") is not None


def test_a_hundred_operations(shelf: Shelf) -> None:
    shelf.transact(*(Put(RECORDS, shelf.item(f"{n:03d}")) for n in range(100)))
    assert len(shelf.query(limit=30)) == 100


REFUSED: list[tuple[str, Callable[[Shelf], object]]] = [
    ("two operations on one row", lambda s: s.transact(Put(RECORDS, s.item()), Delete(RECORDS, s.key()))),
    ("too many operations", lambda s: s.transact(*(Put(RECORDS, s.item(f"{n:03d}")) for n in range(101)))),
    ("a filter on a key", lambda s: s.query(where=equals("sk", "A"))),
    ("a filter on an index's key", lambda s: s.query(index="ByName", sort="name", where=Compare("name", ">", "A"))),
    ("a key too long", lambda s: s.db.put(Put(RECORDS, s.item("x" * 1025)))),
]


@pytest.mark.parametrize("refused", [r[1] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_the_twin_refuses_what_dynamodb_refuses(refused: Callable[[Shelf], object]) -> None:
    """MiniStack accepts some of these, so only the in-memory store rejects them in tests."""
    with pytest.raises(ValueError, match="DynamoDB refuses"):
        refused(Shelf(MemoryDatabase()))


def test_counting_in_threads_loses_nothing(shelf: Shelf) -> None:
    def count() -> None:
        for _ in range(10):
            shelf.db.update(Update(RECORDS, shelf.key(), add={"n": 1}))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shelf.get() == shelf.item(n=40)
