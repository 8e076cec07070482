"""The service's own address as a caller reached it, for links to its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from affino_mcp.http.api_gateway import gateway_context


def own_base_url(scope: Mapping[str, Any]) -> str:
    """Gives the own address of an ASGI scope, without a trailing slash.

    Behind API Gateway with the stage, if it is in the path. Behind API Gateway the address comes from the event, never
    from a header of the caller.
    """
    context = gateway_context(scope)
    if context.get("domainName"):
        path, whole = str(scope["aws.event"].get("path", "")), str(context.get("path", ""))
        return f"https://{context['domainName']}{whole.removesuffix(path) if path else ''}"
    host, port = scope.get("server") or ("localhost", None)
    scheme = scope.get("scheme", "https")
    return f"{scheme}://{host}" + ("" if port in {None, 80, 443} else f":{port}")


def is_loopback_address(base: str) -> bool:
    """True if the address is plain HTTP on this machine, where browsers accept no `__Host-` cookies."""
    return base.startswith("http://")
