"""A domain of the service's own: the path below the base path, and the addresses of links."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.http.custom_domain import CustomDomain
from affino_mcp.http.own_address import own_base_url

GATEWAY, OWN = "a1.execute-api.eu-west-1.amazonaws.com", "mcp.orbital.example"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the path that the application sees, and its own address."""
    await PlainTextResponse(f"{Request(scope).url.path} {own_base_url(scope)}")(scope, receive, send)


def rest_event(domain: str, path: str, whole: str) -> dict[str, Any]:
    context = {"domainName": domain, "path": whole, "requestId": "r1", "identity": {"sourceIp": "198.51.100.7"}}
    return {
        "resource": "/mcp",
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "evil.example"},
        "multiValueHeaders": {"Host": ["evil.example"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": context,
        "body": None,
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("base_path", "domain", "path", "whole", "seen", "own"),
    [
        ("", GATEWAY, "/mcp", "/live/mcp", "/mcp", f"https://{GATEWAY}/live"),
        ("", OWN, "/mcp", "/mcp", "/mcp", f"https://{OWN}"),
        ("", OWN, "/", "/", "/", f"https://{OWN}"),
        ("crm", OWN, "/crm/mcp", "/crm/mcp", "/mcp", f"https://{OWN}/crm"),
        ("crm", OWN, "/crm/control/profiles", "/crm/control/profiles", "/control/profiles", f"https://{OWN}/crm"),
        ("crm", OWN.upper(), "/crm/mcp", "/crm/mcp", "/mcp", f"https://{OWN.upper()}/crm"),
        ("crm", OWN, "/crm", "/crm", "/", f"https://{OWN}/crm"),
        ("crm", OWN, "/crmx/mcp", "/crmx/mcp", "/crmx/mcp", f"https://{OWN}"),
        ("hub", OWN, "/hub/hub/login", "/hub/hub/login", "/hub/login", f"https://{OWN}/hub"),
        ("hub", GATEWAY, "/hub/login", "/live/hub/login", "/hub/login", f"https://{GATEWAY}/live"),
    ],
    ids=str,
)
def test_the_application_sees_the_path_below_the_base_path(
    base_path: str, domain: str, path: str, whole: str, seen: str, own: str
) -> None:
    handler = AsgiLambdaHandler(echo, "live", CustomDomain(OWN, base_path))
    assert handler(rest_event(domain, path, whole), None)["body"] == f"{seen} {own}"
    handler.close()
