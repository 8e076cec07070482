"""Which addresses are served, and which are not."""

from __future__ import annotations

import pytest

from affino_mcp import NAME, VERSION
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.security.figures import Figures
from tests.world import World, WorldClient


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_post_is_served(manager: WorldClient, method: str) -> None:
    answer = manager.send(None, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_trailing_slash_is_the_same_address(manager: WorldClient) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert manager.send(message, path="/mcp/").status == 200


UNKNOWN = [
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/register",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_no_oauth_is_advertised(world: World, manager: WorldClient, path: str) -> None:
    assert manager.send(None, path=path, method="GET").status == 404
    assert world.audit_rows() == []


def test_health_needs_no_credentials(world: World, handler: LambdaHandler) -> None:
    answer = WorldClient(world, handler, {}).send(None, path="/health", method="GET")
    assert answer.document == {"name": NAME, "version": VERSION, "status": "ok"}


ORIGINS = {"foreign": "https://evil.example", "null": "null"}


@pytest.mark.parametrize("origin", ORIGINS.values(), ids=ORIGINS)
def test_a_foreign_origin_is_refused(manager: WorldClient, origin: str, figures: Figures) -> None:
    assert (
        WorldClient(manager.world, manager.handler, {**manager.headers, "Origin": origin})
        .call_tool("list_accounts")
        .status
        == 403
    )
    figures.record("foreign origins", tried=1, of=len(ORIGINS))
