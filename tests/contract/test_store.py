"""The key-value store: the twin in memory and DynamoDB (as MiniStack has it) give the same answers."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.local.places import EMULATOR
from affino_mcp.local.stores import dynamodb
from affino_mcp.local.tables import make, tables
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.memory import MemoryDatabase
from affino_mcp.store.ops import (
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Contains,
    Database,
    Delete,
    Item,
    Key,
    Put,
    Query,
    Span,
    TransactionFailed,
    Update,
    WriteOp,
    absent,
    all_of,
    any_of,
    equals,
    exists,
)

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
RECORDS, AUDIT = Settings().records_table, Settings().audit_table
EMULATED = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@dataclass
class Shelf:
    """One partition of the records table, all of a test's own."""

    db: Database
    pk: str = field(default_factory=lambda: f"test#{uuid.uuid4().hex}")

    def key(self, sk: str = "A") -> Key:
        return Key(self.pk, sk)

    def item(self, sk: str = "A", **values: Any) -> Item:
        return {"pk": self.pk, "sk": sk, **values}

    def put(self, sk: str = "A", **values: Any) -> None:
        self.db.put(Put(RECORDS, self.item(sk, **values)))

    def get(self, sk: str = "A") -> Item | None:
        return self.db.get(RECORDS, self.key(sk))

    def query(self, **how: Any) -> list[str]:
        """The sort keys of all pages of a query."""
        query, found = Query(RECORDS, self.pk, **how), list[str]()
        for _ in range(50):
            page = self.db.query(query)
            found += [item["sk"] for item in page.items]
            if page.next is None:
                return found
            query = replace(query, start=page.next)
        raise AssertionError("the query does not end")

    def transact(self, *ops: WriteOp, token: str = "") -> None:
        self.db.transact(ops, token or uuid.uuid4().hex)


@pytest.fixture(scope="session")
def dynamo(request: pytest.FixtureRequest) -> Database:
    """The template's own tables on the emulator."""
    emulated: Settings = request.getfixturevalue("emulated")
    endpoint = dynamodb(emulated)
    make(endpoint, tables(TEMPLATE, emulated))
    return DynamoDatabase(endpoint)


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=EMULATED)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(MemoryDatabase() if request.param == "memory" else request.getfixturevalue("dynamo"))


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


SKS = ["a#1", "a#2", "b", "b#1", "c", "ä"]
QUERIES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("all in order of bytes", {}, SKS),
    ("backward", {"forward": False}, SKS[::-1]),
    ("prefix", {"span": Span(prefix="a#")}, SKS[:2]),
    ("from", {"span": Span(low="b#")}, SKS[3:]),
    ("to", {"span": Span(high="b")}, SKS[:3]),
    ("between", {"span": Span(low="a#2", high="b#~")}, SKS[1:4]),
    ("ends before it begins", {"span": Span(low="c", high="a")}, []),
    ("one by one", {"limit": 1}, SKS),
    ("two by two, backward, from", {"limit": 2, "forward": False, "span": Span(low="b")}, SKS[:1:-1]),
    ("filtered", {"where": Compare("n", ">", 2)}, SKS[3:]),
    ("filtered one by one", {"where": Contains("tags", "even"), "limit": 1}, SKS[::2]),
    ("nothing fits", {"where": equals("n", 99), "limit": 2}, []),
    ("index", {"index": "ByName", "sort": "name"}, SKS[::-1]),
    ("index backward", {"index": "ByName", "sort": "name", "forward": False, "limit": 2}, SKS),
    ("index prefix", {"index": "ByName", "sort": "name", "span": Span(prefix="1")}, ["c"]),
    ("index between", {"index": "ByName", "sort": "name", "span": Span(low="1", high="3~"), "limit": 1}, SKS[4:1:-1]),
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
    rows = [{"pk": f"{shelf.pk}#{n}", "sk": f"{9 - n}", "person_day": shelf.pk, "n": n} for n in range(3)]
    for row in rows:
        shelf.db.put(Put(AUDIT, row))
    query = Query(AUDIT, shelf.pk, index="ByPerson", partition_name="person_day", consistent=False, limit=2)
    first = shelf.db.query(query)
    assert [item["n"] for item in first.items] == [2, 1]
    assert [item["n"] for item in shelf.db.query(replace(query, start=first.next)).items] == [0]


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
    op = Update(RECORDS, shelf.key(), add={"n": 1})
    for _ in range(2):
        shelf.transact(op, token="0123456789abcdef")
    assert shelf.get() == shelf.item(n=1)


def test_a_hundred_operations(shelf: Shelf) -> None:
    shelf.transact(*(Put(RECORDS, shelf.item(f"{n:03d}")) for n in range(100)))
    assert len(shelf.query(limit=30)) == 100


REFUSED: list[tuple[str, Callable[[Shelf], object]]] = [
    ("two operations on one row", lambda s: s.transact(Put(RECORDS, s.item()), Delete(RECORDS, s.key()))),
    ("too many operations", lambda s: s.transact(*(Put(RECORDS, s.item(f"{n:03d}")) for n in range(101)))),
    ("too many keys", lambda s: s.db.get_many(RECORDS, [s.key(f"{n:03d}") for n in range(101)])),
    ("a filter on a key", lambda s: s.query(where=equals("sk", "A"))),
    ("a filter on an index's key", lambda s: s.query(index="ByName", sort="name", where=Compare("name", ">", "A"))),
    ("a key too long", lambda s: s.db.put(Put(RECORDS, s.item("x" * 1025)))),
]


@pytest.mark.parametrize("refused", [r[1] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_the_twin_refuses_what_dynamodb_refuses(refused: Callable[[Shelf], object]) -> None:
    """MiniStack lets some of these pass, so only the twin keeps us from them."""
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
