"""The clients that are known, and the doors that each takes: the only source for command line, Hub, Control Centre and guides."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class McpClient(StrEnum):
    """The clients whose configuration is known."""

    CLAUDE_CODE = "claude-code"
    CLAUDE_DESKTOP = "claude-desktop"
    CODEX = "codex"
    CURSOR = "cursor"
    VSCODE = "vscode"
    GEMINI = "gemini"
    INSPECTOR = "inspector"
    MESSAGES_API = "messages-api"
    RESPONSES_API = "responses-api"
    COPILOT_STUDIO = "copilot-studio"
    N8N = "n8n"
    LIBRECHAT = "librechat"
    OPEN_WEBUI = "open-webui"
    LANGCHAIN = "langchain"
    CLAUDE_AI = "claude-ai"
    CLAUDE_ENTERPRISE = "claude-enterprise"
    CHATGPT = "chatgpt"
    GEMINI_ENTERPRISE = "gemini-enterprise"


class ClientDoor(StrEnum):
    """The ways in that clients take."""

    HEADERS = "three headers"
    ONE_VALUE = "one value"
    OAUTH = "OAuth"


_TAKES_ALL: Final = (
    *(
        McpClient.CLAUDE_CODE,
        McpClient.CODEX,
        McpClient.CURSOR,
        McpClient.VSCODE,
        McpClient.GEMINI,
        McpClient.INSPECTOR,
    ),
    *(McpClient.N8N, McpClient.LIBRECHAT, McpClient.LANGCHAIN),
)
CLIENT_DOORS: Final[dict[McpClient, tuple[ClientDoor, ...]]] = {
    **dict.fromkeys(_TAKES_ALL, (ClientDoor.HEADERS, ClientDoor.ONE_VALUE, ClientDoor.OAUTH)),
    McpClient.CLAUDE_DESKTOP: (ClientDoor.HEADERS, ClientDoor.OAUTH),
    McpClient.MESSAGES_API: (ClientDoor.ONE_VALUE,),
    McpClient.RESPONSES_API: (ClientDoor.ONE_VALUE, ClientDoor.HEADERS),
    McpClient.COPILOT_STUDIO: (ClientDoor.ONE_VALUE, ClientDoor.OAUTH),
    McpClient.OPEN_WEBUI: (ClientDoor.ONE_VALUE, ClientDoor.OAUTH),
    McpClient.CLAUDE_AI: (ClientDoor.OAUTH, ClientDoor.ONE_VALUE),
    McpClient.CLAUDE_ENTERPRISE: (ClientDoor.OAUTH,),
    McpClient.CHATGPT: (ClientDoor.OAUTH,),
    McpClient.GEMINI_ENTERPRISE: (ClientDoor.OAUTH,),
}
"""The doors that each client takes, first the one for which its text is written."""


def _clients_of(door: ClientDoor) -> frozenset[McpClient]:
    return frozenset(client for client, doors in CLIENT_DOORS.items() if doors[0] is door)


APP_CLIENTS: Final = _clients_of(ClientDoor.OAUTH)
"""The clients that connect by OAuth."""
SINGLE_FIELD_CLIENTS: Final = _clients_of(ClientDoor.ONE_VALUE)
"""The clients that take one value, so that it holds all three credentials."""
HEADER_CLIENTS: Final = tuple(client for client in McpClient if client not in APP_CLIENTS)
"""The clients with a configuration that holds credentials, in the three headers or in one value."""
