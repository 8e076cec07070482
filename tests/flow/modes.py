"""Callers of one profile in every mode: how each lists the tools, and how it calls a tool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import Response, World, WorldClient

ALONE: Final = "get_current_user"
UNKNOWN: Final = -32602


@dataclass
class ModeClient:
    """A client of one mode. `path` and the client's headers may narrow what it sees."""

    client: WorldClient
    mode: ListMode
    path: str = "/mcp"
    extra: Mapping[str, str] = field(default_factory=dict)

    def send_rpc(self, rpc: str, **params: Any) -> Response:
        """Sends one request."""
        message = {"jsonrpc": "2.0", "id": 7, "method": rpc, "params": params}
        return self.client.send(message, self.extra.items(), path=self.path)

    def call_plainly(self, tool: str, arguments: Mapping[str, Any]) -> Response:
        """Calls a listed tool as it is."""
        return self.send_rpc("tools/call", name=tool, arguments=dict(arguments))

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Response:
        """Calls a tool the way a client of the mode does, with its arguments as JSON text where there is a door."""
        name, inner = wrap(self.mode, tool, json.dumps(arguments))
        return self.call_plainly(tool, arguments) if name == tool else self.call_plainly(name, inner)

    def list_tools(self) -> list[dict[str, Any]]:
        """The tools as tools/list has them."""
        found: list[dict[str, Any]] = self.send_rpc("tools/list").document["result"]["tools"]
        return found

    def find_tools(self) -> set[str]:
        """The names of the tools that the client can find out: listed, as deeds, or by a search of each family."""
        listed = self.list_tools()
        if self.mode is ListMode.FULL:
            return {tool["name"] for tool in listed}
        if self.mode is ListMode.FAMILY:
            deeds = [tool["inputSchema"]["properties"]["Deed"]["enum"] for tool in listed if tool["name"] != ALONE]
            return {ALONE, *(name for names in deeds for name in names if name != "help")}
        families = self.call_plainly("search_tools", {}).result["Families"]
        found = [self.call_plainly("search_tools", {"Family": family}).result["Tools"] for family in families]
        return {tool["Name"] for tools in found for tool in tools}


def wrap(mode: ListMode, tool: str, arguments: Any) -> tuple[str, dict[str, Any]]:
    """The call of the door through which a tool is called in this mode; an unknown tool goes through any door."""
    method = METHODS.get(tool)
    if mode is ListMode.FULL or tool == ALONE:
        return tool, {}
    if mode is ListMode.COMPACT:
        reads = method is None or method.access is Access.READ
        return "read_tool" if reads else "write_tool", {"Name": tool, "Arguments": arguments}
    return family_door(method), {"Deed": tool, "Arguments": arguments}


def family_door(method: Method | None) -> str:
    """The tool of family mode for a method's family."""
    return "general" if method is None or method.family == Family.ALWAYS else str(method.family)


def mode_client(
    world: World,
    handler: LambdaHandler,
    families: FamilyAccess,
    mode: ListMode,
    groups: Sequence[str] = (),
    *,
    path: str = "/mcp",
    toolsets: str | None = None,
    **options: Any,
) -> ModeClient:
    """A client of a new profile in this mode, and of a new person in these groups."""
    profile = world.profiles.create(
        f"{mode} {len(world.profiles.list_profiles())}", families, 6000, 6000, mode=mode, **options
    )
    person = world.create_person("Pat", f"Person{len(world.profiles.list_profiles())}", *groups)
    extra = {} if toolsets is None else {"X-MCP-Toolsets": toolsets}
    return ModeClient(WorldClient(world, handler, world.log_in(profile, person)), mode, path, extra)
