"""What a function asks of its stores: every right, nothing written, each error by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp import wiring
from affino_mcp.self_check.findings import NOT_ASKED, ask_stores, read_findings, run_self_check
from affino_mcp.self_check.probes import StoreProbe, build_digest_probes, build_probes
from affino_mcp.self_check.rights import FUNCTION_RIGHTS, SELF_CHECK_NAME, TableRight
from affino_mcp.settings import Settings
from affino_mcp.store.faults import AccessRefused, StoreRejected, StoreUnavailable
from affino_mcp.store.ops import Database, Put
from affino_mcp.store.testing.memory_archive import MemoryArchive
from tests.unit.audit.integrity.sealed_log import MemorySigner
from tests.world import World

FUNCTIONS = list(FUNCTION_RIGHTS)
TABLE_SETTINGS = ("gate_table", "audit_table", "records_table", "words_table", "credentials_table")
METHODS = {"GetItem": "get", "BatchGetItem": "get_many", "Query": "query", "PutItem": "put", "UpdateItem": "update"}
METHODS |= {"DeleteItem": "delete", "ConditionCheckItem": "transact"}


class Denying:
    """A database that refuses one method on one table, by this error."""

    def __init__(self, inner: Database, method: str, table: str, error: Exception) -> None:
        self._inner, self._method, self._table, self._error = inner, method, table, error

    def __getattr__(self, name: str) -> Any:
        real: Callable[..., Any] = getattr(self._inner, name)

        def call(*arguments: Any) -> Any:
            if name == self._method and self._table in str(arguments):
                raise self._error
            return real(*arguments)

        return call


def probes_of(world: World, functions: list[str], database: Any = None) -> list[StoreProbe]:
    return build_probes(functions, database or world.database, world.secrets, world.files, world.settings)


def rows_of(world: World) -> dict[str, Any]:
    return {name: world.database.list_rows(getattr(world.settings, name)) for name in TABLE_SETTINGS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_may_do_what_it_must(function: str) -> None:
    world = World()
    found = ask_stores(probes_of(world, [function]))
    assert {one.place: one.errors for one in found if one.errors} == {}
    asked = {(one.service, operation) for one in found for operation in one.asked}
    rights = [right for right in FUNCTION_RIGHTS[function] if isinstance(right, TableRight)]
    assert {("dynamodb", right.operation) for right in rights} <= asked


def test_nothing_is_written_even_where_a_row_has_the_very_key() -> None:
    world = World()
    for right in {right for function in FUNCTIONS for right in FUNCTION_RIGHTS[function]}:
        if isinstance(right, TableRight):
            row = {"pk": right.pk, "sk": SELF_CHECK_NAME, "name": "kept"}
            world.database.put(Put(getattr(world.settings, right.table_setting), row))
    before = json.dumps(rows_of(world), sort_keys=True)
    assert ask_stores(probes_of(world, FUNCTIONS))
    assert json.dumps(rows_of(world), sort_keys=True) == before
    assert world.files.head(f"media/{SELF_CHECK_NAME}") is None


DENIALS = [
    (function, right.table_setting, right.operation)
    for function in FUNCTIONS
    for right in dict.fromkeys(FUNCTION_RIGHTS[function])
    if isinstance(right, TableRight)
]


@pytest.mark.parametrize(("function", "setting", "operation"), sorted(set(DENIALS)))
def test_each_operation_that_a_role_lacks_is_named(function: str, setting: str, operation: str) -> None:
    world = World()
    table = str(getattr(world.settings, setting))
    denying = Denying(world.database, METHODS[operation], table, AccessRefused("AccessDeniedException"))
    red = [one for one in ask_stores(probes_of(world, [function], denying)) if one.errors]
    assert [(one.service, one.place, one.errors) for one in red] == [
        ("dynamodb", table, {operation: "AccessDeniedException"})
    ]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (AccessRefused("ResourceNotFoundException"), "ResourceNotFoundException"),
        (StoreUnavailable(), "unavailable"),
        (StoreRejected("ValidationException"), "ValidationException"),
    ],
    ids=["no table", "no name", "malformed"],
)
def test_every_kind_of_fault_is_a_finding(error: Exception, name: str) -> None:
    world = World()
    denying = Denying(world.database, "get", world.settings.gate_table, error)
    (red, *_) = [one for one in ask_stores(probes_of(world, ["McpEndpoint"], denying)) if one.errors]
    assert red.errors["GetItem"] == name


def test_a_service_that_does_not_answer_is_asked_once_and_the_others_all_the_same() -> None:
    asked: list[str] = []

    def silent(place: str) -> None:
        asked.append(place)
        raise StoreUnavailable("read_timeout")

    probes = [StoreProbe("dynamodb", "GetItem", place, lambda place=place: silent(place)) for place in ("a", "b")]  # type: ignore[misc]
    found = ask_stores([*probes, StoreProbe("s3", "HeadObject", "media", lambda: asked.append("media"))])
    assert asked == ["a", "media"]
    assert [one.errors for one in found] == [{"GetItem": "read_timeout"}, {"GetItem": NOT_ASKED}, {}]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_answer_is_json_and_reads_back_as_it_was(function: str, caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    answer = run_self_check(function, probes_of(world, [function]))
    assert read_findings(json.loads(json.dumps(answer))) == ask_stores(probes_of(world, [function]))
    assert [(line.message, line.levelname) for line in caplog.records] == [("self-check", "INFO")]


def test_a_failure_is_logged_and_counted_for_the_stack(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.secrets.broken = True
    wiring.build_self_check("LoginProxy", world.settings, world.stores)()
    (line,) = (vars(record) for record in caplog.records)
    assert (line["message"], line["levelname"], line["function"]) == ("self-check", "ERROR", "LoginProxy")
    place = f"{world.settings.secrets_prefix}/profiles"
    assert [(one["service"], one["place"]) for one in line["failed"]] == [("secretsmanager", place)]
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (metric["SelfCheckFailed"], metric["stack"], metric["function"]) == ([1.0], "local", "LoginProxy")


def test_what_a_function_needs_beside_the_stores_is_asked_too() -> None:
    def refuse() -> None:
        raise AccessRefused("AccessDeniedException")

    world = World()
    signing = StoreProbe("kms", "Sign", "digest-key", refuse)
    answer = wiring.build_self_check("Housekeeping", world.settings, world.stores, [signing])()
    (red,) = [one for one in answer["stores"] if one["errors"]]
    assert (red["service"], red["place"], red["errors"]) == ("kms", "digest-key", {"Sign": "AccessDeniedException"})


def test_the_archive_of_digests_and_their_key_are_asked_and_nothing_is_left_behind() -> None:
    world, archive = World(), MemoryArchive()
    probes = build_digest_probes(archive, MemorySigner(), world.settings)
    assert run_self_check("Housekeeping", probes)["stores"]
    assert [(probe.service, probe.operation) for probe in probes] == [
        ("s3", "ListObjectsV2"),
        ("s3", "GetObject"),
        ("kms", "Sign"),
    ]
    assert not archive.objects
    archive.broken = True
    red = [one["service"] for one in run_self_check("Housekeeping", probes)["stores"] if one["errors"]]
    assert set(red) == {"s3"}
    assert build_digest_probes(None, None, world.settings) == []


def test_without_files_there_is_nothing_to_ask_s3() -> None:
    world = World()
    probes = build_probes(["McpEndpoint"], world.database, world.secrets, None, Settings())
    assert {probe.service for probe in probes} == {"dynamodb", "secretsmanager"}
