"""The configuration of each client: its own form of the three headers, with references to secrets where it takes them.

The only source for the command line, the Hub and the Control Centre. The forms were tried with the clients themselves
(tests/clients) or follow their documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from affino_mcp.connect.clients import McpClient
from affino_mcp.connect.configurations import (
    INSPECTOR_NODE,
    SERVER_NAME,
    with_references,
    write_claude_command,
    write_claude_file,
    write_codex,
    write_codex_references,
    write_copilot_studio,
    write_cursor,
    write_desktop,
    write_gemini,
    write_inspector,
    write_inspector_references,
    write_langchain,
    write_librechat,
    write_messages_api,
    write_n8n,
    write_open_webui,
    write_responses_api,
    write_vscode,
    write_vscode_references,
)
from affino_mcp.connect.credentials import PLACEHOLDER_CREDENTIALS, ClientCredentials


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
    """The configuration of a client of HEADER_CLIENTS: with these values, or (None) with references to the variables.

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


_CLAUDE_NOTE: Final = "'claude mcp get affino' prints the headers in clear."

_NOT_TRIED: Final = "Written by its vendor's documentation, not tried with the client itself."
_ONE_VALUE_NOTE: Final = (
    "One value holds the API Key, the API Secret and the AccessToken: keep it where secrets are kept, and replace it when "
    f"the session ends. {_NOT_TRIED}"
)

_CLIENT_FORMS: Final[dict[McpClient, _ClientForm]] = {
    McpClient.CLAUDE_CODE: _ClientForm(
        "Claude Code",
        ".mcp.json in your project",
        write_claude_command,
        with_references(write_claude_file, lambda name: f"${{{name}}}"),
        filled_place="a shell",
        note=_CLAUDE_NOTE,
        filled_note=f"{_CLAUDE_NOTE} The line removes the former entry first; that it finds none the first time is no fault.",
    ),
    McpClient.CLAUDE_DESKTOP: _ClientForm(
        "Claude Desktop",
        "claude_desktop_config.json (Settings, Developer, Edit Config)",
        write_desktop,
        None,
        note="Needs Node.js. Restart Claude Desktop afterwards.",
    ),
    McpClient.CODEX: _ClientForm("Codex", "~/.codex/config.toml", write_codex, write_codex_references),
    McpClient.CURSOR: _ClientForm(
        "Cursor", "~/.cursor/mcp.json", write_cursor, with_references(write_cursor, lambda name: f"${{env:{name}}}")
    ),
    McpClient.VSCODE: _ClientForm(
        "VS Code",
        ".vscode/mcp.json",
        write_vscode,
        write_vscode_references,
        variables=False,
        note="With references VS Code asks for the three values once and keeps them encrypted.",
    ),
    McpClient.GEMINI: _ClientForm(
        "Gemini CLI",
        "~/.gemini/settings.json",
        write_gemini,
        with_references(write_gemini, lambda name: f"${{{name}}}"),
        note="A folder that Gemini does not trust shows the server as Disabled.",
    ),
    McpClient.INSPECTOR: _ClientForm(
        "MCP Inspector",
        "a shell",
        write_inspector,
        write_inspector_references,
        note=f"Needs Node.js {INSPECTOR_NODE} or later.",
    ),
    McpClient.MESSAGES_API: _ClientForm(
        "Claude Messages API",
        "the body of a request, with the header anthropic-beta: mcp-client-2025-11-20",
        write_messages_api,
        None,
        note=_ONE_VALUE_NOTE,
    ),
    McpClient.RESPONSES_API: _ClientForm(
        "OpenAI Responses API", "the body of a request", write_responses_api, None, note=_ONE_VALUE_NOTE
    ),
    McpClient.COPILOT_STUDIO: _ClientForm(
        "Copilot Studio",
        "Tools, Add a tool, New tool, Model Context Protocol: the form and then the connection",
        write_copilot_studio,
        None,
        note=f"{_ONE_VALUE_NOTE} Everybody who uses a connection that its maker provides acts as the maker.",
    ),
    McpClient.N8N: _ClientForm(
        "n8n",
        "the node MCP Client Tool: its fields, and a credential of the kind Multiple Headers Auth",
        write_n8n,
        None,
        note=f"{_NOT_TRIED} Everybody whose workflow has the credential acts as you.",
    ),
    McpClient.LIBRECHAT: _ClientForm(
        "LibreChat",
        "librechat.yaml",
        write_librechat,
        with_references(write_librechat, lambda name: f"${{{name}}}"),
        note=f"{_NOT_TRIED} All people of a LibreChat whose file has the values act as you: let it connect by OAuth instead.",
    ),
    McpClient.OPEN_WEBUI: _ClientForm(
        "Open WebUI",
        "Admin Settings, External Tools, Add Connection (0.6.31 or later): the fields of the form",
        write_open_webui,
        None,
        note=f"{_ONE_VALUE_NOTE} All people of the Open WebUI act as you: let it connect by OAuth instead.",
    ),
    McpClient.LANGCHAIN: _ClientForm(
        "LangChain",
        "Python, with langchain-mcp-adapters: the argument of MultiServerMCPClient",
        write_langchain,
        None,
        note=_NOT_TRIED,
    ),
}

CLIENT_TITLES: Final = {client: form.title for client, form in _CLIENT_FORMS.items()} | {
    McpClient.CLAUDE_AI: "claude.ai",
    McpClient.CLAUDE_ENTERPRISE: "Claude for Enterprise",
    McpClient.CHATGPT: "ChatGPT",
    McpClient.GEMINI_ENTERPRISE: "Gemini Enterprise",
}
"""The clients' names for people."""

CLIENTS_WITH_REFERENCES: Final = frozenset(
    client for client, form in _CLIENT_FORMS.items() if form.write_with_references is not None
)
"""The clients that can read secrets from outside their configuration."""
