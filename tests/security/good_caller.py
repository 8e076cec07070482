"""A process of the service with connections of its own, and a client with right credentials in front of it."""

from __future__ import annotations

from collections import Counter

from affino_mcp import wiring
from affino_mcp.clock import utc_now
from affino_mcp.local.stores import open_emulator_stores
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from tests.world import Headers, Response, World, WorldClient


def answers_to(settings: Settings, headers: Headers, name: str, calls: int) -> Counter[str]:
    """Calls in turn, reads and writes; gives how often each outcome came: a status, or the type of an error."""
    app = wiring.build_mcp_app(settings, open_emulator_stores(settings), utc_now, in_thread=False)
    handler = LambdaHandler(app, settings.stage)
    client = WorldClient(World(settings=settings), handler, headers)
    found: Counter[str] = Counter()
    for number in range(calls):
        tool, arguments = _CALLS[number % len(_CALLS)]
        named = {key: f"{value} {name} {number}" for key, value in arguments.items()}
        found[_outcome(client.call_tool(tool, **named))] += 1
    handler.close()
    return found


_CALLS: list[tuple[str, dict[str, str]]] = [
    ("create_task", {"Title": "Call"}),
    ("get_current_user", {}),
    ("list_tasks", {}),
    ("create_account", {"Name": "Orbital"}),
]


def _outcome(answer: Response) -> str:
    if answer.status != 200:
        return f"{answer.status} {answer.document['error']['data']['type']}"
    result = answer.document["result"]
    return str(result["structuredContent"]["error"]["type"]) if result["isError"] else "ok"
