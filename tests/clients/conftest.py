"""Fixtures: one running service for the whole session, the installed programs, and each client in turn."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from affino_mcp.local.network import reserved_port
from tests.clients.agent import Agent, Target
from tests.clients.claude_agent import ClaudeAgent
from tests.clients.codex_agent import CodexAgent
from tests.clients.inspector_agent import InspectorAgent
from tests.clients.installed import CannotInstall, NodeClients, install
from tests.clients.oauth_door import OAuthDoor
from tests.clients.python_agents import PythonAgent, fastmcp_client, sdk_client
from tests.clients.service import Service, call, command

PYTHON_AGENTS = {
    "mcp-modern": PythonAgent(sdk_client, "auto"),
    "mcp-legacy": PythonAgent(sdk_client, "legacy"),
    "fastmcp-modern": PythonAgent(fastmcp_client, "auto"),
    "fastmcp-legacy": PythonAgent(fastmcp_client, "legacy"),
}
NODE_AGENTS: dict[str, Callable[[NodeClients, Path], Agent]] = {
    "inspector-legacy": lambda programs, home: InspectorAgent(programs, home, "legacy"),
    "inspector-modern": lambda programs, home: InspectorAgent(programs, home, "modern"),
    "claude-code": ClaudeAgent,
    "codex": CodexAgent,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, whose time limit leaves out fixtures: starting and installing have their own limits."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.clients)
            item.add_marker(pytest.mark.timeout(150, func_only=True))


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole local service, started once, or the running one that AFFINO_CONNECTION=FILE names."""
    given = os.environ.get("AFFINO_CONNECTION")  # noqa: TID251 (a developer names a service that runs already)
    if given:
        yield Service(Path(given).resolve())
        return
    folder = tmp_path_factory.mktemp("service")
    where = ["--state", str(folder / "state"), "--connection", str(folder / "connection.json")]
    with reserved_port() as port:
        command("local", "up", "--port", str(port), *where, "--json")
    try:
        yield Service(folder / "connection.json")
    finally:
        command("local", "down", *where, "--json")


@pytest.fixture(scope="session")
def programs() -> NodeClients:
    """The pinned Node clients; where they cannot be installed, the test is skipped with the reason."""
    try:
        return install()
    except CannotInstall as reason:
        pytest.skip(str(reason))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(params=[*PYTHON_AGENTS, *NODE_AGENTS])
def agent(request: pytest.FixtureRequest) -> Agent:
    """Each client in turn."""
    if request.param in PYTHON_AGENTS:
        return PYTHON_AGENTS[request.param]
    programs: NodeClients = request.getfixturevalue("programs")
    return NODE_AGENTS[request.param](programs, request.getfixturevalue("home"))


@pytest.fixture(scope="session")
def reader(service: Service) -> Target:
    """A profile that may only read accounts."""
    return service.profile("accounts=read")


@pytest.fixture(scope="session")
def switched_off(service: Service) -> Target:
    """A profile that an operator has switched off."""
    target = service.profile("accounts=read")
    service.switch_off(target)
    return target


@pytest.fixture(scope="session")
def slow(service: Service) -> Target:
    """A profile with the lowest possible rate."""
    return service.profile("accounts=read", rate=1)


@pytest.fixture(scope="session")
def oauth_door(service: Service) -> OAuthDoor:
    """The OAuth door, with a profile that is opened to one person."""
    door = OAuthDoor(service)
    door.open_profile()
    return door


@pytest.fixture
def spent(slow: Target) -> Target:
    """The slow profile with its rate used up."""
    for _ in range(100):
        if call(slow, "list_accounts", {}).status_code == 429:
            return slow
    raise AssertionError("The smallest rate never ran out.")
