"""Changes: what one write takes into its transaction, and what its failure means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.codes import RESERVED_CODES_AFTER_CLASH, CodeCounter
from affino_mcp.instance.builtin.engine.dry_run import remove_new_codes
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.store.ops import Check, Item, Key, Put, absent, equals, exists
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from affino_mcp.tool_errors import Conflict, NotFound

TABLE, KEY = "records", Key("p", "A")


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


def change(database: Any, **values: Any) -> Change:
    call = Call(
        Person(1, "Sam", "sam@affino.example"), "p", lambda _: True, datetime(2026, 11, 23, tzinfo=UTC), "", b"",
        NoCallLog(),
    )  # fmt: skip
    return Change(database, TABLE, METHODS["create_task"], values, call)


def missing(_: Item | None) -> Exception:
    return NotFound("AccountCode", "account")


@pytest.mark.parametrize("order", [1, -1], ids=["version first", "existence first"])
@pytest.mark.parametrize(
    ("row", "means"),
    [
        ({"deleted": False, "version": 1}, None),
        ({"deleted": False, "version": 2}, ConcurrentWrite),
        ({"deleted": True, "version": 1}, NotFound),
    ],
    ids=["as seen", "changed", "deleted"],
)
def test_two_checks_of_one_record_both_count(
    database: MemoryDatabase, order: int, row: Item, means: type[Exception] | None
) -> None:
    database.put(Put(TABLE, {"pk": "p", "sk": "A", **row}))
    write = change(database)
    checks: list[Callable[[], None]] = [
        lambda: write.add_operation(Check(TABLE, KEY, equals("version", 1))),
        lambda: write.require_existing(KEY, missing),
    ]
    for check in checks[::order]:
        check()
    write.add_operation(Put(TABLE, {"pk": "q", "sk": "A"}))
    if means is None:
        assert write.commit({}).sealed
    else:
        with pytest.raises(means):
            write.commit({})
    assert (database.get(TABLE, Key("q", "A")) is not None) is (means is None)


def test_a_check_of_a_row_that_is_written_gives_way(database: MemoryDatabase) -> None:
    write = change(database)
    write.require_existing(KEY, missing)
    write.add_operation(Put(TABLE, {"pk": "p", "sk": "A"}, absent()))
    assert write.commit({}).sealed


def test_a_clash_is_looked_into_before_a_refusal_is_told(database: MemoryDatabase) -> None:
    write = change(database)
    write.add_operation(Check(TABLE, KEY, exists()), missing)
    write.add_operation(Check(TABLE, Key("q", "A"), exists()))
    with pytest.raises(ConcurrentWrite):
        write.commit({})


def test_a_change_that_does_not_fit_is_refused_whole(database: MemoryDatabase) -> None:
    write = change(database)
    for n in range(101):
        write.add_operation(Put(TABLE, {"pk": "p", "sk": str(n)}))
    with pytest.raises(Conflict, match="too many"):
        write.commit({})
    assert database.list_rows(TABLE) == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(-3, 3)), max_size=8))
def test_counts_of_one_row_are_one_operation(counted: list[tuple[str, str, int]]) -> None:
    database = MemoryDatabase()
    write = change(database)
    for row, name, amount in counted:
        write.add_count(Key(row, "A"), name, amount)
    write.add_operation(Put(TABLE, {"pk": "q", "sk": "A"}))
    write.commit({})
    for row in "ab":
        found = database.get(TABLE, Key(row, "A")) or {}
        for name in "xy":
            assert found.get(name, 0) == sum(n for r, c, n in counted if (r, c) == (row, name))


def test_codes_are_taken_with_the_record_until_writers_meet(database: MemoryDatabase) -> None:
    watched = RecordingDatabase(database)
    codes = CodeCounter(watched, TABLE)
    first = change(watched)
    assert codes.take_code("tasks", first) == 1
    assert codes.take_code("tasks", change(watched)) == 1
    first.commit({})
    other = CodeCounter(watched, TABLE)
    assert other.take_code("tasks", change(watched)) == 2
    codes.note_clash()
    watched.calls.clear()
    assert [codes.take_code("tasks", change(watched)) for _ in range(3)] == [2, 3, 4]
    assert watched.calls == [("update", TABLE)] * 3
    assert codes.take_code("tasks", change(watched, DryRun=True)) == 5
    assert watched.calls == [("update", TABLE)] * 3
    for _ in range(RESERVED_CODES_AFTER_CLASH - 3):
        codes.take_code("tasks", change(watched))
    watched.calls.clear()
    assert codes.take_code("tasks", change(watched)) == RESERVED_CODES_AFTER_CLASH + 2
    assert watched.calls == []


def test_codes_of_what_does_not_exist_are_not_told() -> None:
    answer = {
        "Contact": {"UserCode": 7, "Name": "x", "Accounts": [{"UserCode": 7, "AccountCode": 7, "UserAccountCode": 3}]}
    }
    assert remove_new_codes(answer, {"UserCode": range(7, 8), "UserAccountCode": range(3, 4)}) == {
        "Contact": {
            "UserCode": None,
            "Name": "x",
            "Accounts": [{"UserCode": None, "AccountCode": 7, "UserAccountCode": None}],
        }
    }
    assert remove_new_codes(answer, {"UserCode": range(8, 9)}) == answer
