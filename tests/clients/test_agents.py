"""What every client must do: list, read, write, and show a refusal."""

import json
import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from affino_mcp.connect.configurations import claude_line
from tests.clients.agent import Agent, Refused, Target, ToolFailed, shown
from tests.clients.claude_agent import CONNECTED
from tests.clients.header_proxy import header_proxy
from tests.clients.inspector_agent import InspectorAgent
from tests.clients.installed import NodeClients
from tests.clients.sandbox import run
from tests.clients.service import Service, call, post, refusal, result_of

_bodies = count(1)


def wrong_token(target: Target) -> Target:
    """The same profile with a token that does not exist."""
    return replace(target, headers={**target.headers, "Authorization": "Bearer not-a-token"})


def test_lists_the_tools_of_the_profile(agent: Agent, service: Service) -> None:
    listed = post(service.target, "tools/list").json()["result"]["tools"]
    assert agent.tools(service.target) == {tool["name"] for tool in listed} >= {"list_accounts", "create_note"}


def test_lists_no_tool_that_the_profile_lacks(agent: Agent, reader: Target) -> None:
    tools = agent.tools(reader)
    assert "list_accounts" in tools
    assert not tools & {"create_account", "create_note", "list_notes"}


def test_reads_records(agent: Agent, service: Service) -> None:
    page = agent.call(service.target, "list_accounts", {"PageSize": 2})
    assert len(page["Items"]) == 2
    assert all(account["AccountCode"] and account["Name"] for account in page["Items"])


def test_writes_a_record_that_others_read_back(agent: Agent, service: Service) -> None:
    body = f"Spoke to Zoë about renewal {next(_bodies)}."
    made = agent.call(service.target, "create_note", {"Body": body, "AccountCode": 1})["Note"]
    read = result_of(call(service.target, "get_note", {"NoteCode": made["NoteCode"]}))["Note"]
    assert (made["Body"], read["Body"]) == (body, body)


def test_shows_why_a_tool_failed(agent: Agent, service: Service) -> None:
    unknown = {"NoteCode": 987654321}
    told = json.loads(call(service.target, "get_note", unknown).json()["result"]["content"][0]["text"])["error"]
    assert told["type"] == "not_found"
    with pytest.raises(ToolFailed) as failed:
        agent.call(service.target, "get_note", unknown)
    assert told["message"] in str(failed.value)


def test_speaks_the_revision_that_it_is_tested_for(agent: Agent, service: Service) -> None:
    with header_proxy(service.target.url, {}) as (url, proxy):
        agent.call(replace(service.target, url=url), "list_accounts", {"PageSize": 1})
    assert proxy.revisions("tools/call") == {agent.revision}
    assert {exchange.status for exchange in proxy.tape if exchange.rpc == "tools/call"} == {200}
    assert proxy.asked_for_oauth() == []


def test_shows_why_a_wrong_token_is_refused(agent: Agent, service: Service) -> None:
    target = wrong_token(service.target)
    with header_proxy(target.url, {}) as (url, proxy), pytest.raises(Refused) as refused:
        agent.tools(replace(target, url=url))
    assert shown(agent, 401, refusal(target, 401)) in str(refused.value)
    assert proxy.asked_for_oauth() == [], "nothing draws a client that was given headers into OAuth"


def test_shows_that_the_profile_is_switched_off(agent: Agent, switched_off: Target) -> None:
    with pytest.raises(Refused) as refused:
        agent.tools(switched_off)
    assert shown(agent, 403, refusal(switched_off, 403)) in str(refused.value)


def test_shows_that_the_rate_is_spent(agent: Agent, spent: Target) -> None:
    with pytest.raises(Refused) as refused:
        agent.call(spent, "list_accounts", {})
    wanted = shown(agent, 429, refusal(spent, 429))
    assert without_numbers(wanted) in without_numbers(str(refused.value))


def without_numbers(text: str) -> str:
    """The text without the seconds to wait, which are fewer a moment later."""
    return re.sub(r"\d+ seconds?", "seconds", text)


def test_the_inspector_finds_the_schemas_usable(programs: NodeClients, home: Path, service: Service) -> None:
    code, said = InspectorAgent(programs, home, "legacy").portability(service.target)
    assert code == 0, said[:4000]


def test_the_log_names_profile_person_and_client(agent: Agent, service: Service) -> None:
    body = f"For the log {next(_bodies)}."
    made = agent.call(service.target, "create_note", {"Body": body, "AccountCode": 1})["Note"]
    rows = service.command("log", "--record", f"notes#{made['NoteCode']}")
    assert [row["method"] for row in rows] == ["create_note"]
    assert (rows[0]["profile"], rows[0]["person_code"]) == ("all", service.person("sales_manager"))
    assert rows[0]["client_name"] == agent.client


def test_the_line_that_is_printed_connects_claude_code_any_number_of_times(
    programs: NodeClients, home: Path, service: Service
) -> None:
    (home / "claude").symlink_to(programs.claude)
    line = claude_line(service.target.url, dict(service.target.headers))
    for _ in range(2):
        run(["/bin/sh", "-c", line], home, {"PATH": f"{home}:/usr/bin:/bin"}).check_returncode()
    assert CONNECTED in run([str(programs.claude), "mcp", "list"], home).stdout
