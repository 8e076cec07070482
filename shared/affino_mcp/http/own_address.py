"""Where a caller reached us: needed to name a page of ours to somebody who is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from affino_mcp.http.request_context import gateway_context


def base_url(scope: Mapping[str, Any]) -> str:
    """Our own address in an ASGI scope, without a slash at its end; behind API Gateway with the stage, if it is part of it.

    Never taken from a header when API Gateway says it.
    """
    context = gateway_context(scope)
    if context.get("domainName"):
        path, whole = str(scope["aws.event"].get("path", "")), str(context.get("path", ""))
        return f"https://{context['domainName']}{whole.removesuffix(path) if path else ''}"
    host, port = scope.get("server") or ("localhost", None)
    scheme = scope.get("scheme", "https")
    return f"{scheme}://{host}" + ("" if port in {None, 80, 443} else f":{port}")


def is_loopback(base: str) -> bool:
    """Whether the address is plain HTTP on this machine, where a browser takes no `__Host-` cookie."""
    return base.startswith("http://")
