"""Family mode: one tool per family, the deed as an argument."""

from __future__ import annotations

import json
from typing import Any

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.modes import UNKNOWN, ModeClient, mode_client
from tests.world import EVERYTHING, World

EVERY_RIGHT = tuple(SECURITY_GROUPS)


@pytest.fixture
def agent(world: World, handler: LambdaHandler) -> ModeClient:
    return mode_client(world, handler, EVERYTHING, ListMode.FAMILY, EVERY_RIGHT)


def test_the_list_is_a_tool_per_family_and_within_its_size(agent: ModeClient) -> None:
    tools = agent.list_tools()
    assert [tool["name"] for tool in tools] == ["get_current_user", *SWITCHED_FAMILIES, "general"]
    assert len(json.dumps(tools, separators=(",", ":"))) <= 23_000
    for tool in tools[1:]:
        properties = tool["inputSchema"]["properties"]
        assert {name: schema["type"] for name, schema in properties.items()} == {
            "Deed": "string",
            "Arguments": "string",
        }


def test_the_hints_are_those_of_the_strongest_deed(world: World, handler: LambdaHandler) -> None:
    families: FamilyAccess = {
        Family.ACCOUNTS: frozenset({Access.READ}),
        Family.NOTES: frozenset(Access),
        Family.TASKS: frozenset({Access.WRITE}),
    }
    tools = mode_client(world, handler, families, ListMode.FAMILY, EVERY_RIGHT).list_tools()
    hints = {tool["name"]: tool["annotations"] for tool in tools}
    assert hints["accounts"] == {"readOnlyHint": True, "openWorldHint": False}
    for name in ("notes", "tasks"):
        assert hints[name] == {"destructiveHint": True, "idempotentHint": False, "openWorldHint": False}


def test_only_the_deeds_of_profile_and_person_are_listed(world: World, handler: LambdaHandler) -> None:
    """A person who may only read sees what reads, though the profile may write; nobody's family is left out."""
    reader = mode_client(world, handler, EVERYTHING, ListMode.FAMILY, ("Sales Managers",))
    found = reader.find_tools()
    for name in found:
        error = reader.call(name, {}).document["result"]
        assert not error.get("isError") or error["structuredContent"]["error"]["type"] != "permission_denied", name
    assert found < set(METHODS)


@pytest.mark.parametrize("naming", ["Name", "Deed", "deed"])
def test_help_tells_what_a_deed_takes(agent: ModeClient, naming: str) -> None:
    told = agent.call_plainly("accounts", {"Deed": "help", "Arguments": {naming: "create_account"}}).result["Tool"]
    assert told["InputSchema"] == METHODS["create_account"].input_schema()
    assert told["CallWith"] == "accounts"
    assert agent.client.world.audit_rows()[-1]["method"] == "describe_tool"


@pytest.mark.parametrize("family", [*SWITCHED_FAMILIES, "general"])
@pytest.mark.parametrize("arguments", [{}, {"Arguments": ""}, {"Arguments": "{}"}, {"Arguments": {}}], ids=str)
def test_help_without_a_name_lists_the_familys_deeds(agent: ModeClient, family: str, arguments: dict[str, Any]) -> None:
    told = agent.call_plainly(family, {"Deed": "help", **arguments}).result["Tools"]
    wanted = [name for name, m in METHODS.items() if m.family == (Family.ALWAYS if family == "general" else family)]
    assert [tool["Name"] for tool in told] == wanted


@pytest.mark.parametrize(
    ("tool", "deed", "right"),
    [
        ("accounts", "list_contacts", "contacts"),
        ("general", "list_notes", "notes"),
        ("notes", "list_topics", "general"),
    ],
)
def test_a_deed_of_another_family_is_sent_to_its_tool(agent: ModeClient, tool: str, deed: str, right: str) -> None:
    error = agent.call_plainly(tool, {"Deed": deed}).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Deed")
    assert error["message"] == f"{deed} is no deed of {tool}: call {right}."


@pytest.mark.parametrize(
    ("deed", "meant"),
    [
        ("list_acounts", "list_accounts"),
        ("list", "list_accounts"),
        ("create", "create_account"),
        ("update_company", "update_account"),
    ],
)
def test_an_unknown_deed_is_told_what_was_meant(agent: ModeClient, deed: str, meant: str) -> None:
    error = agent.call_plainly("accounts", {"Deed": deed, "Arguments": "{}"}).document["error"]
    assert (error["code"], error["message"]) == (UNKNOWN, f"Did you mean {meant}? Deed help lists what there is.")
    assert agent.client.world.audit_rows()[-1]["method"] == deed


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Deed": 7},
        {"Deed": "list_accounts", "Arguments": "["},
        {"Deed": "list_accounts", "PageSize": 3},
        {"Deed": "accounts"},
    ],
    ids=str,
)
def test_a_call_that_is_not_clear_is_refused(agent: ModeClient, given: dict[str, Any]) -> None:
    error = agent.call_plainly("accounts", given).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Arguments")
