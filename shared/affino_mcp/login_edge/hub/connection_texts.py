"""What connects one client to one profile: the text to paste now, and what is pasted again when the AccessToken has ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final, NamedTuple

from affino_mcp.connect import snippets
from affino_mcp.connect.clients import McpClient
from affino_mcp.connect.configurations import SERVER_NAME, claude_shell_line
from affino_mcp.connect.credentials import (
    KEY_PLACEHOLDER,
    SECRET_PLACEHOLDER,
    ClientCredentials,
    Shell,
    write_token_assignment,
)
from affino_mcp.connect.snippets import CLIENTS_WITH_REFERENCES, Snippet
from affino_mcp.gate.identity.row_keys import CONNECTION_PREFIX
from affino_mcp.value_class import value_class


@value_class
class GivenCredentials:
    """The API Key and the API Secret that a person pasted; both empty when they are to come from variables."""

    key: str
    secret: str = field(repr=False)


class PastedText(NamedTuple):
    """One text to paste: `id` names it within the page, `title` says where it goes, `note` what else to know."""

    id: str
    title: str
    text: str
    note: str = ""


class Connection(NamedTuple):
    """What connects a client: `first` is pasted once, `again` each time that a new AccessToken is there."""

    first: Sequence[PastedText]
    again: Sequence[PastedText]
    has_secret: bool


def write_connection(client: McpClient, url: str, token: str, given: GivenCredentials, profile: str) -> Connection:
    """Gives the texts for a client: with key and secret where they were given, else with references to variables.

    A client that takes no references gets words in place of key and secret. A connection token needs neither.
    """
    server = server_name(profile)
    if token.startswith(CONNECTION_PREFIX):
        return _write_filled(client, url, ClientCredentials(token, "", ""), server, has_secret=True)
    if given.secret:
        return _write_filled(client, url, ClientCredentials(token, given.key, given.secret), server, has_secret=True)
    if client is McpClient.CLAUDE_CODE:
        return _write_claude_lines(url, token, server)
    if client not in CLIENTS_WITH_REFERENCES:
        words = ClientCredentials(token, KEY_PLACEHOLDER, SECRET_PLACEHOLDER)
        return _write_filled(client, url, words, server, has_secret=False)
    kept = snippets.make_snippet(client, url, server=server)
    return Connection([_paste("kept", kept)], write_token_lines(token), has_secret=False)


def server_name(profile: str) -> str:
    """Gives the name under which a client lists the service with this profile."""
    slug = re.sub(r"[^a-z0-9]+", "-", profile.lower()).strip("-")[:40].strip("-")
    return f"{SERVER_NAME}-{slug}" if slug else SERVER_NAME


def _write_filled(
    client: McpClient, url: str, values: ClientCredentials, server: str, *, has_secret: bool
) -> Connection:
    """The client's own text with the values in it; it replaces what was pasted an hour ago."""
    return Connection([_paste("line", snippets.make_snippet(client, url, values, server))], (), has_secret)


def _write_claude_lines(url: str, token: str, server: str) -> Connection:
    """Claude Code's line with the AccessToken in it, in which the shell replaces the other two: an hour later it replaces it."""
    lines = [
        PastedText(f"line-{shell}", _SHELL_TITLES[shell], claude_shell_line(url, token, shell, server))
        for shell in Shell
    ]
    return Connection(lines, (), has_secret=False)


def write_token_lines(token: str) -> list[PastedText]:
    """Gives the line that sets the variable of the AccessToken alone, for each shell."""
    return [PastedText(f"token-{shell}", _SHELL_TITLES[shell], write_token_assignment(token, shell)) for shell in Shell]


def _paste(name: str, snippet: Snippet) -> PastedText:
    return PastedText(name, f"{snippet.title}: {snippet.place}", snippet.text, snippet.note)


_SHELL_TITLES: Final = {Shell.SH: "In the shell (sh, bash, zsh)", Shell.POWERSHELL: "In PowerShell"}
