"""The service's own address: from API Gateway or the socket, never from a header."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.http.own_address import is_loopback_address, own_base_url


def gateway(domain: str, path: str, whole: str) -> dict[str, Any]:
    event = {"path": path, "requestContext": {"domainName": domain, "path": whole}}
    return {
        "aws.event": event,
        "scheme": "http",
        "server": ("evil.example", 80),
        "headers": [(b"host", b"evil.example")],
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (
            gateway("a1.execute-api.eu-west-1.amazonaws.com", "/mcp", "/live/mcp"),
            "https://a1.execute-api.eu-west-1.amazonaws.com/live",
        ),
        (gateway("mcp.orbital.example", "/mcp", "/mcp"), "https://mcp.orbital.example"),
        (
            {"scheme": "http", "server": ("127.0.0.1", 8642), "headers": [(b"host", b"evil.example")]},
            "http://127.0.0.1:8642",
        ),
        ({"scheme": "https", "server": ("demo.example", 443)}, "https://demo.example"),
        ({}, "https://localhost"),
    ],
    ids=["stage", "own domain", "loopback", "test", "nothing"],
)
def test_base_url(scope: dict[str, Any], expected: str) -> None:
    assert own_base_url(scope) == expected
    assert is_loopback_address(own_base_url(scope)) is expected.startswith("http:")
