"""What clients cut of a list of tools, of a schema, of the instructions and of an answer, in one table.

Profile page, `affino-mcp connect` and `affino-mcp doctor` name the clients that cut a profile's list, and a list that fits.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.connect.clients import McpClient
from affino_mcp.gate.profiles.profile import Profile


class ClientCap(NamedTuple):
    """What one client takes at most, and what happens beyond.

    `shared` says that the client counts its own tools and other servers' with them. `known` is the client whose configuration
    is known here, if it is.
    """

    client: str
    cap: int
    happens: str
    shared: bool = False
    known: McpClient | None = None


TOOL_CAPS: Final = (
    ClientCap("Cursor", 80, "warns, and may leave out tools above it", shared=True, known=McpClient.CURSOR),
    ClientCap("Gemini Enterprise", 100, "takes no more actions", known=McpClient.GEMINI_ENTERPRISE),
    ClientCap("VS Code", 128, "refuses a request with more", shared=True, known=McpClient.VSCODE),
    ClientCap("OpenAI API", 128, "refuses a request with more", shared=True),
    ClientCap("Copilot Studio", 128, "takes no more tools", shared=True, known=McpClient.COPILOT_STUDIO),
    ClientCap("claude.ai", 256, "takes no more tools", shared=True, known=McpClient.CLAUDE_AI),
)
"""Caps of the number of tools, the smallest first."""
MAX_SCHEMA_BYTES: Final = 16_000
"""Bytes of one tool's schema that every known client takes; some cut or refuse larger ones."""
MAX_INSTRUCTION_CHARACTERS: Final = 512
"""Characters of the server's instructions that every known client keeps; some cut the rest."""
MAX_ANSWER_TOKENS: Final = 25_000
"""Tokens of one answer that every known client takes; Claude Code refuses a larger one."""
SCARCE_TOOLS: Final = 20
"""So few tools left for a client's own and other servers' are worth saying."""


def count_listed_tools(profile: Profile) -> int:
    """How many tools tools/list answers to a client of this profile."""
    return len(ToolView(profile.capability, profile.mode).list_methods())


def find_cutting_clients(tools: int) -> list[ClientCap]:
    """The clients that take fewer tools than this."""
    return [cap for cap in TOOL_CAPS if tools > cap.cap]


def describe_cuts(profile: Profile, url: str, client: McpClient | None = None) -> list[str]:
    """A sentence for each client that cuts this profile's list, and one with the way to a list that fits; [] when none does.

    With `client` it looks at that one alone. `url` is the endpoint.
    """
    tools = count_listed_tools(profile)
    caps = [cap for cap in TOOL_CAPS if client is None or cap.known is client]
    found = [sentence for cap in caps if (sentence := _describe_cap(cap, tools))]
    return [*found, _describe_way(profile.capability, url, tools, caps)] if found else []


def _describe_cap(cap: ClientCap, tools: int) -> str:
    if tools > cap.cap:
        return f"{cap.client} takes {cap.cap} tools and gets {tools}: it {cap.happens}."
    if cap.shared and cap.cap - tools <= SCARCE_TOOLS:
        return (
            f"{cap.client} takes {cap.cap} tools with its own and other servers': {cap.cap - tools} are left for those."
        )
    return ""


def _describe_way(capability: Capability, url: str, tools: int, caps: list[ClientCap]) -> str:
    smallest = min(cap.cap - (SCARCE_TOOLS if cap.shared else 0) for cap in caps if _describe_cap(cap, tools))
    families = families_that_fit(capability, smallest)
    return f"A list that fits: {url}/x/{','.join(families)} (these families alone), or family or compact mode."


def families_that_fit(capability: Capability, most: int) -> list[str]:
    """The first families of the profile, in the catalogue's order, whose tools together are at most so many."""
    chosen: dict[str, frozenset[Access]] = {}
    for family in SWITCHED_FAMILIES:
        access = capability.families.get(family, frozenset())
        if access and len(ToolView(Capability({**chosen, family: access}), ListMode.FULL).list_methods()) <= most:
            chosen[family] = access
    return [str(family) for family in chosen]
