"""Secrets in versions: the in-memory store and MiniStack's Secrets Manager give the same answers."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.secrets import AwsSecretStore, SecretStore
from affino_mcp.store.testing.memory_secrets import MemorySecretStore
from tests.contract.boto3_endpoints import Boto3Json

EMULATED = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(
    params=[
        "memory",
        pytest.param("secrets manager", marks=EMULATED),
        pytest.param("secrets manager by boto3", marks=EMULATED),
    ]
)
def secrets(request: pytest.FixtureRequest) -> SecretStore:
    if request.param == "memory":
        return MemorySecretStore()
    emulated: Settings = request.getfixturevalue("emulated")
    if request.param == "secrets manager":
        return open_emulator_stores(emulated).secrets
    endpoint: Any = Boto3Json("secretsmanager", emulated)
    return AwsSecretStore(endpoint)


def new() -> str:
    return uuid.uuid4().hex


def test_every_version_stays_what_it_was(secrets: SecretStore) -> None:
    name, first, second = f"affino-mcp/test/{new()}", new(), new()
    secrets.write(name, first, {"secret": "one", "families": {"contacts": ["read"]}})
    secrets.write(name, second, {"secret": "two"})
    assert secrets.read(name, first) == {"secret": "one", "families": {"contacts": ["read"]}}
    assert secrets.read(name, second) == {"secret": "two"}


def test_what_is_not_there(secrets: SecretStore) -> None:
    name = f"affino-mcp/test/{new()}"
    with pytest.raises(KeyError):
        secrets.read(name, new())
    secrets.write(name, new(), {"secret": "one"})
    with pytest.raises(KeyError):
        secrets.read(name, new())


def test_writing_the_same_version_again_changes_nothing(secrets: SecretStore) -> None:
    name, version = f"affino-mcp/test/{new()}", new()
    for _ in range(2):
        secrets.write(name, version, {"secret": "one"})
    assert secrets.read(name, version) == {"secret": "one"}


def test_a_removed_secret_is_gone_with_every_version_and_may_be_removed_again(secrets: SecretStore) -> None:
    name, versions = f"affino-mcp/test/{new()}", [new(), new()]
    for version in versions:
        secrets.write(name, version, {"secret": version})
    for _ in range(2):
        secrets.remove(name)
    for version in versions:
        with pytest.raises(KeyError):
            secrets.read(name, version)
