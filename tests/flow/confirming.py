"""A confirming profile with a person behind it, and clients of both protocol versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.website import Website
from tests.world import EVERYTHING, Response, World, WorldClient

MODERN: Final = "2026-07-28"
FORMS: Final[dict[str, Any]] = {"elicitation": {"form": {}, "url": {}}}
YES: Final = {"action": "accept", "content": {"confirm": True}}
NO: Final[dict[str, dict[str, Any]]] = {
    "decline": {"action": "decline"},
    "cancel": {"action": "cancel"},
    "left unticked": {"action": "accept", "content": {"confirm": False}},
    "nothing filled in": {"action": "accept"},
    "ticked as text": {"action": "accept", "content": {"confirm": "true"}},
}


@dataclass
class Modern(WorldClient):
    """A client of protocol version 2026-07-28; by default it can show forms."""

    capabilities: dict[str, Any] = field(default_factory=lambda: FORMS)

    def send_rpc(self, method: str, **params: Any) -> Response:
        """One request in the form of the client's protocol version."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": {"name": "forms", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
        }
        extra = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        extra |= {"Mcp-Name": params["name"]} if "name" in params else {}
        message = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": meta}}
        return self.send(message, extra.items())

    def asked(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The question that a call is answered with."""
        answer = self.call_tool(tool, **arguments)
        assert answer.status == 200, answer.document
        found: dict[str, Any] = answer.document["result"]
        assert found["resultType"] == "input_required", found
        return found

    def answered(self, tool: str, given: Any, state: Any, **arguments: Any) -> Response:
        """The same call again, with the person's answer and a state."""
        more = {"inputResponses": {"confirm": given}, "requestState": state}
        return self.send_rpc("tools/call", name=tool, arguments=arguments, **more)

    def agreed(self, tool: str, **arguments: Any) -> Response:
        """The call, asked about and confirmed."""
        return self.answered(tool, YES, self.asked(tool, **arguments)["requestState"], **arguments)


@dataclass
class Scene:
    """Sam, who may do nearly everything, behind a confirming profile: through an older client and a modern one."""

    world: World
    handler: LambdaHandler
    mode: ListMode = ListMode.FULL

    def __post_init__(self) -> None:
        self.profile = self.world.profiles.create("careful", EVERYTHING, 6000, confirm=True, mode=self.mode)
        self.sam = self.world.create_person("Sam", "Careful", "Sales Managers", "Legal", "Publishers")
        self.old = WorldClient(self.world, self.handler, self.headers(self.profile))
        self.modern = Modern(self.world, self.handler, self.headers(self.profile))
        self.free = WorldClient(self.world, self.handler, self.headers(self.world.create_profile("free")))

    @cached_property
    def website(self) -> Website:
        """Sections, categories and editors behind the same profile."""
        return Website(self.world, self.handler, self.profile)

    def headers(self, profile: Profile) -> dict[str, str]:
        return self.world.log_in(profile, self.sam)

    def stored(self) -> list[Any]:
        """Everything in the records table."""
        rows = self.world.database.list_rows(self.world.settings.records_table)
        return sorted(rows, key=lambda row: (row["pk"], row["sk"]))

    def row(self) -> dict[str, Any]:
        """The latest row of the API Log."""
        return self.world.audit_rows()[-1]
