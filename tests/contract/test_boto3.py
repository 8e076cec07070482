"""The service's signed requests compared with boto3's: each reads what the other wrote; both get the same errors."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings

from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import EMULATOR_ACCOUNT_KEY, open_bucket, open_dynamodb, open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.faults import ConditionFailed, StoreRejected, StoreUnavailable, TransactionFailed
from affino_mcp.store.files import FileUpload
from affino_mcp.store.ops import Database, Delete, Key, Put, Query, Update, absent, exists
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint
from tests.contract.boto3_endpoints import Boto3Json, client
from tests.contract.shelf import RECORDS, Shelf
from tests.contract.test_store import VALUES

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(scope="module")
def table(emulated: Settings, dynamo: Database) -> Any:
    """boto3's own view of the records table: it turns rows into DynamoDB's types and back by itself."""
    keys = {"aws_access_key_id": EMULATOR_ACCOUNT_KEY, "aws_secret_access_key": EMULATOR_ACCOUNT_KEY}
    place = {"region_name": emulated.region, "endpoint_url": emulated.aws_endpoint}
    return boto3.resource("dynamodb", **place, **keys).Table(RECORDS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_a_row_is_the_same_for_boto3(dynamo: Database, table: Any, value: Any) -> None:
    ours, theirs = Shelf(dynamo), Shelf(dynamo)
    ours.put(value=value)
    assert table.get_item(Key=ours.key()._asdict())["Item"] == ours.item(value=value)
    table.put_item(Item=theirs.item(value=value))
    assert theirs.get() == theirs.item(value=value)


LONG = "x" * 2049
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "no such table": ("GetItem", {"TableName": "nowhere", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}),
    "a key without its second part": ("GetItem", {"TableName": RECORDS, "Key": {"pk": {"S": "a"}}}),
    "no such row": (
        "PutItem",
        {
            "TableName": RECORDS,
            "Item": {"pk": {"S": "no row"}, "sk": {"S": "b"}},
            "ConditionExpression": "attribute_exists(pk)",
        },
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.usefixtures("dynamo")
def test_an_error_has_the_same_name(emulated: Settings, fault: str) -> None:
    names = [
        name_of(endpoint, *FAULTS[fault]) for endpoint in (open_dynamodb(emulated), Boto3Json("dynamodb", emulated))
    ]
    assert names[0] == names[1]


def name_of(endpoint: AwsJsonEndpoint | Boto3Json, operation: str, body: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as found:
        endpoint.call_operation(operation, body)
    return found.value.name


def failing(change: Callable[[Shelf], Any], shelf: Shelf) -> tuple[type[BaseException], Any]:
    """Gives the kind of error of a change, and the rows that it names, without the shelf's key."""
    shelf.put("A", count=1)
    with pytest.raises((ConditionFailed, TransactionFailed, StoreRejected, StoreUnavailable)) as found:
        change(shelf)
    named = getattr(found.value, "item", None) or getattr(found.value, "failed", None)
    return type(found.value), json.loads(json.dumps(named).replace(shelf.pk, "shelf"))


CHANGES: dict[str, Callable[[Shelf], Any]] = {
    "put": lambda shelf: shelf.db.put(Put(RECORDS, shelf.item(), absent())),
    "update": lambda shelf: shelf.db.update(Update(RECORDS, shelf.key(), {"n": 1}, condition=absent("count"))),
    "delete": lambda shelf: shelf.db.delete(Delete(RECORDS, shelf.key(), absent())),
    "transaction": lambda shelf: shelf.transact(
        Put(RECORDS, shelf.item("B")), Delete(RECORDS, shelf.key(), absent()), Put(RECORDS, shelf.item("C"), exists())
    ),
    "no such table": lambda shelf: shelf.db.put(Put("nowhere", shelf.item())),
    "no such table in a batch": lambda shelf: shelf.db.get_many("nowhere", [shelf.key()]),
    "no such table in a query": lambda shelf: shelf.db.query(Query("nowhere", shelf.pk)),
    "a key that is too long": lambda shelf: shelf.db.get(RECORDS, Key(LONG, "A")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_fails_alike(emulated: Settings, dynamo: Database, change: str) -> None:
    theirs: Any = Boto3Json("dynamodb", emulated)
    shelves = [Shelf(database) for database in (dynamo, DynamoDatabase(theirs))]
    ours, boto = [failing(CHANGES[change], shelf) for shelf in shelves]
    assert ours == boto


def test_a_secret_is_the_same_for_boto3(emulated: Settings) -> None:
    name, version = f"affino-mcp/test/{uuid.uuid4().hex}", uuid.uuid4().hex
    open_emulator_stores(emulated).secrets.write(name, version, {"secret": "ünïcode"})
    found = client("secretsmanager", emulated).get_secret_value(SecretId=name, VersionId=version)
    assert json.loads(found["SecretString"]) == {"secret": "ünïcode"}


def test_a_file_is_the_same_for_boto3(emulated: Settings) -> None:
    content, files, bucket = b"a picture", open_bucket(emulated), client("s3", emulated)
    key = f"media/{uuid.uuid4().hex} ü+&.png"
    files.put(FileUpload(key, "image/png", len(content), hashlib.sha256(content).hexdigest()), content)
    found = bucket.get_object(Bucket=emulated.media_bucket, Key=key)
    assert (found["Body"].read(), found["ContentType"]) == (content, "image/png")
    bucket.put_object(Bucket=emulated.media_bucket, Key=key, Body=b"other", ContentType="text/plain")
    head = files.head(key)
    assert head
    assert (head.size, head.mime_type, files.read(key, 0, 5)) == (5, "text/plain", b"other")
