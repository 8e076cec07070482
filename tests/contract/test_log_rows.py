"""A row with every field, written to and read from a table: in memory, and DynamoDB as the template makes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.audit.changes import redact_changes
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.log_pages import load_whole_rows, read_merged_page
from affino_mcp.audit.queries import LogQuery, lowest_ulid, search_log
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, AuditRow
from affino_mcp.instance.port import RecordChange
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Query, SortSpan
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.contract.conftest import EMULATED
from tests.unit.audit.rows import NOON, row

TABLE = Settings().audit_table


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=EMULATED)])
def database(request: pytest.FixtureRequest) -> Database:
    return MemoryDatabase() if request.param == "memory" else request.getfixturevalue("dynamo")


def test_what_changed_comes_back_as_it_was_told(database: Database) -> None:
    link = {"JobTitle": "Chief", "Primary": True, "Weight": 1.5, "Since": None}
    before: dict[str, Any] = {"City": "Leeds", "Codes": [1, 2], "contacts#3": None}
    after: dict[str, Any] = {"City": None, "Codes": [], "contacts#3": link}
    changes = redact_changes(
        [RecordChange("accounts#12", "changed", before, after), RecordChange("contacts#3", "deleted", {}, {})]
    )
    written = row(result="account 12 changed, with 1 other record", changes=changes, gate_ms=3)
    AuditLog(database, TABLE).write_row(written)
    question = LogQuery(record="accounts#12", since=NOON - timedelta(hours=1))
    found = search_log(database, TABLE, question, NOON + timedelta(hours=1)).rows
    assert [each for each in found if each.id == written.id] == [written]


@pytest.mark.parametrize("forward", [True, False], ids=["oldest first", "newest first"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_calls_of_everybody_are_one_order_over_all_partitions(
    database: Database, forward: bool, limit: int
) -> None:
    begins = NOON + timedelta(days=limit, hours=forward)
    written = [row(begins + timedelta(seconds=n)) for n in range(20)]
    for one in written:
        AuditLog(database, TABLE).store(one)
    span = SortSpan(low=lowest_ulid(begins), high=lowest_ulid(begins + timedelta(minutes=1)))
    query = Query(TABLE, "", "ByTime", "everybody", span=span, forward=forward, limit=limit, consistent=False)
    found: list[str] = []
    for _ in range(50):
        page = read_merged_page(database, query, ALL_CALLS_PARTITIONS)
        found += [item["sk"] for item in page.items]
        query = replace(query, start=page.next)
        if page.next is None:
            break
    assert found == [one.id for one in written][:: 1 if forward else -1]
    entries = [{"pk": "P#K1", "sk": id_} for id_ in found]
    assert [AuditRow.from_document(item).id for item in load_whole_rows(database, TABLE, entries)] == found
