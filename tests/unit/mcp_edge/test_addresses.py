"""What answers where, before any credentials are looked at."""

from __future__ import annotations

import pytest

from affino_mcp import NAME, VERSION
from affino_mcp.mcp_edge.request import MAX_BODY
from tests.unit.mcp_edge.edge import Edge, event, load


def test_health_says_name_and_version_to_anybody(edge: Edge) -> None:
    seen = edge.answer(load("health"))
    assert (seen.status, seen.json) == (200, {"name": NAME, "version": VERSION, "status": "ok"})
    assert not edge.door.asked


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/live/mcp"])
def test_the_endpoint_has_one_meaning_with_and_without_slash_and_stage(edge: Edge, path: str) -> None:
    assert edge.send("server/discover", path=path).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"])
def test_only_post_is_served(edge: Edge, method: str) -> None:
    seen = edge.answer(load("mcp_get") | {"httpMethod": method})
    assert (seen.status, seen.headers["allow"], seen.error["data"]["type"]) == (405, "POST", "method_not_allowed")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/.well-known/oauth-protected-resource/mcp", "GET"),
        ("/.well-known/oauth-protected-resource", "GET"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/.well-known/oauth-authorization-server/mcp", "GET"),
        ("/.well-known/openid-configuration", "GET"),
        ("/mcp/.well-known/openid-configuration", "GET"),
        ("/mcp/.well-known/oauth-protected-resource", "GET"),
        ("/register", "POST"),
        ("/", "GET"),
        ("/mcp/admin", "POST"),
    ],
)
def test_oauth_probes_and_anything_else_get_a_cheap_404(edge: Edge, path: str, method: str) -> None:
    seen = edge.answer(load("oauth_probe") | {"path": path, "httpMethod": method})
    assert (seen.status, seen.error["data"]["type"]) == (404, "path_not_found")
    assert "id" not in seen.json
    assert not edge.door.asked
    assert not edge.desk.refusals


@pytest.mark.parametrize("name", ["oauth_probe", "oauth_register"])
def test_the_probes_that_clients_send(edge: Edge, name: str) -> None:
    assert edge.answer(load(name)).status == 404


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://hub.example.org", "https://hub.example.org.evil"]
)
def test_a_foreign_origin_is_refused_before_credentials(edge: Edge, origin: str) -> None:
    seen = edge.send("tools/list", headers={"Origin": origin})
    assert (seen.status, seen.error["data"]["type"]) == (403, "origin_refused")
    assert not edge.door.asked


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://hub.example.org"}, {"Origin": "HTTPS://HUB.EXAMPLE.ORG"}])
def test_no_origin_or_an_allowed_one_is_served(edge: Edge, headers: dict[str, str]) -> None:
    assert edge.send("tools/list", headers=headers).status == 200


def test_a_body_over_the_limit_is_413(edge: Edge) -> None:
    seen = edge.answer(event("tools/list", body=" " * (MAX_BODY + 1)))
    assert (seen.status, seen.error["data"]["type"]) == (413, "body_too_large")
    assert not edge.door.asked


def test_every_answer_carries_the_request_id_and_is_never_cached(edge: Edge) -> None:
    for seen in (edge.answer(load("health")), edge.answer(load("mcp_get")), edge.send("tools/list")):
        assert seen.headers["x-request-id"] == load("health")["requestContext"]["requestId"]
        assert seen.headers["cache-control"] == "no-store"
