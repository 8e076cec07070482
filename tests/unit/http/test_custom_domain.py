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


@pytest.mark.parametrize(
    ("mapped", "path", "wanted"),
    [
        ("oauth", "/oauth/mcp", "/oauth/mcp"),
        ("oauth", "/mcp", "/oauth/mcp"),
        ("oauth", "/", "/oauth"),
        ("oauth", "/oauthx", "/oauth/oauthx"),
        (".well-known", "/oauth-protected-resource/oauth/mcp", "/.well-known/oauth-protected-resource/oauth/mcp"),
        (".well-known", "/.well-known/ai-catalog.json", "/.well-known/ai-catalog.json"),
    ],
)
def test_the_path_of_an_api_that_is_mapped_begins_with_its_base_path(mapped: str, path: str, wanted: str) -> None:
    """Whether API Gateway leaves it there or not."""
    event = {"path": path, "stageVariables": {"basePath": mapped}}
    assert CustomDomain("mcp.example.com", "").path_of_service(event)["path"] == wanted


def test_the_first_api_has_no_such_variable() -> None:
    event = {"path": "/mcp", "stageVariables": None}
    assert CustomDomain("mcp.example.com", "").path_of_service(event) == event
