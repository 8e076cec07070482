"""The independent version 1 client in front of a world's own edges: login of one function, records of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from tests.rest_client import new_rest_handler
from tests.version1.client import Answer, Version1Client
from tests.version1.signature import Headers
from tests.version1.stage import Stage
from tests.world import World

EMAIL, PASSWORD = "sam.manager@affino.example", "a calm and long password"


class EdgeWay:
    """Brings signed requests to the function that answers their path, as API Gateway does."""

    def __init__(self, world: World) -> None:
        login = wiring.build_login_app(world.settings, world.stores, world.clock)
        self.world, self.login = world, AsgiLambdaHandler(login, world.settings.stage)
        self.records = new_rest_handler(world)

    def __call__(self, method: str, path: str, query: str, headers: Headers, body: str) -> Answer:
        event = self.world.make_event(body or None, headers, path, method)
        event["multiValueQueryStringParameters"] = parse_qs(query, keep_blank_values=True) or None
        found = (self.records if "/crm/" in path else self.login)(event, None)
        return Answer(found["statusCode"], found["body"] or "", _read_headers(found))

    def close(self) -> None:
        """Ends both processes."""
        self.login.close()
        self.records.close()


def _read_headers(answer: dict[str, Any]) -> Headers:
    many = {name.lower(): values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    return many | {name.lower(): value for name, value in answer.get("headers", {}).items()}


@contextmanager
def open_edge_stage(world: World) -> Iterator[Stage]:
    """A stage with a profile and a sales manager who is logged in, in front of the edges of this world."""
    profile = world.create_profile(rest=True)
    person = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    Passwords(world.database, world.settings).set_password(person, PASSWORD)
    way = EdgeWay(world)
    stage = Stage(Version1Client(way, profile.key, profile.secret, world.clock), {"permission": "1"})
    assert stage.client.log_in(EMAIL, PASSWORD).status == 200
    yield stage
    way.close()
