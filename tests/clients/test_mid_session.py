"""A refusal while a client is connected: the client shows it on the next call and does not hang."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.agent import Refused, Target
from tests.clients.codex_agent import CodexAgent
from tests.clients.installed import NodeClients
from tests.clients.python_agents import Connect, Mode, admitted, fastmcp_client, invoke, sdk_client, structured
from tests.clients.service import Service, post, refusal

CONNECTIONS = [
    pytest.param(sdk_client, "auto", id="mcp-modern"),
    pytest.param(sdk_client, "legacy", id="mcp-legacy"),
    pytest.param(fastmcp_client, "auto", id="fastmcp-modern"),
    pytest.param(fastmcp_client, "legacy", id="fastmcp-legacy"),
]


def switch_off(service: Service, target: Target) -> None:
    """Disables the profile."""
    service.switch_off(target)


def regenerate(service: Service, target: Target) -> None:
    """Regenerates the secret, after which the one in use is refused."""
    service.command("profile", "regenerate", target.headers["X-API-Key"], "--yes")


CHANGES = [pytest.param(switch_off, 403, id="switched-off"), pytest.param(regenerate, 401, id="regenerated")]


@pytest.mark.parametrize(("connect", "mode"), CONNECTIONS)
@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_python_client_learns_at_once(
    service: Service, connect: Connect, mode: Mode, change: Callable[..., None], status: int
) -> None:
    target = service.profile("accounts=read")

    async def session() -> dict[str, Any]:
        async with connect(target, mode) as client:
            assert structured(await invoke(client, "list_accounts", {"PageSize": 1}))["Items"]
            change(service, target)
            return structured(await invoke(client, "list_accounts", {"PageSize": 1}))

    with pytest.raises(Refused) as refused:
        admitted(session())
    assert refusal(target, status) in str(refused.value)


@pytest.mark.parametrize(("change", "status"), CHANGES)
def test_codex_learns_at_once(
    service: Service, programs: NodeClients, home: Path, change: Callable[..., None], status: int
) -> None:
    target = service.profile("accounts=read")
    with CodexAgent(programs, home).app_server(target) as server:
        server.start_thread(home)
        assert server.call("list_accounts", {"PageSize": 1})["Items"]
        change(service, target)
        with pytest.raises(Refused) as refused:
            server.call("list_accounts", {"PageSize": 1})
    told = refusal(target, status)
    challenge = post(target, "tools/list").headers.get("WWW-Authenticate")
    assert (challenge or told) in str(refused.value)
    assert (challenge is not None) == (status == 401)
