"""The local tables are the template's: keys, indexes and expiry, under the names of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.tables import LocalTable, TablesDiffer, make_tables, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

SETTINGS = Settings(gate_table="g", audit_table="a", records_table="r", words_table="w", credentials_table="c")
FOUND = {table.name: table for table in read_tables(TEMPLATE_FILE, SETTINGS)}


def keys(part: dict[str, Any]) -> list[str]:
    return [key["AttributeName"] for key in part["KeySchema"]]


def test_every_table_of_the_template_has_its_setting() -> None:
    assert set(FOUND) == {"g", "a", "r", "w", "c"}


@pytest.mark.parametrize("table", FOUND.values(), ids=lambda table: table.name)
def test_keys_and_expiry(table: LocalTable) -> None:
    assert keys(table.create) == ["pk", "sk"]
    assert table.expires_by == "ttl"


def test_the_indexes_of_the_api_log() -> None:
    indexes = {index["IndexName"]: keys(index) for index in FOUND["a"].create["GlobalSecondaryIndexes"]}
    assert indexes == {"ByPerson": ["person", "sk"], "ByRecord": ["record", "sk"], "ByTime": ["everybody", "sk"]}


def test_indexes_hold_what_their_readers_need() -> None:
    create = [table.create for table in FOUND.values()]
    indexes = [
        i for c in create for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes") for i in c.get(kind, [])
    ]
    assert {index["Projection"]["ProjectionType"] for index in indexes} == {"INCLUDE"}


def test_only_what_createtable_takes_is_sent() -> None:
    taken = {"TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"}
    assert {part for table in FOUND.values() for part in table.create} == taken | {"LocalSecondaryIndexes"}


def test_short_tags_of_every_form(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Globals: {Environment: {Variables: {AFFINO_GATE_TABLE: !Ref T, X: !If [A, !Ref B, C]}}}\n"
        "Resources: {T: {Type: 'AWS::DynamoDB::Table', Properties: {KeySchema: [], X: !Odd {a: 1}}}}\n"
    )
    assert read_tables(template, SETTINGS) == [LocalTable({"TableName": "g", "KeySchema": []}, None)]


class Emulator(AwsJsonEndpoint):
    """A DynamoDB endpoint that records its requests, and has the tables that it is made with."""

    def __init__(self, *known: LocalTable) -> None:
        self.known = {table.name: table for table in known}
        self.calls: list[str] = []

    def call_operation(self, operation: str, body: dict[str, Any], *, has_token: bool = False) -> dict[str, Any]:
        self.calls.append(f"{operation} {body['TableName']}")
        if operation == "CreateTable" and body["TableName"] in self.known:
            raise AwsError("ResourceInUseException", {})
        return {"Table": self.known[body["TableName"]].create} if operation == "DescribeTable" else {}


def test_what_is_missing_is_made() -> None:
    emulator = Emulator(FOUND["g"])
    make_tables(emulator, [FOUND["g"], FOUND["a"]])
    assert emulator.calls == ["CreateTable g", "DescribeTable g", "CreateTable a", "UpdateTimeToLive a"]


def test_a_table_whose_indexes_hold_something_else_is_refused() -> None:
    create = {**FOUND["a"].create}
    indexes = create["GlobalSecondaryIndexes"]
    create["GlobalSecondaryIndexes"] = [{**index, "Projection": {"ProjectionType": "ALL"}} for index in indexes]
    with pytest.raises(TablesDiffer, match="FRESH=1"):
        make_tables(Emulator(LocalTable(create, "ttl")), [FOUND["a"]])


def test_a_table_of_another_version_is_refused() -> None:
    emulator = Emulator(LocalTable({**FOUND["g"].create, "TableName": "a"}, "ttl"))
    with pytest.raises(TablesDiffer, match="FRESH=1"):
        make_tables(emulator, [FOUND["a"]])
