"""What `affino-mcp local up` prints when the service is ready: the line to paste, the next time, and every way in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typer

from affino_mcp.cli.endings import describe_end
from affino_mcp.cli.output import print_fields, print_table
from affino_mcp.clock import parse_time
from affino_mcp.connect.configurations import claude_line
from affino_mcp.local.connection import Connection
from affino_mcp.local.demo import DEMO_PEOPLE, HEADERS_ROLE
from affino_mcp.local.demo_records import BEGUN_FILE, INCOMPLETE_TEXT
from affino_mcp.local.plan import LocalPlan


def print_ways_in(found: Connection, plan: LocalPlan, now: datetime) -> None:
    """Prints everything that a person needs, the line to paste first. Nothing is wrapped, so that it can be copied."""
    for line in _first_lines(found, plan, now):
        typer.echo(line)
    addresses = {"Start page": f"{plan.url}/", "MCP endpoint": found.mcp_url, "Login": found.login_url}
    addresses |= {"Hub": f"{plan.url}/hub", "Control Centre": f"{found.control_url} (as the person 'operator')"}
    print_fields(addresses | {"Connection": plan.connection} | found.headers)
    typer.echo()
    profiles = [(name, keys["key"], keys["secret"]) for name, keys in found.profiles.items()]
    print_table(("Profile", "API Key", "API Secret"), profiles, "")
    typer.echo()
    people = [(role, DEMO_PEOPLE[role].name, *_credentials(who)) for role, who in found.people.items()]
    print_table(("Person", "Name", "E-mail", "Password", "User code"), people, "")


def _credentials(who: dict[str, str]) -> tuple[str, str, str]:
    return who["email"], who["password"], str(who["user_code"])


def _first_lines(found: Connection, plan: LocalPlan, now: datetime) -> Iterator[str]:
    if found.headers:
        name = DEMO_PEOPLE[HEADERS_ROLE].name
        ends = describe_end(parse_time(found.headers_expire, now), now)
        command = _own_command()
        yield f"Paste this to connect Claude Code; it acts as {name}, {ends}:\n"
        yield f"{claude_line(found.mcp_url, found.headers)}\n"
        yield f"Next time: the agent shows a link; log in there as {found.headers_person}, and the same line works on."
        yield f"A new token: {command} connect claude-code --inline --person {HEADERS_ROLE}"
        yield f"Written once instead: {command} connect claude-code > .mcp.json; then, in the shell that starts the agent:"
        yield f'  eval "$({command} login --shell sh)"'
    if (plan.state / BEGUN_FILE).exists():
        yield INCOMPLETE_TEXT
    yield f"Ctrl-C stops the service ('affino-mcp local down' where it runs behind); its state is kept in {plan.state}.\n"


def _own_command() -> str:
    """The command as it was called, so that what is printed can be pasted."""
    called = Path(sys.argv[0])
    return sys.argv[0] if called.name == "affino-mcp" else "affino-mcp"
