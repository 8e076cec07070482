"""Compact mode: a search and two doors replace all other tools, with the same predicate, refusals and audit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import EVERYTHING, World, WorldClient

LISTED = ["get_current_user", "search_tools", "describe_tool", "read_tool", "write_tool"]
CONTENT: FamilyAccess = {Family.ARTICLES: frozenset(Access), Family.MEDIA_ITEMS: frozenset(Access)}


def client(
    world: World, handler: LambdaHandler, families: FamilyAccess = EVERYTHING, *, mode: ListMode = ListMode.COMPACT
) -> WorldClient:
    profile = world.profiles.create(mode, families, 6000, mode=mode)
    code = world.create_person("Sam", "Manager", "Sales Managers", "Publishers")
    return WorldClient(world, handler, world.log_in(profile, code))


@pytest.fixture
def agent(world: World, handler: LambdaHandler) -> WorldClient:
    return client(world, handler)


def names(answer: dict[str, Any]) -> list[str]:
    return [tool["Name"] for tool in answer["Tools"]]


def test_the_list_is_four_tools_and_small(agent: WorldClient) -> None:
    sent = agent.send_rpc("tools/list").document["result"]
    assert [tool["name"] for tool in sent["tools"]] == LISTED
    assert len(json.dumps(sent)) < 3_000


def test_the_switch_is_obeyed_at_the_next_request(world: World, handler: LambdaHandler, agent: WorldClient) -> None:
    key = agent.headers["X-API-Key"]
    assert agent.list_tool_names() == LISTED
    world.profiles.change(key, mode=ListMode.FULL)
    assert agent.list_tool_names() == list(METHODS)
    world.profiles.change(key, mode=ListMode.COMPACT)
    assert agent.list_tool_names() == LISTED


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("create contact", "create_contact"),
        ("delete_account", "delete_account"),
        ("Notes", "list_notes"),
        ("opportunity topics", "list_opportunity_topics"),
    ],
)
def test_search_finds_by_words(agent: WorldClient, search: str, first: str) -> None:
    assert first in names(agent.call_tool("search_tools", Search=search).result)[:3]


def test_search_without_words_says_what_there_is(agent: WorldClient) -> None:
    answer = agent.call_tool("search_tools").result
    assert answer["Tools"] == []
    assert answer["Families"]["accounts"] == sum(m.family == "accounts" for m in METHODS.values())
    assert set(names(agent.call_tool("search_tools", Family="notes").result)) == {
        m.name for m in METHODS.values() if m.family == "notes"
    }


def test_describe_gives_the_tool_as_the_full_list_has_it(agent: WorldClient) -> None:
    tool = agent.call_tool("describe_tool", Name="create_account").result["Tool"]
    method = METHODS["create_account"]
    assert tool["InputSchema"] == method.input_schema()
    assert (tool["Description"], tool["Annotations"]) == (method.description, method.annotations())


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "JSON text"])
def test_a_call_is_the_named_tool_and_logged_as_such(world: World, agent: WorldClient, as_text: bool) -> None:
    given: Any = {"Name": "Orbital Labs", "account_type_code": "Prospect"}
    made = agent.call_tool("call_tool", Name="create_account", Arguments=json.dumps(given) if as_text else given).result
    assert made["Account"]["AccountType"]["Name"] == "Prospect"
    row = world.audit_rows()[-1]
    assert (row["method"], row["family"], row["access"], row["record"]) == (
        "create_account",
        "accounts",
        "write",
        f"R#accounts#{made['Account']['AccountCode']}",
    )
    assert row["arguments"] == given


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Name": "delete_account"} | {"DryRun": True},
        {"Name": 7, "Arguments": {}},
        {"Name": "delete_account", "Arguments": [1]},
        {"Name": "delete_account", "Arguments": "{"},
        {"Name": "list_accounts", "name": "list_notes"},
        {"Name": "call_tool", "Arguments": {"Name": "list_accounts"}},
    ],
    ids=["nothing", "DryRun outside", "no text", "a list", "broken JSON", "twice", "itself"],
)
def test_a_call_that_is_not_clear_is_refused_and_changes_nothing(
    world: World, agent: WorldClient, given: dict[str, Any]
) -> None:
    error = agent.call_tool("call_tool", **given).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Arguments")
    assert world.audit_rows()[-1]["method"] == "call_tool"


DOORS = ["search_tools", "describe_tool", "read_tool", "write_tool", "call_tool", "accounts", "general"]


@pytest.mark.parametrize("tool", DOORS)
def test_in_the_full_list_the_tools_of_other_modes_are_not_listed(
    world: World, handler: LambdaHandler, tool: str
) -> None:
    assert tool not in client(world, handler, mode=ListMode.FULL).list_tool_names()


def test_unknown_and_switched_off_tools_are_refused_as_ever(world: World, handler: LambdaHandler) -> None:
    agent = client(world, handler, CONTENT)
    assert agent.call_tool("call_tool", Name="drop_all").document["error"]["code"] == -32602
    assert agent.call_tool("describe_tool", Name="drop_all").document["error"]["code"] == -32602
    assert agent.call_tool("describe_tool", Name="list_accounts").error["type"] == "tool_disabled"
    assert "list_accounts" not in names(agent.call_tool("search_tools", Search="list accounts").result)
    assert "accounts" not in agent.call_tool("search_tools").result["Families"]


def test_a_refusal_of_the_gate_names_the_real_tool_in_the_log(world: World, handler: LambdaHandler) -> None:
    agent = client(world, handler)
    agent.headers["Authorization"] = agent.headers["Authorization"][:-4] + "0000"
    assert agent.call_tool("call_tool", Name="delete_account", Arguments={"AccountCode": 1}).status == 401
    row = world.audit_rows()[-1]
    assert (row["method"], row["outcome"], row["arguments"]) == ("delete_account", "refused", {"AccountCode": 1})


WRITES = [name for name, method in METHODS.items() if method.access is Access.WRITE]


@pytest.mark.parametrize("name", METHODS)
def test_each_tool_goes_through_its_own_door_alone(world: World, agent: WorldClient, name: str) -> None:
    """What a host was told to be reading never writes, whatever it is called with."""
    before = sorted(str(row) for row in world.database.list_rows(world.settings.records_table))
    wrong, right = ("read_tool", "write_tool") if name in WRITES else ("write_tool", "read_tool")
    error = agent.call_tool(wrong, Name=name, Arguments="{}").error
    if error["type"] == "validation_error":
        assert error["details"]["argument"] == "Name"
        assert error["message"].endswith(f"call it with {right}.")
    else:
        assert error["type"] == "permission_denied"
    assert sorted(str(row) for row in world.database.list_rows(world.settings.records_table)) == before
    assert world.audit_rows()[-1]["method"] == name


def test_the_hints_of_the_doors_are_honest(agent: WorldClient) -> None:
    hints = {tool["name"]: tool["annotations"] for tool in agent.send_rpc("tools/list").document["result"]["tools"]}
    assert hints["read_tool"] == {"readOnlyHint": True, "openWorldHint": False}
    assert hints["write_tool"] == {"destructiveHint": True, "idempotentHint": False, "openWorldHint": False}


def test_a_profile_that_only_reads_is_shown_no_door_to_write(world: World, handler: LambdaHandler) -> None:
    reader = client(world, handler, {Family.ACCOUNTS: frozenset({Access.READ})})
    assert reader.list_tool_names() == [name for name in LISTED if name != "write_tool"]


def test_what_hosts_put_beside_the_name_breaks_no_call(agent: WorldClient) -> None:
    sent = {"Name": "create_account", "Arguments": {"Name": "Orbital Labs"}, "toolCallId": "call_1", "sessionId": "x"}
    assert agent.call_tool("call_tool", **sent).result["Account"]["Name"] == "Orbital Labs"
    assert agent.call_tool("call_tool", **sent, DryRun=True).error["code"] == -10
