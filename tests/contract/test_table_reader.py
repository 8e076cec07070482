"""TableReader on both stores: every row once, whatever the pages, and going on after a key whose row is gone."""

from __future__ import annotations

import uuid

import pytest

from affino_mcp.local.stores import open_dynamodb
from affino_mcp.local.tables import LocalTable, make_tables
from affino_mcp.settings import Settings
from affino_mcp.store import table_reader
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Delete, Item, Key, Put
from affino_mcp.store.table_reader import DynamoTableReader, TableReader, open_table_reader
from affino_mcp.store.testing import memory_database
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.contract.conftest import EMULATED

Stored = tuple[str, Database, TableReader]
KEYS = [Key(f"p{number % 7}", f"s{number:03d}") for number in range(30)]
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
}


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=EMULATED)])
def stored(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A table with thirty rows, which is read in pages of eight."""
    for module in (table_reader, memory_database):
        monkeypatch.setattr(module, "TABLE_PAGE_ROWS", 8)
    name = f"rows-{uuid.uuid4().hex[:8]}"
    if request.param == "memory":
        memory = MemoryDatabase()
        found: Stored = (name, memory, memory)
    else:
        settings: Settings = request.getfixturevalue("emulated")
        endpoint = open_dynamodb(settings)
        make_tables(endpoint, [LocalTable({"TableName": name, **TABLE}, None)])
        found = (name, DynamoDatabase(endpoint), DynamoTableReader(endpoint))
    for key in KEYS:
        found[1].put(Put(name, {**key._asdict(), "n": 1}))
    return found


def read_all(stored: Stored, *, deleting: bool = False) -> list[Item]:
    name, database, reader = stored
    found: list[Item] = []
    start = None
    while True:
        page = reader.read_page(name, start)
        found += page.items
        for row in page.items if deleting else ():
            database.delete(Delete(name, Key(row["pk"], row["sk"])))
        if page.next is None:
            return found
        start = page.next


@pytest.mark.parametrize("deleting", [False, True])
def test_every_row_is_given_once(stored: Stored, *, deleting: bool) -> None:
    found = read_all(stored, deleting=deleting)
    assert sorted((row["pk"], row["sk"]) for row in found) == sorted(KEYS)
    assert all(row["n"] == 1 for row in found)


@pytest.mark.emulator
@EMULATED[1]
def test_a_table_that_does_not_exist(emulated: Settings) -> None:
    with pytest.raises(StoreUnavailable):
        DynamoTableReader(open_dynamodb(emulated)).read_page("no-such-table")


@pytest.mark.emulator
@EMULATED[1]
def test_a_command_opens_it_with_the_shells_credentials(emulated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    endpoint = open_dynamodb(emulated)
    make_tables(endpoint, [LocalTable({"TableName": "opened-by-a-command", **TABLE}, None)])
    assert open_table_reader(emulated).read_page("opened-by-a-command").items == []
