"""The configuration of each client: its own form of the three headers, with references to secrets where it takes them.

The only source for the command line, the Hub and the Control Centre. The forms were tried with the clients themselves
(tests/clients) or follow their documentation.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, NamedTuple

from affino_mcp.connect.credentials import PLACEHOLDERS, VARIABLES, Credentials

SERVER: Final = "affino"
"""The name under which clients list the service."""
BRIDGE: Final = "mcp-remote@0.15.1"
"""The npm package that connects clients that can only start local programs."""


class Client(StrEnum):
    """The clients whose configuration is known."""

    CLAUDE_CODE = "claude-code"
    CLAUDE_DESKTOP = "claude-desktop"
    CODEX = "codex"
    CURSOR = "cursor"
    VSCODE = "vscode"
    GEMINI = "gemini"
    INSPECTOR = "inspector"


class Snippet(NamedTuple):
    """The configuration to paste: its text, the place for it, and a note.

    `variables` says whether it reads AFFINO_TOKEN, AFFINO_KEY and AFFINO_SECRET from the environment.
    """

    client: Client
    title: str
    place: str
    text: str
    variables: bool
    note: str = ""


def snippet(client: Client, url: str, values: Credentials | None = None, server: str = SERVER) -> Snippet:
    """The configuration of one client: with these values, or without them (None) with references to the variables.

    A client that takes no references gets placeholders instead.
    """
    form = _FORMS[client]
    if values is None and form.referred is not None:
        return Snippet(client, form.title, form.place, form.referred(server, url), form.variables, form.note)
    text = form.filled(server, url, values or PLACEHOLDERS)
    return Snippet(client, form.title, form.filled_place or form.place, text, variables=False, note=form.note)


def claude_words(url: str, headers: dict[str, str], server: str = SERVER) -> list[str]:
    """The command that connects Claude Code, as a list of arguments."""
    return ["claude", "mcp", "add", "--transport", "http", server, url, *_options("--header", headers)]


class _Form(NamedTuple):
    """One client's configuration: functions that write it with values and, if the client takes them, with references."""

    title: str
    place: str
    filled: Callable[[str, str, Credentials], str]
    referred: Callable[[str, str], str] | None
    variables: bool = True
    filled_place: str = ""
    note: str = ""


def _options(option: str, headers: dict[str, str]) -> list[str]:
    return [word for name, value in headers.items() for word in (option, f"{name}: {value}")]


def _lines(words: list[str], first: int) -> str:
    """A shell command over several lines: the first words on one line, then one option with its value on each."""
    pairs = zip(words[first::2], words[first + 1 :: 2], strict=True)
    return " \\\n  ".join([shlex.join(words[:first]), *(shlex.join(pair) for pair in pairs)])


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


def _claude(server: str, url: str, values: Credentials) -> str:
    return _lines(claude_words(url, values.headers, server), 7)


