"""`affino-mcp reindex` while callers write, and broken off and begun again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine import index_repair
from affino_mcp.instance.builtin.engine.layout_rows import CURSOR_KEY
from affino_mcp.store import table_reader
from affino_mcp.store.ops import Item, Put, QueryPage
from affino_mcp.store.testing import memory_database
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.unit.cli.former_service import client_of, former, made_index, stored_index
from tests.world import World, WorldClient


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of few rows, so that a reindex of few records has many."""
    monkeypatch.setattr(memory_database, "TABLE_PAGE_ROWS", 40)


class WritingReader:
    """Reads tables page by page, and does something before each page."""

    def __init__(self, inner: table_reader.TableReader, deeds: Iterator[Callable[[], object]]) -> None:
        self.inner, self.deeds = inner, deeds

    def read_page(self, table: str, start: Item | None = None) -> QueryPage:
        """See TableReader."""
        next(self.deeds, lambda: None)()
        return self.inner.read_page(table, start)


def writes_of(client: WorldClient) -> Iterator[Callable[[], object]]:
    """Writes of callers: of records that are reindexed already, and of those that are not yet."""

    def call(tool: str, **arguments: Any) -> Callable[[], object]:
        return lambda: client.call_tool(tool, **arguments).result

    yield call("create_account", Name="Brand New Account")
    for code in (1, 2, 3, 4):
        yield call("update_note", NoteCode=code, Subject=f"Renamed {code}", Body="Quite other words")
        yield call("update_account", AccountCode=code, City="York", Name=f"Renamed account {code}")
    yield call("delete_note", NoteCode=2)
    yield call("create_contact", FirstName="Brand", LastName="New", Email="brand@new.example")
    yield call("create_note", Subject="Brand new", Body="A note", AccountCode=1)
    yield call("delete_contact", UserCode=8)


def test_callers_write_meanwhile() -> None:
    terminal = former()
    client = client_of(terminal.world)
    assert terminal.world.stores.tables is not None
    reader = WritingReader(terminal.world.stores.tables, writes_of(client))
    watching = replace(terminal.service, stores=replace(terminal.service.stores, tables=reader))
    replace(terminal, service=watching).run("reindex")
    assert next(reader.deeds, None) is None
    assert stored_index(terminal.world) == made_index(terminal.world)
    assert client.call_tool("list_notes", Search="renamed").result["TotalRecords"] == 3


class OvertakingDatabase(FaultyDatabase):
    """Lets a caller change note 1 just before the first write of a reindex that checks it."""

    def __init__(self, world: World, client: WorldClient) -> None:
        super().__init__(world.database)
        self.client, self.overtaken = client, 0

    def transact(self, ops: Any, token: str) -> None:
        """See Database."""
        if not self.overtaken and any(op.key.pk == "notes#1" for op in ops if not isinstance(op, Put)):
            self.overtaken += 1
            assert self.client.call_tool("update_note", NoteCode=1, Subject="Overtaken").result
        super().transact(ops, token)


def test_a_record_that_changes_at_that_moment_is_looked_at_again() -> None:
    terminal = former()
    client = client_of(terminal.world)
    database = OvertakingDatabase(terminal.world, client)
    watching = replace(terminal.service, stores=replace(terminal.service.stores, database=database))
    replace(terminal, service=watching).run("reindex")
    assert database.overtaken == 1
    assert stored_index(terminal.world) == made_index(terminal.world)


@settings(max_examples=12, deadline=None)
@given(at=st.integers(6, 1000), fault=st.sampled_from([StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED]))
def test_broken_off_anywhere_and_begun_again_is_the_same(at: int, fault: StoreFault) -> None:
    terminal = former()
    faulty = FaultyDatabase(terminal.world.database)
    faulty.arm({at: fault}, lasting=True)
    broken = replace(
        terminal, service=replace(terminal.service, stores=replace(terminal.service.stores, database=faulty))
    )
    error = broken.run_any("reindex").get("error")
    assert error is None or error["type"] in {"unfinished", "unavailable", "maybe_done", "log_unavailable"}
    cursor = terminal.world.database.get(terminal.world.settings.records_table, CURSOR_KEY)
    said = terminal.run_json("reindex")
    assert said["is_resumed"] is (cursor is not None)
    assert stored_index(terminal.world) == made_index(terminal.world)
    assert terminal.service.index_upkeep.read_layout().is_current


def test_it_goes_on_where_it_ended() -> None:
    terminal = former()
    whole = terminal.run_json("reindex")
    terminal = former()
    faulty = FaultyDatabase(terminal.world.database)
    stores = replace(terminal.service.stores, database=faulty)
    broken = replace(terminal, service=replace(terminal.service, stores=stores))
    faulty.arm({600: StoreFault.BEFORE}, lasting=True)
    error = broken.run_refused("reindex")
    assert error["details"]["next"] == "Say the same command again; it goes on where this one ended."
    cursor = terminal.world.database.get(terminal.world.settings.records_table, CURSOR_KEY) or {}
    faulty.arm({})
    said = broken.run_json("reindex")
    assert said["is_resumed"]
    assert said["records"] == whole["records"]
    assert cursor["written"] > 0
    assert len(faulty.calls) < 0.9 * count_calls()
    assert terminal.world.database.get(terminal.world.settings.records_table, CURSOR_KEY) is None


def count_calls() -> int:
    """The store calls of a whole reindex."""
    terminal = former()
    faulty = FaultyDatabase(terminal.world.database)
    stores = replace(terminal.service.stores, database=faulty)
    replace(terminal, service=replace(terminal.service, stores=stores)).run("reindex")
    return len(faulty.calls)


def test_more_rows_than_a_transaction_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_repair, "_MAX_WRITES", 3)
    terminal = former()
    terminal.run("reindex")
    assert stored_index(terminal.world) == made_index(terminal.world)
