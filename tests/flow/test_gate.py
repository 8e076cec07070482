"""The gate as a client sees it: raw HTTP answers and audit rows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World, WorldClient

NAMES = ("Authorization", "X-API-Key", "X-API-Secret")


def _without(client: WorldClient, *names: str) -> WorldClient:
    return WorldClient(client.world, client.handler, {n: v for n, v in client.headers.items() if n not in names})


MISSING = [names for names in product((0, 1), repeat=3) if any(names)]


@pytest.mark.parametrize(
    "gone", MISSING, ids=lambda gone: "+".join(n for n, out in zip(NAMES, gone, strict=True) if out)
)
def test_a_missing_header_gets_the_uniform_401(world: World, manager: WorldClient, gone: tuple[int, ...]) -> None:
    uniform = manager.with_headers(X_API_Key="nobody").call_tool("list_accounts")
    names = [name for name, out in zip(NAMES, gone, strict=True) if out]
    answer = _without(manager, *names).call_tool("list_accounts")
    assert (answer.status, answer.document) == (401, uniform.document)
    assert answer.document["id"] == 7
    assert answer.document["error"]["data"]["type"] == "authentication_error"
    assert world.audit_rows() == []


WRONG: dict[str, Callable[[WorldClient], WorldClient]] = {
    "wrong secret": lambda c: c.with_headers(X_API_Secret="x" * 40),
    "unknown key": lambda c: c.with_headers(X_API_Key="A" * 16),
    "key and secret swapped": lambda c: c.with_headers(
        X_API_Key=c.headers["X-API-Secret"], X_API_Secret=c.headers["X-API-Key"]
    ),
    "no Bearer word": lambda c: c.with_headers(Authorization=c.headers["Authorization"].split()[1]),
    "basic": lambda c: c.with_headers(Authorization="Basic Zm9vOmJhcg=="),
    "comma list": lambda c: c.with_headers(X_API_Key=f"{c.headers['X-API-Key']}, {c.headers['X-API-Key']}"),
    "not ASCII": lambda c: c.with_headers(X_API_Secret="ä" * 40),
    "64 KB": lambda c: c.with_headers(X_API_Secret="s" * 65536),
    "control": lambda c: c.with_headers(X_API_Key=c.headers["X-API-Key"] + "\x00"),
    "token not a UUID": lambda c: c.with_headers(Authorization="Bearer nonsense"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_wrong_credentials_get_the_uniform_401(
    world: World, manager: WorldClient, spoil: Callable[[WorldClient], WorldClient]
) -> None:
    uniform = manager.with_headers(X_API_Key="nobody").call_tool("list_accounts")
    answer = spoil(manager).call_tool("list_accounts")
    assert (answer.status, answer.document) == (401, uniform.document)
    assert {n for n in answer.headers if n != "x-request-id"} == {n for n in uniform.headers if n != "x-request-id"}
    assert world.audit_rows() == []


SHAPES: dict[str, Callable[[WorldClient], WorldClient]] = {
    "packed key": lambda c: _without(c, "X-API-Secret").with_headers(
        X_API_Key=f"{c.headers['X-API-Key']}:{c.headers['X-API-Secret']}"
    ),
    "alias of the secret": lambda c: _without(c, "X-API-Secret").with_headers(X_Auth_Token=c.headers["X-API-Secret"]),
    "lower-case scheme": lambda c: c.with_headers(Authorization=c.headers["Authorization"].replace("Bearer", "bearer")),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_other_header_forms_are_accepted(manager: WorldClient, shape: Callable[[WorldClient], WorldClient]) -> None:
    assert shape(manager).call_tool("list_accounts").status == 200


def test_an_expired_session_says_so_and_is_recorded(world: World, manager: WorldClient) -> None:
    world.clock.move(seconds=3599)
    assert manager.call_tool("list_accounts").status == 200
    world.clock.move(seconds=1)
    answer = manager.call_tool("create_account", Name="Too late")
    assert answer.status == 401
    assert answer.document["error"]["data"]["type"] == "session_expired"
    assert "log in" in answer.document["error"]["message"]
    last = world.audit_rows()[-1]
    assert (last["method"], last["status"], last["person_name"]) == ("create_account", 401, "Sam Manager")
    assert not [row for row in world.database.list_rows(world.settings.records_table) if "Too late" in str(row)]


def test_an_unknown_session_says_so(world: World, manager: WorldClient) -> None:
    answer = manager.with_headers(Authorization="Bearer 01234567-89ab-cdef-0123-456789abcdef").call_tool(
        "list_accounts"
    )
    assert (answer.status, answer.document["error"]["data"]["type"]) == (401, "session_unknown")
    assert (world.audit_rows()[-1]["status"], world.audit_rows()[-1]["profile_name"]) == (401, "all")


def test_every_warm_process_obeys_the_switches_on_the_next_call(
    world: World, profile: Profile, manager: WorldClient
) -> None:
    other = world.new_handler()
    both = [manager, WorldClient(world, other, manager.headers)]
    assert [c.call_tool("list_accounts").status for c in both] == [200, 200]
    world.profiles.disable(profile.key)
    assert [c.call_tool("list_accounts").status for c in both] == [403, 403]
    assert [c.send_rpc("tools/list").status for c in both] == [403, 403]
    world.profiles.enable(profile.key)
    assert [c.call_tool("list_accounts").status for c in both] == [200, 200]
    world.profiles.change(profile.key, families={"accounts": frozenset()})
    refused = [c.call_tool("list_accounts").error for c in both]
    assert {error["type"] for error in refused} == {"tool_disabled"}
    assert {error["details"]["rule"] for error in refused} == {"accounts.read"}
    assert not any(METHODS[name].family == "accounts" for c in both for name in c.list_tool_names())
    renewed = world.profiles.regenerate_secret(profile.key)
    assert [c.call_tool("list_contacts").status for c in both] == [401, 401]
    assert [c.with_headers(X_API_Secret=renewed.secret).call_tool("list_contacts").status for c in both] == [200, 200]
    other.close()


def test_a_cached_profile_is_never_read_again_from_secrets_manager(world: World, manager: WorldClient) -> None:
    manager.call_tool("list_accounts")
    before = world.secrets.reads
    for _ in range(5):
        manager.call_tool("list_accounts")
    assert world.secrets.reads == before


COUNTS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "read": ("list_accounts", {}, ["gate", "gate", "records", "audit"]),
    "create": ("create_account", {"Name": "Orbital"}, ["gate", "gate", "records", "audit+records+words"]),
    "who am I": ("get_current_user", {}, ["gate", "gate", "records", "audit"]),
}


@pytest.mark.parametrize(("tool", "arguments", "expected"), COUNTS.values(), ids=COUNTS)
def test_store_calls_of_an_authorised_call(
    world: World, manager: WorldClient, tool: str, arguments: dict[str, Any], expected: list[str]
) -> None:
    manager.call_tool(tool, **arguments)
    world.watched.calls.clear()
    assert manager.call_tool(tool, **{**arguments, **({"Name": "Other"} if arguments else {})}).status == 200
    tables = [table.replace("affino-mcp-", "") for _, table in world.watched.calls]
    assert sorted(tables) == sorted(expected)


def test_the_limit_answers_429_with_the_exact_wait(world: World, handler: LambdaHandler) -> None:
    slow = world.create_profile("slow", rate=60)
    client = WorldClient(world, handler, world.log_in(slow, world.create_person("Ann", "Agent", "Sales")))
    statuses = [client.call_tool("list_accounts").status for _ in range(slow.burst + 1)]
    assert statuses == [200] * slow.burst + [429]
    refused = client.call_tool("list_accounts")
    assert refused.document["id"] == 7
    assert refused.document["error"]["data"]["type"] == "rate_limited"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit-policy"] == '"profile";q=60;w=60'
    world.clock.move(seconds=float(refused.headers["retry-after"]))
    assert client.call_tool("list_accounts").status == 200
    refusals = [row for row in world.audit_rows() if row["status"] == 429]
    assert [(row["person_name"], row["outcome"]) for row in refusals] == [("Ann Agent", "refused")] * 2


def test_handshakes_do_not_spend_the_budget(world: World, handler: LambdaHandler) -> None:
    slow = world.create_profile("slow", rate=60)
    client = WorldClient(world, handler, world.log_in(slow, world.create_person("Ann", "Agent", "Sales")))
    assert {client.send_rpc("tools/list").status for _ in range(slow.burst * 2)} == {200}
    assert client.call_tool("list_accounts").status == 200


BROKEN = [("update", "gate_table"), ("get_many", "gate_table"), ("query", "records_table"), ("put", "audit_table")]


@pytest.mark.parametrize(("method", "table"), BROKEN, ids=[f"{m} {t}" for m, t in BROKEN])
def test_a_store_that_is_down_is_503_and_nobodys_fault(
    world: World, manager: WorldClient, method: str, table: str
) -> None:
    manager.call_tool("list_accounts")
    world.watched.broken = {(method, getattr(world.settings, table))}
    answer = manager.call_tool("list_accounts")
    assert (answer.status, answer.document["error"]["data"]["type"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    world.watched.broken = set()
    assert manager.call_tool("list_accounts").status == 200


def test_records_that_are_down_still_leave_a_row(world: World, manager: WorldClient) -> None:
    world.watched.broken = {("query", world.settings.records_table), ("transact", world.settings.records_table)}
    assert manager.call_tool("create_account", Name="Orbital Labs").status == 503
    last = world.audit_rows()[-1]
    assert (last["method"], last["status"], last["outcome"]) == ("create_account", 503, "refused")


def test_a_write_without_its_audit_row_does_not_happen(world: World, manager: WorldClient) -> None:
    world.watched.broken = {("transact", world.settings.audit_table)}
    assert manager.call_tool("create_account", Name="Unseen").status == 503
    world.watched.broken = set()
    assert manager.call_tool("list_accounts").result["Items"] == []


def test_an_unknown_tool_is_a_protocol_error_with_a_row(world: World, manager: WorldClient) -> None:
    answer = manager.call_tool("launch_rocket")
    assert (answer.status, answer.document["error"]["code"]) == (200, -32602)
    assert (world.audit_rows()[-1]["method"], world.audit_rows()[-1]["status"]) == ("launch_rocket", 404)


def test_the_person_needs_the_right(world: World, profile: Profile, handler: LambdaHandler) -> None:
    reader = WorldClient(world, handler, world.log_in(profile, world.create_person("Rea", "Der", "Registered User")))
    error = reader.call_tool("create_account", Name="X").error
    assert (error["code"], error["details"]["rule"], error["details"]["who_can_fix"]) == (
        -110,
        "accounts.write",
        "operator",
    )
    assert (world.audit_rows()[-1]["status"], world.audit_rows()[-1]["outcome"]) == (403, "error")


def test_a_disabled_person_is_refused_on_the_next_call(world: World, manager: WorldClient) -> None:
    code = manager.call_tool("get_current_user").result["UserCode"]
    world.people.disable(code)
    answer = manager.call_tool("create_account", Name="X")
    assert (answer.status, answer.document["error"]["data"]["type"]) == (401, "person_disabled")


@pytest.mark.parametrize("access", list(Access))
def test_list_and_call_agree(world: World, handler: LambdaHandler, access: Access) -> None:
    limited = world.create_profile(f"only {access}", {"accounts": frozenset({access}), "notes": frozenset({access})})
    client = WorldClient(world, handler, world.log_in(limited, world.create_person("Sam", "Both", "Sales Managers")))
    listed = set(client.list_tool_names())
    disabled = {name for name in METHODS if _is_disabled(client, name)}
    assert disabled == set(METHODS) - listed


def _is_disabled(client: WorldClient, tool: str) -> bool:
    result = client.call_tool(tool, AccountCode=1).document["result"]
    return bool(result.get("isError")) and result["structuredContent"]["error"]["type"] == "tool_disabled"
