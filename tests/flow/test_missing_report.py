"""`report_missing`: one row with person, profile and what denied it, and the groups that operators see of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.audit import missing_reports
from affino_mcp.catalogue.capability import Access
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World, WorldClient

Row = dict[str, Any]


@pytest.fixture
def agent(world: World, handler: LambdaHandler) -> WorldClient:
    """A seller behind a profile that reads and writes accounts, and reads contacts."""
    profile = world.create_profile("CRM", {"accounts": frozenset(Access), "contacts": frozenset([Access.READ])})
    return WorldClient(world, handler, world.log_in(profile, world.create_person("Ann", "Agent", "Sales")))


REPORTS: dict[str, tuple[Row, str, str | None, str]] = {
    "no tool": ({"Kind": "no_tool", "Need": "to send an e-mail"}, "nobody", None, "whoever makes this service"),
    "no right by the profile": (
        {"Kind": "no_right", "Need": "to make a contact", "ToolName": "create_contact"},
        "profile",
        "contacts.write",
        "operator",
    ),
    "no right by the person": (
        {"Kind": "no_right", "Need": "to delete an account", "ToolName": "delete_account"},
        "person",
        "accounts.delete",
        "operator",
    ),
    "a refusal by the tool": (
        {"kind": "wrong refusal", "need": "an account without a name", "tool_name": "create_account"},
        "tool",
        None,
        "operator",
    ),
    "a refusal of no tool": ({"Kind": "wrong_refusal", "Need": "to be let in"}, "tool", None, "operator"),
    "a tool that there is not": (
        {"Kind": "no_right", "Need": "to send an e-mail", "ToolName": "send_email"},
        "nobody",
        None,
        "whoever makes this service",
    ),
}


@pytest.mark.parametrize(("asked", "denied_by", "rule", "fixer"), REPORTS.values(), ids=REPORTS)
def test_a_report_is_one_row_that_says_who_denies_it(
    world: World, agent: WorldClient, asked: Row, denied_by: str, rule: str | None, fixer: str
) -> None:
    before = len(world.audit_rows())
    answer = agent.call_tool("report_missing", **asked).result
    assert (answer["Reported"], answer["DeniedBy"], answer.get("Rule"), answer["WhoCanFix"]) == (
        True,
        denied_by,
        rule,
        fixer,
    )
    (row,) = world.audit_rows()[before:]
    assert (row["method"], row["outcome"], row["denied_by"]) == ("report_missing", "ok", denied_by)
    assert (row["person_name"], row["profile_name"], row["arguments"]) == ("Ann Agent", "CRM", asked)


def test_a_toolset_denies_too(world: World, agent: WorldClient) -> None:
    asked = {"name": "report_missing", "arguments": REPORTS["no right by the profile"][0] | {"ToolName": "get_contact"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    assert agent.send(call, path="/mcp/x/accounts").result["DeniedBy"] == "toolset"
    assert agent.send(call).result["DeniedBy"] == "tool"


REFUSED: dict[str, tuple[Row, str]] = {
    "no kind": ({"Need": "x"}, "Kind"),
    "an unknown kind": ({"Kind": "boredom", "Need": "x"}, "Kind"),
    "no need": ({"Kind": "no_tool"}, "Need"),
    "an empty need": ({"Kind": "no_tool", "Need": " "}, "Need"),
    "too long": ({"Kind": "no_tool", "Need": "x" * 501}, "Need"),
}


@pytest.mark.parametrize(("asked", "argument"), REFUSED.values(), ids=REFUSED)
def test_a_report_that_says_nothing_is_refused(world: World, agent: WorldClient, asked: Row, argument: str) -> None:
    assert agent.call_tool("report_missing", **asked).error["details"]["argument"] == argument
    assert "denied_by" not in world.database.list_rows(world.settings.audit_table)[-1]


def _groups(world: World, **more: Any) -> missing_reports.ReportCounts:
    now = world.clock()
    return missing_reports.count_reports(
        world.database, world.settings.audit_table, now - timedelta(days=1), now, **more
    )


def test_reports_are_counted_by_person_profile_and_reason(
    world: World, agent: WorldClient, seller: WorldClient, profile: Profile
) -> None:
    for client, names in (
        (agent, ["no tool", "no tool", "no right by the person", "a refusal by the tool"]),
        (seller, ["no tool"]),
    ):
        for name in names:
            world.clock.move(seconds=1)
            assert client.call_tool("report_missing", **REPORTS[name][0]).result
    found = _groups(world)
    assert found.back == ""
    told = [(group.count, group.person, group.profile, *group.reason) for group in found.groups]
    assert told[0] == (2, "Ann Agent", "CRM", "no_tool", "nobody", "")
    assert sorted(told[1:]) == [
        (1, "Ann Agent", "CRM", "no_right", "person", "delete_account"),
        (1, "Ann Agent", "CRM", "wrong_refusal", "tool", "create_account"),
        (1, "Sal Seller", "all", "no_tool", "nobody", ""),
    ]
    assert found.groups[0].need == "to send an e-mail"
    world.clock.move(hours=25)
    assert _groups(world) == missing_reports.ReportCounts([], "")


def test_of_too_many_reports_the_newest_are_counted_and_told(world: World, agent: WorldClient) -> None:
    for _ in range(3):
        world.clock.move(seconds=1)
        agent.call_tool("report_missing", **REPORTS["no tool"][0])
    found = _groups(world, most=2)
    assert [group.count for group in found.groups] == [2]
    assert found.back != ""
