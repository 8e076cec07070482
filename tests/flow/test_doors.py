"""The doors of compact mode: what they take, and what they say when something is not clear."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.test_compact import CONTENT, client
from tests.world import World, WorldClient


@dataclass
class Handshake:
    """A handshake in one protocol version."""

    agent: WorldClient
    version: str

    @property
    def instructions(self) -> str:
        """What the server tells of itself."""
        client = {"name": "t", "version": "1"}
        if self.version >= "2026":
            prefix = "io.modelcontextprotocol"
            told = {
                f"{prefix}/protocolVersion": self.version,
                f"{prefix}/clientInfo": client,
                f"{prefix}/clientCapabilities": {},
            }
            headers = (("MCP-Protocol-Version", self.version), ("Mcp-Method", "server/discover"))
            message = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": told}}
            return str(self.agent.send(message, headers).document["result"]["instructions"])
        shaken = self.agent.send_rpc("initialize", protocolVersion=self.version, capabilities={}, clientInfo=client)
        return str(shaken.document["result"]["instructions"])


@pytest.fixture
def agent(world: World, handler: LambdaHandler) -> WorldClient:
    return client(world, handler)


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "JSON text"])
def test_arguments_are_taken_as_an_object_and_as_json_text(agent: WorldClient, as_text: bool) -> None:
    given: Any = {"Name": "Orbital Labs"}
    made = agent.call_tool(
        "write_tool", Name="create_account", Arguments=json.dumps(given) if as_text else given
    ).result
    code = {"AccountCode": made["Account"]["AccountCode"]}
    read = agent.call_tool("read_tool", name="get_account", arguments=json.dumps(code) if as_text else code).result
    assert read["Account"]["Name"] == "Orbital Labs"


def test_every_argument_of_the_doors_has_one_plain_type(agent: WorldClient) -> None:
    """Strict clients send no object whose keys they are not told."""
    for tool in agent.send_rpc("tools/list").document["result"]["tools"]:
        types = {schema.get("type") for schema in tool["inputSchema"]["properties"].values()}
        assert types <= {"string"}, tool["name"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[" * 70 + "]" * 70, "at most 64 levels"),
        ("[" + "1," * 20_000 + "1]", "at most 10000 objects"),
        ('"\\ud800"', ""),
    ],
    ids=["deep", "many", "no Unicode"],
)
def test_arguments_in_a_text_have_the_bounds_of_the_message(
    world: World, agent: WorldClient, text: str, rule: str
) -> None:
    answer = agent.call_tool("read_tool", Name="list_accounts", Arguments=f'{{"Search": {text}}}')
    assert answer.status == 400
    assert answer.document["error"]["data"]["rule"].startswith(rule)


@pytest.mark.parametrize(
    ("word", "family"),
    [("company", "accounts"), ("Deals", "opportunities"), ("to-do", "tasks"), ("History", "general")],
)
def test_a_family_is_found_by_a_word_for_it(agent: WorldClient, word: str, family: str) -> None:
    assert agent.call_tool("search_tools", Family=word).result == agent.call_tool("search_tools", Family=family).result
    assert agent.call_tool("search_tools", Family="", Search="deal").result["Tools"][0]["Name"] == "list_opportunities"


@pytest.mark.parametrize("word", ["xyz", 7, ["accounts"], "x" * 5_000])
def test_what_is_no_family_is_told_in_plain_words(agent: WorldClient, word: Any) -> None:
    error = agent.call_tool("search_tools", Family=word).error
    assert error["message"].startswith("Family must be one of accounts, contacts, contact_lists, ")
    assert "<" not in error["message"]


@pytest.mark.parametrize("tool", ["call_tool", "read_tool", "write_tool", "describe_tool"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("list_taks", "Did you mean list_tasks? Find tools with search_tools."),
        ("listTasks", "Did you mean list_tasks? Find tools with search_tools."),
        ("create_company", "Did you mean create_account? Find tools with search_tools."),
        ("drop_all", "There is no tool of this name. Find tools with search_tools."),
    ],
)
def test_an_unknown_name_is_told_what_was_meant(agent: WorldClient, tool: str, name: str, told: str) -> None:
    given = {"Name": name} if tool == "describe_tool" else {"Name": name, "Arguments": {}}
    assert agent.call_tool(tool, **given).document["error"]["message"] == told


def test_a_tool_that_is_off_is_never_what_was_meant(world: World, handler: LambdaHandler) -> None:
    told = client(world, handler, CONTENT).call_tool("call_tool", Name="list_acounts").document["error"]["message"]
    assert "list_accounts" not in told


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
@pytest.mark.parametrize("mode", ListMode)
def test_the_instructions_are_the_modes_and_fit(
    world: World, handler: LambdaHandler, mode: ListMode, version: str
) -> None:
    agent = client(world, handler, mode=mode)
    told = Handshake(agent, version).instructions
    assert len(told) <= 512
    assert ("search_tools" in told, "Deed help" in told) == (mode is ListMode.COMPACT, mode is ListMode.FAMILY)
