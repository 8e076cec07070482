"""The configuration of each client: its own form of the three headers, with references to secrets where it takes them.

The only source for the command line, the Hub and the Control Centre. The forms were tried with the clients themselves
(tests/clients) or follow their documentation.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from affino_mcp.connect.credentials import CREDENTIAL_VARIABLES, PLACEHOLDER_CREDENTIALS, ClientCredentials, Shell

SERVER_NAME: Final = "affino"
"""The name under which clients list the service."""
BRIDGE_PACKAGE: Final = "mcp-remote@0.15.1"
"""The npm package that connects clients that can only start local programs."""
INSPECTOR_PACKAGE: Final = "@modelcontextprotocol/inspector@2.12.0"
"""The npm package of the MCP Inspector; the one that npx takes by itself on an older Node does not know these options."""
INSPECTOR_NODE: Final = "22.19"
"""The oldest Node.js that runs INSPECTOR_PACKAGE."""


class McpClient(StrEnum):
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

    client: McpClient
    title: str
    place: str
    text: str
    variables: bool
    note: str = ""


def make_snippet(
    client: McpClient, url: str, values: ClientCredentials | None = None, server: str = SERVER_NAME
) -> Snippet:
    """The configuration of one client: with these values, or without them (None) with references to the variables.

    A client that takes no references gets placeholders instead.
    """
    form = _CLIENT_FORMS[client]
    if values is None and form.write_with_references is not None:
        return Snippet(
            client, form.title, form.place, form.write_with_references(server, url), form.variables, form.note
        )
    text = form.write_with_values(server, url, values or PLACEHOLDER_CREDENTIALS)
    return Snippet(
        client, form.title, form.filled_place or form.place, text, variables=False, note=form.filled_note or form.note
    )


def claude_line(url: str, headers: dict[str, str], server: str = SERVER_NAME) -> str:
    """The line that connects Claude Code: it removes what was added before, so that it works any number of times.

    One line with `;` and single quotes, which sh and PowerShell read alike.
    """
    remove = ["claude", "mcp", "remove", "--scope", "local", server]
    add = ["claude", "mcp", "add", "--transport", "http", server, url, *_header_options("--header", headers)]
    return f"{shlex.join(remove)}; {shlex.join(add)}"


def claude_shell_line(url: str, token: str, shell: Shell, server: str = SERVER_NAME) -> str:
    """The line of `claude_line` with this AccessToken, and key and secret from the shell's own environment variables."""
    form = "${{env:{}}}" if shell is Shell.POWERSHELL else "${{{}}}"
    referred = ClientCredentials.from_references(form.format)
    return claude_line(url, replace(referred, token=token).headers, server).replace("'", '"')


class _ClientForm(NamedTuple):
    """One client's configuration: functions that write it with values and, if the client takes them, with references."""

    title: str
    place: str
    write_with_values: Callable[[str, str, ClientCredentials], str]
    write_with_references: Callable[[str, str], str] | None
    variables: bool = True
    filled_place: str = ""
    note: str = ""
    filled_note: str = ""


def _header_options(option: str, headers: dict[str, str]) -> list[str]:
    return [word for name, value in headers.items() for word in (option, f"{name}: {value}")]


def _shell_lines(words: list[str], first: int) -> str:
    """A shell command over several lines: the first words on one line, then one option with its value on each."""
    pairs = zip(words[first::2], words[first + 1 :: 2], strict=True)
    return " \\\n  ".join([shlex.join(words[:first]), *(shlex.join(pair) for pair in pairs)])


def _format_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


def _write_claude_command(server: str, url: str, values: ClientCredentials) -> str:
    return claude_line(url, values.headers, server)


