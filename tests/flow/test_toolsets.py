"""Toolsets by address and header: what is served, what is refused, and what the API Log says of it."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.catalogue.families import merging, review
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.modes import ModeClient, mode_client
from tests.world import EVERYTHING, World

OF_SOME = (*review.METHODS, *merging.METHODS)
ALWAYS = {name for name, method in METHODS.items() if method.family == "always" and method not in OF_SOME}


def narrow(world: World, handler: LambdaHandler, path: str = "/mcp", toolsets: str | None = None) -> ModeClient:
    return mode_client(world, handler, EVERYTHING, ListMode.FULL, tuple(SECURITY_GROUPS), path=path, toolsets=toolsets)


@pytest.mark.parametrize(
    ("path", "header", "families"),
    [
        ("/mcp/x/accounts,contacts", None, {"accounts", "contacts"}),
        ("/mcp/x/accounts,contacts/", None, {"accounts", "contacts"}),
        ("/mcp/x/ACCOUNTS,Contact-Lists", None, {"accounts", "contact_lists"}),
        ("/mcp", "media_items", {"media_items"}),
        ("/mcp/x/accounts,contacts", "contacts,notes", {"contacts"}),
        ("/mcp/x/accounts", "contacts", set()),
    ],
)
def test_only_these_families_and_the_tools_of_none_are_listed(
    world: World, handler: LambdaHandler, path: str, header: str | None, families: set[str]
) -> None:
    found = narrow(world, handler, path, header).find_tools()
    assert {METHODS[name].family for name in found} - {"always"} == families
    assert found & ALWAYS == (ALWAYS if families else {"get_current_user", "report_missing"})


def test_read_drops_the_writes_of_its_family_alone(world: World, handler: LambdaHandler) -> None:
    found = narrow(world, handler, "/mcp/x/accounts:read,contacts").find_tools()
    assert {METHODS[name].access for name in found if METHODS[name].family == "accounts"} == {Access.READ}
    assert {METHODS[name].access for name in found if METHODS[name].family == "contacts"} == set(Access)


@pytest.mark.parametrize(
    "names", ["", "company", "all", "accounts,", "accounts:write", "list_tasks", "notes/tasks", "-notes"]
)
def test_an_address_that_names_no_family_is_not_there(world: World, handler: LambdaHandler, names: str) -> None:
    """Nobody is asked who they are: the families are no secret, and nothing is logged of a stranger."""
    caller = narrow(world, handler, f"/mcp/x/{names}")
    caller.client.headers.clear()
    answer = caller.send_rpc("tools/list")
    assert (answer.status, answer.document["error"]["data"]["type"]) == (404, "path_not_found")
    assert all(family in answer.document["error"]["message"] for family in SWITCHED_FAMILIES)
    assert world.audit_rows() == []


@pytest.mark.parametrize("path", ["/mcp/x", "/mcp/y/accounts", "/mcp/accounts", "/mcpx/accounts", "/x/accounts"])
def test_other_addresses_are_not_there_either(world: World, handler: LambdaHandler, path: str) -> None:
    assert narrow(world, handler, path).send_rpc("tools/list").status == 404


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_post_is_served_below_a_toolset_too(world: World, handler: LambdaHandler, method: str) -> None:
    answer = narrow(world, handler).client.send(None, path="/mcp/x/accounts", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("names", ["", " ", "company", "accounts,", "accounts:write", "none", ",".join(["notes"] * 11)])
def test_a_header_that_names_no_family_is_a_bad_request_in_the_callers_name(
    world: World, handler: LambdaHandler, names: str
) -> None:
    caller = narrow(world, handler, toolsets=names)
    answer = caller.call_plainly("list_accounts", {})
    assert (answer.status, answer.document["id"]) == (400, 7)
    assert all(family in answer.document["error"]["message"] for family in SWITCHED_FAMILIES)
    row = world.audit_rows()[-1]
    assert (row["method"], row["status"], row["person_name"], row["toolset"]) == (
        "list_accounts",
        400,
        "Pat Person1",
        "",
    )
    caller.extra = {}
    assert caller.call_plainly("list_accounts", {}).headers["ratelimit"].startswith('"profile";r=5999;'), (
        "400 costs nothing"
    )


def test_a_call_outside_says_that_the_toolset_is_why(world: World, handler: LambdaHandler) -> None:
    caller = narrow(world, handler, "/mcp/x/accounts:read")
    error = caller.call_plainly("create_account", {"Name": "Orbital"}).error
    assert (error["type"], error["code"]) == ("tool_disabled", -111)
    assert (error["details"]["denied_by"], error["details"]["rule"]) == ("toolset", "accounts.write")
    assert "X-MCP-Toolsets" in error["details"]["next"]
    row = world.audit_rows()[-1]
    assert (row["outcome"], row["status"], row["toolset"]) == ("error", 403, "accounts:read")


def test_the_row_of_a_call_that_the_gate_refused_names_the_toolset(world: World, handler: LambdaHandler) -> None:
    caller = narrow(world, handler, "/mcp/x/contacts,accounts")
    caller.client.headers["Authorization"] = caller.client.headers["Authorization"][:-4] + "0000"
    assert caller.call_plainly("list_accounts", {}).status == 401
    assert (world.audit_rows()[-1]["outcome"], world.audit_rows()[-1]["toolset"]) == ("refused", "accounts,contacts")


def test_two_that_have_nothing_in_common_leave_nothing_and_are_told_apart_from_none(
    world: World, handler: LambdaHandler
) -> None:
    caller = narrow(world, handler, "/mcp/x/accounts", "contacts")
    assert caller.call("get_current_user", {}).result["Families"] == {}
    assert world.audit_rows()[-1]["toolset"] == "none"


def test_a_cursor_and_a_key_are_the_profiles_under_every_address(world: World, handler: LambdaHandler) -> None:
    """What began under one address goes on under another: a page, and a write that is repeated."""
    caller = narrow(world, handler)
    for name in ("Alpha", "Beta"):
        caller.call("create_account", {"Name": name, "IdempotencyKey": name})
    cursor = caller.call("list_accounts", {"PageSize": 1}).result["NextCursor"]
    caller.path = "/mcp/x/accounts"
    assert caller.call("list_accounts", {"PageSize": 1, "Cursor": cursor}).result["Items"][0]["Name"] in {
        "Alpha",
        "Beta",
    }
    caller.call("create_account", {"Name": "Beta", "IdempotencyKey": "Beta"})
    assert len(caller.call("list_accounts", {}).result["Items"]) == 2


def test_a_toolset_changes_nothing_that_is_stored_but_its_name_in_the_log(world: World, handler: LambdaHandler) -> None:
    caller = narrow(world, handler, "/mcp/x/accounts")
    caller.call("create_account", {"Name": "Orbital"})
    assert [row["toolset"] for row in world.audit_rows()] == ["accounts"]
    for table in (world.settings.gate_table, world.settings.records_table):
        assert not [row for row in world.database.list_rows(table) if "toolset" in row]