def _claude_file(server: str, url: str, values: Credentials) -> str:
    return _json({"mcpServers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def _desktop(server: str, url: str, values: Credentials) -> str:
    """Claude Desktop through the bridge. No header argument contains a space, because some systems would split it there."""
    referred = Credentials.referring(lambda name: f"${{{name}}}")
    headers = {**referred.headers, "Authorization": "${AFFINO_AUTHORIZATION}"}
    words = [word for name, value in headers.items() for word in ("--header", f"{name}:{value}")]
    kept = {"AFFINO_AUTHORIZATION": f"Bearer {values.token}", **values.environment}
    kept.pop(VARIABLES["token"])
    entry = {"command": "npx", "args": ["-y", BRIDGE, url, "--transport", "http-only", *words], "env": kept}
    return _json({"mcpServers": {server: entry}})


def _codex(server: str, url: str, values: Credentials) -> str:
    return f'[mcp_servers.{server}]\nurl = "{url}"\nhttp_headers = {_toml(values.headers)}'


def _codex_referred(server: str, url: str) -> str:
    named = {"X-API-Key": VARIABLES["key"], "X-API-Secret": VARIABLES["secret"]}
    bearer = f'bearer_token_env_var = "{VARIABLES["token"]}"'
    return f'[mcp_servers.{server}]\nurl = "{url}"\n{bearer}\nenv_http_headers = {_toml(named)}'


def _toml(values: dict[str, str]) -> str:
    return "{ " + ", ".join(f'"{name}" = "{value}"' for name, value in values.items()) + " }"


def _cursor(server: str, url: str, values: Credentials) -> str:
    return _json({"mcpServers": {server: {"url": url, "headers": values.headers}}})


def _vscode(server: str, url: str, values: Credentials) -> str:
    return _json({"servers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def _vscode_referred(server: str, url: str) -> str:
    asked = {"token": "AccessToken", "key": "API Key", "secret": "API Secret"}
    inputs = [
        {"type": "promptString", "id": _input(VARIABLES[part]), "description": f"Affino {words}", "password": True}
        for part, words in asked.items()
    ]
    headers = Credentials.referring(lambda name: f"${{input:{_input(name)}}}").headers
    return _json({"inputs": inputs, "servers": {server: {"type": "http", "url": url, "headers": headers}}})


def _input(variable: str) -> str:
    return variable.lower().replace("_", "-")


def _gemini(server: str, url: str, values: Credentials) -> str:
    return _json({"mcpServers": {server: {"httpUrl": url, "headers": values.headers}}})


def _inspector(_: str, url: str, values: Credentials) -> str:
    options = _options("--header", values.headers)
    words = ["npx", "@modelcontextprotocol/inspector", "--cli", url, "--transport", "http", *options]
    return _lines(words, 6) + " \\\n  --stored-auth-only --method tools/list"


def _inspector_referred(server: str, url: str) -> str:
    """The Inspector's command in double quotes, in which the shell replaces the variables."""
    return _inspector(server, url, Credentials.referring(lambda name: f"${name}")).replace("'", '"')


def _referring(
    write: Callable[[str, str, Credentials], str], reference: Callable[[str], str]
) -> Callable[[str, str], str]:
    return lambda server, url: write(server, url, Credentials.referring(reference))


_FORMS: Final[dict[Client, _Form]] = {
    Client.CLAUDE_CODE: _Form(
        "Claude Code",
        ".mcp.json in your project",
        _claude,
        _referring(_claude_file, lambda name: f"${{{name}}}"),
        filled_place="a shell",
        note="'claude mcp get affino' prints the headers in clear.",
    ),
    Client.CLAUDE_DESKTOP: _Form(
        "Claude Desktop",
        "claude_desktop_config.json (Settings, Developer, Edit Config)",
        _desktop,
        None,
        note="Needs Node.js. Restart Claude Desktop afterwards.",
    ),
    Client.CODEX: _Form("Codex", "~/.codex/config.toml", _codex, _codex_referred),
    Client.CURSOR: _Form("Cursor", "~/.cursor/mcp.json", _cursor, _referring(_cursor, lambda name: f"${{env:{name}}}")),
    Client.VSCODE: _Form(
        "VS Code",
        ".vscode/mcp.json",
        _vscode,
        _vscode_referred,
        variables=False,
        note="With references VS Code asks for the three values once and keeps them encrypted.",
    ),
    Client.GEMINI: _Form(
        "Gemini CLI",
        "~/.gemini/settings.json",
        _gemini,
        _referring(_gemini, lambda name: f"${{{name}}}"),
        note="A folder that Gemini does not trust shows the server as Disabled.",
    ),
    Client.INSPECTOR: _Form("MCP Inspector", "a shell", _inspector, _inspector_referred),
}

REFERRING: Final = frozenset(client for client, form in _FORMS.items() if form.referred is not None)
"""The clients that can read secrets from outside their configuration."""
