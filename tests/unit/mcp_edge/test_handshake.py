"""What clients of every protocol revision learn about the service."""

from __future__ import annotations

import pytest

from affino_mcp import NAME, VERSION
from affino_mcp.catalogue.capability import Access, Capability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.mcp_edge.instructions import INSTRUCTIONS
from tests.unit.mcp_edge.edge import BOTH, EVERYTHING, LEGACY, META, MODERN, Edge, caller, load

ONLY_TOOLS = {"tools": {"listChanged": False}}
READ_CONTACTS = Capability({"contacts": frozenset({Access.READ})})


def test_discover_offers_tools_and_nothing_else(edge: Edge) -> None:
    result = edge.answer(load("mcp_discover")).result
    assert result["capabilities"] == ONLY_TOOLS
    assert result["supportedVersions"] == [MODERN]
    assert result["instructions"] == INSTRUCTIONS[ListMode.FULL]
    assert (result["ttlMs"], result["cacheScope"]) == (0, "private")
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"] == {"name": NAME, "version": VERSION}


@pytest.mark.parametrize("version", LEGACY)
def test_initialize_in_every_older_revision(edge: Edge, version: str) -> None:
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    seen = edge.send("initialize", params, version)
    assert seen.result["protocolVersion"] == version
    assert seen.result["capabilities"] == ONLY_TOOLS
    assert seen.result["serverInfo"] == {"name": NAME, "version": VERSION}
    assert "mcp-session-id" not in {name.lower() for name in seen.headers}


def test_initialize_without_a_version_header_as_clients_send_it(edge: Edge) -> None:
    assert edge.answer(load("mcp_legacy_initialize")).result["protocolVersion"] == "2025-06-18"


def test_notifications_are_accepted_without_an_answer(edge: Edge) -> None:
    seen = edge.answer(load("mcp_legacy_initialized"))
    assert (seen.status, seen.body) == (202, "")
    assert edge.send("notifications/cancelled", {"requestId": 1}, message_id=None).status == 202


@pytest.mark.parametrize("era", BOTH)
def test_the_list_is_the_whole_catalogue_in_its_order(edge: Edge, era: str) -> None:
    tools = edge.send("tools/list", era=era).result["tools"]
    assert [tool["name"] for tool in tools] == list(METHODS)
    for tool in tools:
        method = METHODS[tool["name"]]
        assert tool["description"] == method.description
        assert tool["inputSchema"] == method.input_schema()
        assert tool["annotations"] == method.annotations()
        assert "_meta" not in tool


@pytest.mark.parametrize("era", BOTH)
def test_the_list_holds_what_the_profile_allows(edge: Edge, era: str) -> None:
    edge.door.caller = caller(READ_CONTACTS)
    names = {tool["name"] for tool in edge.send("tools/list", era=era).result["tools"]}
    assert names == {name for name, method in METHODS.items() if is_listed(method, READ_CONTACTS)}
    assert "list_contacts" in names
    assert "create_contact" not in names


def test_one_profile_never_sees_the_list_of_another(edge: Edge) -> None:
    """The finished list is remembered for each capability: a switched-off family must be gone at the next request."""
    lists = []
    for capability in (EVERYTHING, READ_CONTACTS, Capability(), EVERYTHING, READ_CONTACTS):
        edge.door.caller = caller(capability)
        lists.append(len(edge.send("tools/list").result["tools"]))
    assert lists[0] == lists[3] == len(METHODS)
    assert lists[0] > lists[1] == lists[4] > lists[2] > 0


def test_the_list_may_be_kept_privately_and_not_at_all_long(edge: Edge) -> None:
    for _ in range(2):
        result = edge.send("tools/list").result
        assert (result["ttlMs"], result["cacheScope"]) == (0, "private")


@pytest.mark.parametrize(
    "method", ["prompts/list", "resources/list", "resources/templates/list", "logging/setLevel", "nonsense"]
)
@pytest.mark.parametrize(("era", "status"), [(MODERN, 404), ("2025-06-18", 200)])
def test_what_is_not_offered_is_unknown(edge: Edge, method: str, era: str, status: int) -> None:
    params = {"level": "info"} if method == "logging/setLevel" else {}
    seen = edge.send(method, params, era)
    assert (seen.status, seen.error["code"]) == (status, -32601)


@pytest.mark.parametrize("era", LEGACY)
def test_ping_answers_older_clients(edge: Edge, era: str) -> None:
    assert edge.send("ping", era=era).result == {}


def test_a_version_that_nobody_speaks_is_told_what_is_spoken(edge: Edge) -> None:
    meta = META | {"io.modelcontextprotocol/protocolVersion": "2030-01-01"}
    seen = edge.send("tools/list", {"_meta": meta}, "2030-01-01", headers={"mcp-method": "tools/list"})
    assert (seen.status, seen.error["code"]) == (400, -32022)
    assert seen.error["data"]["supported"] == [MODERN]


def test_a_header_that_contradicts_the_message_is_refused(edge: Edge) -> None:
    seen = edge.call("list_accounts", headers={"mcp-name": "delete_account"})
    assert (seen.status, seen.error["code"]) == (400, -32020)
    assert not edge.desk.calls


def test_blanks_around_mcp_headers_do_not_matter(edge: Edge) -> None:
    assert edge.call("list_accounts", headers={"mcp-name": "  list_accounts\t"}).status == 200


def test_handshakes_are_not_charged_and_tool_calls_are(edge: Edge) -> None:
    edge.send("server/discover")
    edge.send("tools/list")
    edge.call("list_accounts")
    assert [charge for _, charge in edge.door.asked] == [False, False, True]
