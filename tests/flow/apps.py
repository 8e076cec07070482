"""An app at the OAuth door, and the credentials of the other doors for the same person and profile."""

from __future__ import annotations

from typing import Any

from affino_mcp.gate.connections import Connections
from affino_mcp.http.oauth_places import OAuthPlaces
from tests.oauth_stage import PUBLIC_URL, OAuthStage
from tests.world import Headers, Response, WorldClient

DOOR = "/oauth/mcp"
PLACES = OAuthPlaces(PUBLIC_URL)
CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "get_current_user", "arguments": {}}}


class App:
    """An app that Edith let in, at the door of a warm process."""

    def __init__(self, **granted: str) -> None:
        self.stage = OAuthStage()
        self.world, self.handler = self.stage.world, self.stage.world.new_handler()
        self.token: str = self.stage.connect(**granted)["access_token"]

    @property
    def client(self) -> WorldClient:
        """The app with its token."""
        return self.client_with({"Authorization": f"Bearer {self.token}"})

    def client_with(self, headers: Headers) -> WorldClient:
        return WorldClient(self.world, self.handler, headers)

    def send(self, message: Any, **event: Any) -> Response:
        return self.client.send(message, path=DOOR, **event)

    def call(self, tool: str, **arguments: Any) -> Response:
        return self.send({**CALL, "params": {"name": tool, "arguments": arguments}})

    def tool_names(self) -> set[str]:
        answer = self.send({"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}})
        return {tool["name"] for tool in answer.document["result"]["tools"]}

    def close(self) -> None:
        self.handler.close()


def three_headers(app: App) -> Headers:
    return app.world.log_in(app.stage.profile, app.stage.edith)


def packed(app: App) -> Headers:
    token = three_headers(app)["Authorization"].removeprefix("Bearer ")
    return {"Authorization": f"Bearer {app.stage.profile.key}.{app.stage.profile.secret}.{token}"}


def connection(app: App) -> Headers:
    made = Connections(app.world.database, app.world.settings, app.world.clock)
    return {"Authorization": f"Bearer {made.create(app.stage.edith, app.stage.profile).access_token}"}
