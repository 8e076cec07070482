"""Fixtures for the adapters of the ports: MiniStack, an emulator of AWS, started once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from affino_mcp.local import bucket
from affino_mcp.local.emulator import Emulator
from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import open_bucket, open_dynamodb
from affino_mcp.local.tables import make_tables, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.ops import Database
from affino_mcp.store.testing.memory_database import MemoryDatabase
from scripts.deploy_local import emulator
from tests.contract.boto3_endpoints import Boto3Json
from tests.contract.shelf import Shelf
from tests.contract.stack_account import REGION, TRUST, Account

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
EMULATED = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that name a fresh emulator with an empty bucket."""
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), Settings().region)
    try:
        emulator.wait_until_ready()
        settings = Settings(aws_endpoint=emulator.endpoint)
        bucket.make_bucket(open_bucket(settings), settings)
        yield settings
    finally:
        emulator.child.stop(10)


@pytest.fixture(scope="session")
def dynamo(request: pytest.FixtureRequest) -> Database:
    """The template's own tables on the emulator."""
    emulated: Settings = request.getfixturevalue("emulated")
    endpoint = open_dynamodb(emulated)
    make_tables(endpoint, read_tables(TEMPLATE, emulated))
    return DynamoDatabase(endpoint)


@pytest.fixture(scope="session")
def dynamo_by_boto3(emulated: Settings, dynamo: Database) -> Database:
    """The same tables, asked by boto3 instead of `store.wire`."""
    endpoint: Any = Boto3Json("dynamodb", emulated)
    return DynamoDatabase(endpoint)


@pytest.fixture(
    params=[
        "memory",
        pytest.param("dynamo", marks=EMULATED, id="dynamodb"),
        pytest.param("dynamo_by_boto3", marks=EMULATED, id="dynamodb by boto3"),
    ]
)
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(MemoryDatabase() if request.param == "memory" else request.getfixturevalue(request.param))


@pytest.fixture(scope="module")
def account_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator.run_emulator(tmp_path_factory.mktemp("check"), REGION) as found:
        yield found


@pytest.fixture(scope="module")
def account(account_endpoint: str) -> Account:
    keys = {"aws_access_key_id": emulator.ACCOUNT_KEY, "aws_secret_access_key": emulator.ACCOUNT_KEY}
    made = Account(lambda kind: boto3.client(kind, region_name=REGION, endpoint_url=account_endpoint, **keys))
    role = made.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST))
    made.role = role["Role"]["Arn"]
    return made


@pytest.fixture
def shell(account_endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell with the account owner's credentials, and no configuration of this machine's."""
    for name, value in emulator.aws_variables(account_endpoint, REGION).items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return monkeypatch
