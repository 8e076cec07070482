"""The built functions in AWS's own runtime client: what `make prove` shows with more trials, once in every test run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.clock import format_iso, utc_now
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE, WebSessions
from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES
from affino_mcp.self_check.findings import read_findings
from affino_mcp.self_check.handler import SELF_CHECK_EVENT
from affino_mcp.store.ops import Put
from scripts.build import Build
from scripts.prove import artifacts
from scripts.prove.emulated import EmulatedService, emulated_service, emulator_variables
from scripts.prove.runtime_client import FUNCTION_SECONDS, FunctionCaller, running_built_function, running_endpoint
from scripts.prove.slow_bulk import prove_slow_bulk
from scripts.prove.snapshot import prove_restore
from scripts.prove.two_people import prove_two_people
from tests.unit.control_edge.test_events import event
from tests.unit.control_edge.test_export_sizes import read_file

pytestmark = [pytest.mark.slow, pytest.mark.emulator, pytest.mark.timeout(600)]

FUNCTIONS = ["McpEndpoint", "InstanceApi", "LoginProxy", "ControlCentre", "Housekeeping", "OAuthAuthorizer"]
QUOTES = '"' * 3300
LARGE_ROWS = 300
MEMBERS, TOLD_SECONDS = 60, 7


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedService]:
    with emulated_service(tmp_path_factory.mktemp("runtime")) as service:
        yield service


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a function writes."""
    return tmp_path / "function.log"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_asked_of_anybody_before_the_snapshot(
    built: Build, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    monkeypatch.setattr(artifacts, "STARTS", 1)
    assert artifacts.measure_start(built, function).seen == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_in_the_client_and_reaches_its_stores(
    emulated: EmulatedService, built: Build, log: Path, function: str
) -> None:
    with running_built_function(function, emulator_variables(emulated.settings), built, log) as api:
        found = read_findings(api.invoke(dict(SELF_CHECK_EVENT), FUNCTION_SECONDS))
    assert "dynamodb" in {one.service for one in found}, log.read_text()[-2000:]
    assert [one for one in found if one.service == "dynamodb" and one.errors] == []


def test_a_warm_function_answers_call_after_call(emulated: EmulatedService, built: Build, log: Path) -> None:
    with running_endpoint(emulated, emulated.settings.aws_endpoint, built, log) as api:
        caller = FunctionCaller(api, emulated.headers)
        made = caller.made("create_account", "Account", "AccountCode", Name="Orbital")
        read = [caller.call_tool("get_account", AccountCode=made) for _ in range(3)]
        _, wrong = caller.call_tool("get_account", AccountCode="none")
    assert [status for status, _ in read] == [200] * 3
    assert {each["result"]["structuredContent"]["Account"]["Name"] for _, each in read} == {"Orbital"}
    assert wrong["result"]["isError"] is True


def export_event(emulated: EmulatedService) -> dict[str, Any]:
    """The request for all rows of one profile as CSV, of the operator who is signed in."""
    settings, database = emulated.settings, emulated.stores.database
    row = database.get(settings.gate_table, row_keys.person_key(emulated.person))
    assert row is not None
    cookie = WebSessions(CONTROL_CENTRE, database, settings, utc_now).start(row)
    asked = event("profiles") | {"path": "/control/logs/export"}
    asked["requestContext"] = asked["requestContext"] | {"path": "/live/control/logs/export"}
    query = {"format": "csv", "profile": "K1"}
    asked["queryStringParameters"] = query
    asked["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()}
    asked["headers"]["Cookie"] = asked["multiValueHeaders"]["Cookie"][0] = f"__Host-affino-control={cookie}"
    return asked


def test_the_largest_export_passes_the_client(emulated: EmulatedService, built: Build, log: Path) -> None:
    table, now = emulated.settings.audit_table, utc_now()
    for age in range(1, LARGE_ROWS + 1):
        at = now - timedelta(seconds=age)
        given = str(ULID.from_datetime(at)), format_iso(at), "K1", "all", f"m{age}", Outcome.OK, 200
        emulated.stores.database.put(Put(table, row_item(AuditRow(*given, arguments={"Body": QUOTES}))))
    with running_built_function("ControlCentre", emulator_variables(emulated.settings), built, log) as api:
        answer = api.invoke(export_event(emulated), FUNCTION_SECONDS)
    assert answer["statusCode"] == 200, log.read_text()[-2000:]
    assert 0.8 < len(json.dumps(answer, ensure_ascii=False).encode()) / MAX_ANSWER_BYTES < 1
    methods, rest = read_file(answer["body"], "csv")
    assert methods == [f"m{age}" for age in range(1, len(methods) + 1)]
    assert "cursor=" in rest


def test_a_write_that_the_deadline_cuts_is_told_as_it_is(emulated: EmulatedService, built: Build, log: Path) -> None:
    found = prove_slow_bulk(emulated, built, log, MEMBERS, TOLD_SECONDS)
    assert found.added < MEMBERS
    assert [*found.ledger.without_row, *found.ledger.without_effect] == []
    assert found.answer_is_true or found.status != 200
    assert found.after_repeat == MEMBERS


def test_two_people_in_turn_see_nothing_of_each_other(emulated: EmulatedService, built: Build, log: Path) -> None:
    assert prove_two_people(emulated, built, log, rounds=2).faults == []


def test_a_function_is_restored_from_its_snapshot(emulated: EmulatedService, built: Build, log: Path) -> None:
    found = prove_restore(emulated, built, log)
    assert found.faults == [], log.read_text()[-2000:]
