"""The computed accounts of the growth's measurement are the accounts that a store would hold, in every index."""

from __future__ import annotations

import pytest

from affino_mcp.settings import Settings
from affino_mcp.store.ops import Delete, Item, Key, Put, Query, SortSpan, Update
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.testing.memory_database import MemoryDatabase
from bench.many_accounts import ManyAccounts, make_rows
from tests.template_tables import template_shapes

SIZE, PAGE = 1100, 90
NAMES = Settings()
INDEXES = [(None, "sk"), ("ByName", "name"), ("ByCreated", "created"), ("ByUpdated", "updated"), ("ByDue", "due")]
WRITES: list[Delete | Put | Update] = [
    Delete(NAMES.records_table, Key("F#accounts#all", f"{7:016d}")),
    Update(NAMES.records_table, Key("F#accounts#all", f"{8:016d}"), {"name": "zzz"}),
    Put(NAMES.records_table, {"pk": "F#accounts#all", "sk": f"{SIZE + 1:016d}", "code": SIZE + 1, "name": "new"}),
    Delete(NAMES.words_table, Key("W#accounts#ac", f"account#{SIZE:016d}")),
    Delete(NAMES.records_table, Key("accounts#9", "A")),
]


def written_store() -> MemoryDatabase:
    """A store with the same accounts, each row of which was put into it."""
    database = MemoryDatabase(template_shapes())
    for code in range(1, SIZE + 1):
        for (table, _), row in make_rows(code, NAMES).items():
            database.put(Put(table, row))
    return database


def carry_out(store: MemoryDatabase, write: Delete | Put | Update) -> None:
    match write:
        case Delete():
            store.delete(write)
        case Put():
            store.put(write)
        case Update():
            store.update(write)


@pytest.fixture(scope="module")
def stores() -> tuple[MemoryDatabase, ManyAccounts]:
    pair = written_store(), ManyAccounts(SIZE, NAMES)
    for one in pair:
        for write in WRITES:
            carry_out(one, write)
    return pair


def partitions() -> list[tuple[str, str]]:
    return sorted({(table, key.pk) for code in (1, 250, SIZE) for table, key in make_rows(code, NAMES)})


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("table", "partition"), partitions())
def test_every_page_of_every_index_is_the_same(
    stores: tuple[MemoryDatabase, ManyAccounts], table: str, partition: str, *, forward: bool
) -> None:
    indexes = INDEXES if table == NAMES.records_table and partition.startswith("F#") else INDEXES[:1]
    for index, sort in indexes:
        query = Query(table, partition, index, sort=sort, forward=forward, limit=PAGE)
        written, computed = (list(iterate_rows(store, query)) for store in stores)
        assert computed == written, index


SPANS = [
    SortSpan(low=f"{500:016d}"),
    SortSpan(high=f"{500:016d}"),
    SortSpan(low=f"{6:016d}", high=f"{10:016d}"),
    SortSpan(prefix=f"{10:015d}"),
    SortSpan(low="z"),
]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("span", SPANS, ids=str)
def test_a_range_is_the_same(stores: tuple[MemoryDatabase, ManyAccounts], span: SortSpan, *, forward: bool) -> None:
    query = Query(NAMES.records_table, "F#accounts#all", span=span, forward=forward, limit=PAGE)
    written, computed = (list(iterate_rows(store, query)) for store in stores)
    assert computed == written


def test_a_partition_has_as_many_rows_as_it_says() -> None:
    store = ManyAccounts(SIZE, NAMES)
    for table, partition in partitions():
        if partition[:2] in {"F#", "W#"}:
            assert store.count_rows(table, partition) == len(list(iterate_rows(store, Query(table, partition))))
    assert ManyAccounts(1_000_000, NAMES).count_rows(NAMES.records_table, "F#accounts#all") == 1_000_000


def test_rows_are_read_by_their_keys(stores: tuple[MemoryDatabase, ManyAccounts]) -> None:
    keys = [Key(f"accounts#{code}", "A") for code in (0, 1, 8, 9, SIZE, SIZE + 1)] + [Key("accounts#x", "A")]
    found: list[dict[Key, Item]] = [store.get_many(NAMES.records_table, keys) for store in stores]
    assert found[0] == found[1]