def _write_claude_file(server: str, url: str, values: ClientCredentials) -> str:
    return _format_json({"mcpServers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def _write_desktop(server: str, url: str, values: ClientCredentials) -> str:
    """Claude Desktop through the bridge. No header argument contains a space, because some systems would split it there."""
    referred = ClientCredentials.from_references(lambda name: f"${{{name}}}")
    headers = {**referred.headers, "Authorization": "${AFFINO_AUTHORIZATION}"}
    words = [word for name, value in headers.items() for word in ("--header", f"{name}:{value}")]
    kept = {"AFFINO_AUTHORIZATION": f"Bearer {values.token}", **values.environment}
    kept.pop(CREDENTIAL_VARIABLES["token"])
    entry = {"command": "npx", "args": ["-y", BRIDGE_PACKAGE, url, "--transport", "http-only", *words], "env": kept}
    return _format_json({"mcpServers": {server: entry}})


def _write_codex(server: str, url: str, values: ClientCredentials) -> str:
    return f'[mcp_servers.{server}]\nurl = "{url}"\nhttp_headers = {_format_toml(values.headers)}'


def _write_codex_references(server: str, url: str) -> str:
    named = {"X-API-Key": CREDENTIAL_VARIABLES["key"], "X-API-Secret": CREDENTIAL_VARIABLES["secret"]}
    bearer = f'bearer_token_env_var = "{CREDENTIAL_VARIABLES["token"]}"'
    return f'[mcp_servers.{server}]\nurl = "{url}"\n{bearer}\nenv_http_headers = {_format_toml(named)}'


def _format_toml(values: dict[str, str]) -> str:
    return "{ " + ", ".join(f'"{name}" = "{value}"' for name, value in values.items()) + " }"


def _write_cursor(server: str, url: str, values: ClientCredentials) -> str:
    return _format_json({"mcpServers": {server: {"url": url, "headers": values.headers}}})


def _write_vscode(server: str, url: str, values: ClientCredentials) -> str:
    return _format_json({"servers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def _write_vscode_references(server: str, url: str) -> str:
    asked = {"token": "AccessToken", "key": "API Key", "secret": "API Secret"}
    inputs = [
        {
            "type": "promptString",
            "id": _input_id(CREDENTIAL_VARIABLES[part]),
            "description": f"Affino {words}",
            "password": True,
        }
        for part, words in asked.items()
    ]
    headers = ClientCredentials.from_references(lambda name: f"${{input:{_input_id(name)}}}").headers
    return _format_json({"inputs": inputs, "servers": {server: {"type": "http", "url": url, "headers": headers}}})


def _input_id(variable: str) -> str:
    return variable.lower().replace("_", "-")


def _write_gemini(server: str, url: str, values: ClientCredentials) -> str:
    return _format_json({"mcpServers": {server: {"httpUrl": url, "headers": values.headers}}})


def _write_inspector(_: str, url: str, values: ClientCredentials) -> str:
    options = _header_options("--header", values.headers)
    words = ["npx", "-y", INSPECTOR_PACKAGE, "--cli", url, "--transport", "http", *options]
    return _shell_lines(words, 7) + " \\\n  --stored-auth-only --method tools/list"


def _write_inspector_references(server: str, url: str) -> str:
    """The Inspector's command in double quotes, in which the shell replaces the variables."""
    return _write_inspector(server, url, ClientCredentials.from_references(lambda name: f"${name}")).replace("'", '"')


def _with_references(
    write: Callable[[str, str, ClientCredentials], str], reference: Callable[[str], str]
) -> Callable[[str, str], str]:
    return lambda server, url: write(server, url, ClientCredentials.from_references(reference))


_CLAUDE_NOTE: Final = "'claude mcp get affino' prints the headers in clear."

_CLIENT_FORMS: Final[dict[McpClient, _ClientForm]] = {
    McpClient.CLAUDE_CODE: _ClientForm(
        "Claude Code",
        ".mcp.json in your project",
        _write_claude_command,
        _with_references(_write_claude_file, lambda name: f"${{{name}}}"),
        filled_place="a shell",
        note=_CLAUDE_NOTE,
        filled_note=f"{_CLAUDE_NOTE} The line removes the former entry first; that it finds none the first time is no fault.",
    ),
    McpClient.CLAUDE_DESKTOP: _ClientForm(
        "Claude Desktop",
        "claude_desktop_config.json (Settings, Developer, Edit Config)",
        _write_desktop,
        None,
        note="Needs Node.js. Restart Claude Desktop afterwards.",
    ),
    McpClient.CODEX: _ClientForm("Codex", "~/.codex/config.toml", _write_codex, _write_codex_references),
    McpClient.CURSOR: _ClientForm(
        "Cursor", "~/.cursor/mcp.json", _write_cursor, _with_references(_write_cursor, lambda name: f"${{env:{name}}}")
    ),
    McpClient.VSCODE: _ClientForm(
        "VS Code",
        ".vscode/mcp.json",
        _write_vscode,
        _write_vscode_references,
        variables=False,
        note="With references VS Code asks for the three values once and keeps them encrypted.",
    ),
    McpClient.GEMINI: _ClientForm(
        "Gemini CLI",
        "~/.gemini/settings.json",
        _write_gemini,
        _with_references(_write_gemini, lambda name: f"${{{name}}}"),
        note="A folder that Gemini does not trust shows the server as Disabled.",
    ),
    McpClient.INSPECTOR: _ClientForm(
        "MCP Inspector",
        "a shell",
        _write_inspector,
        _write_inspector_references,
        note=f"Needs Node.js {INSPECTOR_NODE} or later.",
    ),
}

CLIENTS_WITH_REFERENCES: Final = frozenset(
    client for client, form in _CLIENT_FORMS.items() if form.write_with_references is not None
)
"""The clients that can read secrets from outside their configuration."""
CLIENT_TITLES: Final = {client: form.title for client, form in _CLIENT_FORMS.items()}
"""The clients' names for people."""
