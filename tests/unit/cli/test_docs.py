"""The guides agree with the code: texts of answers, commands, and configurations of clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from affino_mcp import errors, tool_errors
from affino_mcp.admin.deeds import ROW_FOLLOWS
from affino_mcp.admin.operator_errors import LogUnavailable, MaybeDone, OvertakenDeed
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.cli.app import app
from affino_mcp.connect.app_clients import make_app_snippet
from affino_mcp.connect.clients import APP_CLIENTS, CLIENT_DOORS, HEADER_CLIENTS, McpClient
from affino_mcp.connect.snippets import CLIENT_TITLES, make_snippet
from affino_mcp.errors import AffinoError, Refusal, UnknownTool
from affino_mcp.gate.signed_requests import BadSignature, KeyMissing, SignatureReplayed
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.instance_errors import ConfirmationNotAsked
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginFault
from affino_mcp.text import fill_wait
from affino_mcp.tool_errors import NotFound, PermissionDenied, ToolDisabled, ToolError

GUIDES = {
    name: Path(f"docs/{name}.md").read_text(encoding="utf-8")
    for name in ("connecting", "operating", "troubleshooting", "not-in-v1")
}
TROUBLE = GUIDES["troubleshooting"]
QUOTED = re.findall(r"^> (.+)$", TROUBLE, re.MULTILINE)
COMMANDS = sorted(
    {
        words
        for text in GUIDES.values()
        for words in re.findall(r"affino-mcp (?:--stack \S+ )?([a-z]+(?: [a-z]+)?)", text)
    }
)


def subclasses(kind: type[AffinoError]) -> Iterator[type[AffinoError]]:
    for found in kind.__subclasses__():
        if found.__module__ in {errors.__name__, tool_errors.__name__}:
            yield found
            yield from subclasses(found)


_TEXTS = {e.text for kind in (Refusal, ToolError) for e in subclasses(kind) if "text" in vars(e)} | {UnknownTool.text}
FIXED = {fill_wait(text, 6) for text in _TEXTS}
LOGIN = {fill_wait(fault.message, 6) for fault in vars(answer).values() if isinstance(fault, LoginFault)}
LOGIN |= {refusal.text for refusal in (KeyMissing, BadSignature, SignatureReplayed)}
MADE = {
    ToolDisabled("articles.write").message,
    PermissionDenied("articles.publish").message,
    NotFound("AccountCode", "account").message,
    ConfirmationNotAsked.text,
}
OPERATORS = {error.text for error in (LogUnavailable, MaybeDone, OvertakenDeed)} | {f"It is off. {ROW_FOLLOWS}"}


@pytest.mark.parametrize("text", QUOTED)
def test_what_is_quoted_is_what_the_service_answers(text: str) -> None:
    assert text in FIXED | LOGIN | MADE | OPERATORS


@pytest.mark.parametrize("text", sorted(FIXED - {tool_errors.InvalidArgument.text}))
def test_every_fixed_text_is_explained(text: str) -> None:
    assert text in QUOTED


def test_warnings_that_are_named_exist() -> None:
    named = set(re.findall(r"^\| ([A-Z_]+) \|", TROUBLE, re.MULTILINE))
    assert len(named) > 10
    assert named <= set(WarningCode)


@pytest.mark.parametrize("words", COMMANDS)
def test_commands_exist(words: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in words.split():
        if not hasattr(command, "commands"):
            return
        assert word in command.commands, words
        command = command.commands[word]
    assert not hasattr(command, "commands") or words == "log"


@pytest.mark.parametrize("client", HEADER_CLIENTS)
def test_snippets_are_those_that_connect_prints(client: McpClient) -> None:
    found = make_snippet(client, "https://HOST/mcp")
    shown = "\n".join(f"    {line}" for line in found.text.splitlines())
    assert f"**{found.title}** ({found.place})\n\n{shown}\n" in GUIDES["connecting"]


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_somewhere(guide: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", GUIDES[guide]):
        assert (Path("docs") / link).exists(), link


@pytest.mark.parametrize("client", sorted(APP_CLIENTS))
def test_addresses_are_those_that_connect_prints(client: McpClient) -> None:
    found = make_app_snippet(client, OAuthPlaces("https://HOST"))
    shown = "\n".join(f"    {line}" for line in found.text.splitlines())
    assert f"**{found.title}** ({found.place})\n\n{shown}\n\n{found.note}" in GUIDES["connecting"]


@pytest.mark.parametrize("client", McpClient)
def test_the_doors_of_a_client_are_those_of_the_table(client: McpClient) -> None:
    assert f"\n| {CLIENT_TITLES[client]} | {', '.join(CLIENT_DOORS[client])} | " in GUIDES["connecting"]
