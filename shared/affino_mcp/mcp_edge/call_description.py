"""What the audit row of a message says besides its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affino_mcp.audit.channels import channel_of_client
from affino_mcp.dispatch import CallMeta
from affino_mcp.gate.confirmation import ConfirmationForm
from affino_mcp.mcp_edge.lane.protocol import MODERN_VERSIONS, VERSION_HEADER

if TYPE_CHECKING:
    from affino_mcp.catalogue.toolset import Toolset
    from affino_mcp.gate.credentials import PresentedSecrets
    from affino_mcp.mcp_edge.message import JsonRpcMessage
    from affino_mcp.mcp_edge.request import Request


def describe_call(
    request: Request, received: JsonRpcMessage, toolset: Toolset | None, presented: PresentedSecrets, gate_ms: int
) -> CallMeta:
    """Gives what the row says; `gate_ms` is how long the gate took."""
    name, version = name_client(request, received)
    form = received.form if request.header(VERSION_HEADER) in MODERN_VERSIONS else ConfirmationForm()
    narrowed, channel = "" if toolset is None else str(toolset), channel_of_client(name)
    came = request.id, name, version, request.source, form, gate_ms
    return CallMeta(*came, presented.secrets, narrowed, channel, presented.form)


def name_client(request: Request, received: JsonRpcMessage) -> tuple[str, str]:
    """Gives name and version of the client, from the message or else from User-Agent."""
    said = received.client
    return said if said[0] else request.client
