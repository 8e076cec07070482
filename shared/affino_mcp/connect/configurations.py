"""What each client's configuration looks like, with values or with references in the place of the credentials."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from affino_mcp.connect.credentials import CREDENTIAL_VARIABLES, ClientCredentials, Shell

SERVER_NAME: Final = "affino"
"""The name under which clients list the service."""
BRIDGE_PACKAGE: Final = "mcp-remote@0.15.1"
"""The npm package that connects clients that can only start local programs."""
INSPECTOR_PACKAGE: Final = "@modelcontextprotocol/inspector@2.12.0"
"""The npm package of the MCP Inspector; the one that npx takes by itself on an older Node does not know these options."""
INSPECTOR_NODE: Final = "22.19"
"""The oldest Node.js that runs INSPECTOR_PACKAGE."""


def claude_line(url: str, headers: dict[str, str], server: str = SERVER_NAME) -> str:
    """The line that connects Claude Code: it removes what was added before, so that it works any number of times.

    One line with `;` and single quotes, which sh and PowerShell read alike.
    """
    remove = ["claude", "mcp", "remove", "--scope", "local", server]
    add = ["claude", "mcp", "add", "--transport", "http", server, url, *header_options("--header", headers)]
    return f"{shlex.join(remove)}; {shlex.join(add)}"


def claude_shell_line(url: str, token: str, shell: Shell, server: str = SERVER_NAME) -> str:
    """The line of `claude_line` with this AccessToken, and key and secret from the shell's own environment variables."""
    form = "${{env:{}}}" if shell is Shell.POWERSHELL else "${{{}}}"
    referred = ClientCredentials.from_references(form.format)
    return claude_line(url, replace(referred, token=token).headers, server).replace("'", '"')


def header_options(option: str, headers: dict[str, str]) -> list[str]:
    """The options of a command that sends these headers."""
    return [word for name, value in headers.items() for word in (option, f"{name}: {value}")]


def _shell_lines(words: list[str], first: int) -> str:
    """A shell command over several lines: the first words on one line, then one option with its value on each."""
    pairs = zip(words[first::2], words[first + 1 :: 2], strict=True)
    return " \\\n  ".join([shlex.join(words[:first]), *(shlex.join(pair) for pair in pairs)])


def _format_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


def write_claude_command(server: str, url: str, values: ClientCredentials) -> str:
    """The line for a shell that connects Claude Code."""
    return claude_line(url, values.headers, server)


