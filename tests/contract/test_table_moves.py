"""Tables of layout 1 on the emulator: brought into the template's shape with every row, broken off anywhere as well."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.audit.integrity.row_hash import hash_row
from affino_mcp.audit.row import all_calls_partition
from affino_mcp.local.stores import EmulatorCredentials, open_dynamodb, open_emulator_stores
from affino_mcp.local.table_moves import COPY_SUFFIX, move_former_tables
from affino_mcp.local.tables import LocalTable, TablesDiffer, describe_table, has_same_shape, make_tables, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Put
from affino_mcp.store.table_reader import DynamoTableReader
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.wiring import Stores
from tests.contract.conftest import EMULATED, TEMPLATE
from tests.former_layout import former_log, former_records, former_table

pytestmark = EMULATED
SOME_RECORDS = former_records()[::12]


class Place:
    """Two tables of layout 1 under names of their own, with rows."""

    def __init__(self, emulated: Settings) -> None:
        end = uuid.uuid4().hex[:8]
        self.settings = replace(emulated, audit_table=f"log-{end}", records_table=f"records-{end}")
        self.stores = open_emulator_stores(self.settings)
        self.endpoint = open_dynamodb(self.settings)
        names = (self.settings.audit_table, self.settings.records_table)
        self.wanted = [table for table in read_tables(TEMPLATE, self.settings) if table.name in names]
        make_tables(self.endpoint, [former_table(table) for table in self.wanted])
        for name, rows in zip(names, (former_log(), SOME_RECORDS), strict=True):
            for row in rows:
                self.stores.database.put(Put(name, row))

    def rows(self, table: str) -> list[Item]:
        """The rows of a table in the order of their keys."""
        assert self.stores.tables is not None
        found: list[Item] = []
        page = self.stores.tables.read_page(table)
        found += page.items
        while page.next is not None:
            page = self.stores.tables.read_page(table, page.next)
            found += page.items
        return sorted(found, key=lambda row: (row["pk"], row["sk"]))


@pytest.fixture
def place(emulated: Settings) -> Place:
    return Place(emulated)


def require_moved(place: Place) -> None:
    """Every row is in a table of the template's shape, and no table is left beside."""
    for table in place.wanted:
        there = describe_table(place.endpoint, table.name)
        assert there is not None
        assert has_same_shape(there, table)
        assert describe_table(place.endpoint, f"{table.name}{COPY_SUFFIX}") is None
    assert place.rows(place.settings.records_table) == sorted(SOME_RECORDS, key=lambda row: (row["pk"], row["sk"]))
    expected = [{**row, "everybody": all_calls_partition(row["sk"])} for row in former_log()]
    assert place.rows(place.settings.audit_table) == sorted(expected, key=lambda row: (row["pk"], row["sk"]))


def test_the_rows_are_moved(place: Place) -> None:
    said: list[str] = []
    moved = move_former_tables(place.endpoint, place.wanted, place.stores, lambda step, _="": said.append(step))
    assert moved == [table.name for table in place.wanted]
    assert all("older version" in step for step in said)
    require_moved(place)
    assert move_former_tables(place.endpoint, place.wanted, place.stores, print) == []
    make_tables(place.endpoint, place.wanted)


def test_a_moved_row_of_the_log_has_the_hash_that_was_signed(place: Place) -> None:
    move_former_tables(place.endpoint, place.wanted, place.stores, lambda *_: None)
    before = {row["sk"]: hash_row(row) for row in former_log()}
    assert {row["sk"]: hash_row(row) for row in place.rows(place.settings.audit_table)} == before


class BreakingEndpoint(AwsJsonEndpoint):
    """Stops answering after a number of requests."""

    def __init__(self, settings: Settings, left: int) -> None:
        where = (settings.aws_endpoint, settings.region, EmulatorCredentials())
        super().__init__("dynamodb", DYNAMODB_TARGET, "1.0", *where)
        self.left = left

    def call_operation(self, operation: str, body: dict[str, Any], *, has_token: bool = False) -> dict[str, Any]:
        """Sends the request while some are left."""
        self.left -= 1
        if self.left < 0:
            raise StoreUnavailable
        return super().call_operation(operation, body, has_token=has_token)


@pytest.mark.parametrize("left", [1, 4, 8, 14, 18, 22, 60, 85])
def test_a_move_that_was_broken_off_goes_on(place: Place, left: int) -> None:
    breaking = BreakingEndpoint(place.settings, left)
    with pytest.raises(StoreUnavailable):
        move_former_tables(breaking, place.wanted, stores_on(place, breaking), lambda *_: None)
    move_former_tables(place.endpoint, place.wanted, place.stores, lambda *_: None)
    require_moved(place)


def stores_on(place: Place, endpoint: AwsJsonEndpoint) -> Stores:
    return replace(place.stores, database=DynamoDatabase(endpoint), tables=DynamoTableReader(endpoint))


def test_a_table_of_other_keys_is_left_alone(place: Place) -> None:
    name = f"other-{uuid.uuid4().hex[:8]}"
    create = {**place.wanted[0].create, "TableName": name}
    other = {**create, "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    del other["GlobalSecondaryIndexes"]
    other["AttributeDefinitions"] = [{"AttributeName": "pk", "AttributeType": "S"}]
    make_tables(place.endpoint, [LocalTable(other, None)])
    wanted = [LocalTable(create, "ttl")]
    assert move_former_tables(place.endpoint, wanted, place.stores, print) == []
    with pytest.raises(TablesDiffer):
        make_tables(place.endpoint, wanted)
