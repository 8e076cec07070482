"""Where a request comes from and what it is called: as API Gateway or the server says it, never from a header."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any


def client_address(scope: Mapping[str, Any]) -> str:
    """Gives the client's IP address of an ASGI scope; empty when it is not known."""
    identity = gateway_context(scope).get("identity") or {}
    client = scope.get("client") or ("",)
    return str(identity.get("sourceIp") or client[0] or "")


def find_request_id(scope: Mapping[str, Any], new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> str:
    """Gives API Gateway's request id; where there is no gateway, an id that `new_id` makes."""
    given = gateway_context(scope).get("requestId")
    return given if isinstance(given, str) and given else new_id()


def gateway_context(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gives the requestContext of API Gateway's event in an ASGI scope; empty where there is no gateway."""
    event: Mapping[str, Any] = scope.get("aws.event") or {}
    return event.get("requestContext") or {}