def write_claude_file(server: str, url: str, values: ClientCredentials) -> str:
    """Claude Code's file."""
    return _format_json({"mcpServers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def write_desktop(server: str, url: str, values: ClientCredentials) -> str:
    """Claude Desktop through the bridge. No header argument contains a space, because some systems would split it there."""
    referred = ClientCredentials.from_references(lambda name: f"${{{name}}}")
    headers = {**referred.headers, "Authorization": "${AFFINO_AUTHORIZATION}"}
    words = [word for name, value in headers.items() for word in ("--header", f"{name}:{value}")]
    kept = {"AFFINO_AUTHORIZATION": f"Bearer {values.token}", **values.environment}
    kept.pop(CREDENTIAL_VARIABLES["token"])
    entry = {"command": "npx", "args": ["-y", BRIDGE_PACKAGE, url, "--transport", "http-only", *words], "env": kept}
    return _format_json({"mcpServers": {server: entry}})


def write_codex(server: str, url: str, values: ClientCredentials) -> str:
    """Codex's file."""
    return f'[mcp_servers.{server}]\nurl = "{url}"\nhttp_headers = {_format_toml(values.headers)}'


def write_codex_references(server: str, url: str) -> str:
    """Codex's file, which names the variables."""
    named = {"X-API-Key": CREDENTIAL_VARIABLES["key"], "X-API-Secret": CREDENTIAL_VARIABLES["secret"]}
    bearer = f'bearer_token_env_var = "{CREDENTIAL_VARIABLES["token"]}"'
    return f'[mcp_servers.{server}]\nurl = "{url}"\n{bearer}\nenv_http_headers = {_format_toml(named)}'


def _format_toml(values: dict[str, str]) -> str:
    return "{ " + ", ".join(f'"{name}" = "{value}"' for name, value in values.items()) + " }"


def write_cursor(server: str, url: str, values: ClientCredentials) -> str:
    """Cursor's file."""
    return _format_json({"mcpServers": {server: {"url": url, "headers": values.headers}}})


def write_vscode(server: str, url: str, values: ClientCredentials) -> str:
    """VS Code's file."""
    return _format_json({"servers": {server: {"type": "http", "url": url, "headers": values.headers}}})


def write_vscode_references(server: str, url: str) -> str:
    """VS Code's file, which asks for the values once."""
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


def write_gemini(server: str, url: str, values: ClientCredentials) -> str:
    """Gemini's file."""
    return _format_json({"mcpServers": {server: {"httpUrl": url, "headers": values.headers}}})


def write_inspector(_: str, url: str, values: ClientCredentials) -> str:
    """The Inspector's command."""
    options = header_options("--header", values.headers)
    words = ["npx", "-y", INSPECTOR_PACKAGE, "--cli", url, "--transport", "http", *options]
    return _shell_lines(words, 7) + " \\\n  --stored-auth-only --method tools/list"


def write_inspector_references(server: str, url: str) -> str:
    """The Inspector's command in double quotes, in which the shell replaces the variables."""
    return write_inspector(server, url, ClientCredentials.from_references(lambda name: f"${name}")).replace("'", '"')


def with_references(
    write: Callable[[str, str, ClientCredentials], str], reference: Callable[[str], str]
) -> Callable[[str, str], str]:
    """A configuration with the references that this function writes for the variables."""
    return lambda server, url: write(server, url, ClientCredentials.from_references(reference))


def write_messages_api(server: str, url: str, values: ClientCredentials) -> str:
    """The part of a request to the Messages API that names the server and all of its tools."""
    named = {"type": "url", "url": url, "name": server, "authorization_token": values.in_one}
    return _format_json({"mcp_servers": [named], "tools": [{"type": "mcp_toolset", "mcp_server_name": server}]})


def write_responses_api(server: str, url: str, values: ClientCredentials) -> str:
    """The part of a request to the Responses API that names the server."""
    return _format_json(
        {"tools": [{"type": "mcp", "server_label": server, "server_url": url, "authorization": values.in_one}]}
    )


def write_copilot_studio(server: str, url: str, values: ClientCredentials) -> str:
    """What to type into each field of the form."""
    how = {"Authentication": "API key", "Type": "Header", "Header name": "Authorization"}
    return _format_json({"Server name": server, "Server URL": url, **how, "API key": f"Bearer {values.in_one}"})


def write_n8n(_: str, url: str, values: ClientCredentials) -> str:
    """What to choose and type in n8n's node, and the headers of its credential."""
    how = {"Endpoint": url, "Server Transport": "HTTP Streamable", "Authentication": "Multiple Headers Auth"}
    return _format_json({**how, "Headers": values.headers})


def write_librechat(server: str, url: str, values: ClientCredentials) -> str:
    """LibreChat's file, in the part of YAML that is JSON."""
    entry = {"type": "streamable-http", "url": url, "headers": values.headers}
    return _format_json({"mcpServers": {server: entry}})


def write_open_webui(server: str, url: str, values: ClientCredentials) -> str:
    """What to type into each field of the form."""
    how = {"Type": "MCP (Streamable HTTP)", "URL": url, "ID": server, "Auth": "Bearer"}
    return _format_json({**how, "API Key": values.in_one})


def write_langchain(server: str, url: str, values: ClientCredentials) -> str:
    """The connections of the client, which are JSON and Python alike."""
    return _format_json({server: {"transport": "streamable_http", "url": url, "headers": values.headers}})
