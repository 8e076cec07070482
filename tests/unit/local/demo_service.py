"""A service in memory with the demo in it, made as `local up` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from affino_mcp.local import seed
from affino_mcp.local.demo import DEMO_PEOPLE, HEADERS_PROFILE
from affino_mcp.local.demo_records import DemoFilling, ToolCaller
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import Headers, World, WorldClient

URL = "https://mcp.orbital.example/mcp"
Say = Callable[..., object]


class DemoService:
    """The demo's profiles and people, and clients of theirs; each client is answered by a warm process of its own."""

    def __init__(self, state: Path) -> None:
        self.world, self.state = World(), state
        self.profile = seed.seed_profiles(self.world.stores, self.world.settings)[HEADERS_PROFILE]
        passwords = {role: f"demo-{role}-password" for role in DEMO_PEOPLE}
        self.people = seed.seed_people(self.world.stores, self.world.settings, passwords)

    def headers_of(self, role: str) -> Headers:
        """The three headers of a new session of this role."""
        return self.world.log_in(self.profile, self.people[role]["user_code"])

    def fill(self, say: Say = lambda *_: None) -> int:
        """Makes the demo's records; gives the number of calls."""
        stores, settings = self.world.stores, self.world.settings
        filling = DemoFilling(stores, settings, self.people, URL, self.headers_of, self.state, self._open_client)
        return filling.fill(say)

    @contextmanager
    def caller(self) -> Iterator[ToolCaller]:
        """Calls tools as a role."""
        with self._open_client() as http:
            yield ToolCaller(http, URL, self.headers_of)

    def _open_client(self) -> httpx.Client:
        return httpx.Client(transport=_Process(self.world))


class _Process(httpx.BaseTransport):
    """A warm process, which is closed with its client."""

    def __init__(self, world: World) -> None:
        self._world, self._made = world, list[LambdaHandler]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._made:
            self._made.append(self._world.new_handler())
        client = WorldClient(self._world, self._made[0], dict(request.headers))
        answer = client.send(request.content.decode())
        return httpx.Response(answer.status, json=answer.document)

    def close(self) -> None:
        for handler in self._made:
            handler.close()


_LISTS = {
    "sales_manager": (
        "list_accounts",
        "list_contacts",
        "list_opportunities",
        "list_tasks",
        "list_notes",
        "list_contact_lists",
    ),
    "publisher": ("list_articles", "list_media_items"),
    "moderator": ("list_forum_threads",),
}


def list_records(service: DemoService) -> dict[str, Any]:
    """The records that the demo's people see, by tool, without their times."""
    service.world.clock.move(seconds=60)
    with service.caller() as call:
        return {
            tool: _without_moments(call(role, tool, {"PageSize": 100, "SortBy": "Code"})["Items"])
            for role, tools in _LISTS.items()
            for tool in tools
        }


def _without_moments(value: Any) -> Any:
    match value:
        case list():
            return [_without_moments(part) for part in value]
        case dict():
            return {name: _without_moments(part) for name, part in value.items()}
        case str() if value[10:11] == "T":
            return ""
    return value
