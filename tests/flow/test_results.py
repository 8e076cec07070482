"""The result of a call in its API Log row: codes and counts only, for reads, dry runs and refusals."""

from __future__ import annotations

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.office import Fields, Office, staffed
from tests.world import World


@pytest.fixture
def office(world: World, handler: LambdaHandler, profile: Profile) -> Office:
    return staffed(world, handler, profile)


READS: dict[str, tuple[str, Fields, str]] = {
    "a page": ("list_accounts", {}, "1 of 1 account"),
    "nothing": ("list_accounts", {"Search": "nobody"}, "0 of 0 accounts"),
    "one record": ("get_account", {"AccountCode": "$account"}, "account $account read"),
    "history": (
        "list_record_history",
        {"Family": "accounts", "Code": "$account"},
        "account $account: 1 row",
    ),
    "own changes": ("list_my_changes", {"PageSize": 2}, "2 changes, more follow"),
    "codes": ("list_account_lookups", {}, "13 industries, 9 account types"),
    "who am I": ("get_current_user", {}, "34 rights"),
    "a rehearsal": (
        "update_account",
        {"AccountCode": "$account", "City": "York", "DryRun": True},
        "dry run: nothing was written",
    ),
    "the same again": ("update_account", {"AccountCode": "$account", "City": "Leeds"}, "nothing changed"),
}


@pytest.mark.parametrize(("tool", "arguments", "result"), READS.values(), ids=READS)
def test_what_changes_nothing_has_a_result_and_no_changes(
    world: World, office: Office, tool: str, arguments: Fields, result: str
) -> None:
    assert office.call(tool, arguments)
    assert (world.audit_rows()[-1]["result"], world.audit_rows()[-1]["changes"]) == (office.named(result), [])


def test_a_page_that_is_not_the_last_says_so(world: World, office: Office) -> None:
    office.call("create_account", {"Name": "Another"})
    office.call("list_accounts", {"PageSize": 1})
    assert world.audit_rows()[-1]["result"] == "1 account, more follow"


REFUSALS: dict[str, tuple[str, Fields, str]] = {
    "not there": ("update_account", {"AccountCode": 4711, "City": "York"}, "refused: not_found"),
    "no such tool": ("nothing", {}, "refused: unknown_tool"),
    "taken": (
        "create_contact",
        {"Email": "jane@o.example", "FirstName": "J", "LastName": "D"},
        "refused: conflict",
    ),
}


@pytest.mark.parametrize(("tool", "arguments", "result"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_call_changed_nothing_and_says_why(
    world: World, office: Office, tool: str, arguments: Fields, result: str
) -> None:
    office.client.call_tool(tool, **arguments)
    assert (world.audit_rows()[-1]["result"], world.audit_rows()[-1]["changes"]) == (result, [])


def test_the_gates_time_stands_beside_the_methods(world: World, office: Office) -> None:
    office.call("get_current_user", {})
    row = world.audit_rows()[-1]
    assert (type(row["gate_ms"]), type(row["duration_ms"])) == (int, int)
    assert row["gate_ms"] >= 0
