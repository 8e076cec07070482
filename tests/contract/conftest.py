"""The real thing behind a port, as far as a machine without AWS can have it: MiniStack, started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from affino_mcp.local import bucket
from affino_mcp.local.emulator import Emulator
from affino_mcp.local.places import EMULATOR
from affino_mcp.local.stores import dynamodb, s3
from affino_mcp.local.tables import make, tables
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.ops import Database
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.contract.shelf import Shelf

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
EMULATED = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that name a fresh emulator with an empty bucket."""
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), Settings().region)
    try:
        emulator.wait()
        settings = Settings(aws_endpoint=emulator.endpoint)
        bucket.make(s3(settings), settings)
        yield settings
    finally:
        emulator.child.stop(10)


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
