"""A program in front of the REST API of a world: it signs each request, and acts as a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from affino_mcp import wiring
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.http.request_signature import signed_headers
from tests.world import Headers, World

_SIGNED = count()
"""Makes each signature another one, where the clock stands still."""


@dataclass
class RestAnswer:
    """An answer: status, headers with names in lower case, and the JSON document; an empty one without a body."""

    status: int
    headers: Headers
    document: dict[str, Any]

    @property
    def error(self) -> dict[str, Any]:
        """The error of a refused request."""
        assert self.status >= 400, (self.status, self.document)
        found: dict[str, Any] = self.document["error"]
        return found


def new_rest_handler(world: World) -> AsgiLambdaHandler:
    """A warm process of the function InstanceApi on the stores of this world."""
    app = wiring.build_rest_app(
        world.settings, world.stores, world.clock, in_thread=False, on_undeclared=world.undeclared
    )
    return AsgiLambdaHandler(app, world.settings.stage)


@dataclass
class RestClient:
    """A program with a profile and a person's token in front of one warm process. `base` is the version that it calls."""

    world: World
    handler: AsgiLambdaHandler
    profile: Profile
    token: str
    base: str = "/rest/demo/v2"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, world: World, profile: Profile, user_code: int, **more: Any) -> RestClient:
        """A client of a new process, with a new session of this person."""
        token = world.sessions.create_session(user_code, profile.key).access_token
        return cls(world, new_rest_handler(world), profile, token, **more)

    def log_in(self, user_code: int) -> RestClient:
        """The same program as another person, with a new session."""
        return replace(self, token=self.world.sessions.create_session(user_code, self.profile.key).access_token)

    def with_headers(self, **changed: str) -> RestClient:
        """The same client with further headers: `X_Request_Id="..."`; an empty text leaves a header out."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): v for name, v in changed.items()}})

    def send(
        self, verb: str, path: str = "", body: Any = None, query: str = "", *, signed_query: bool = False
    ) -> RestAnswer:
        """Sends one signed request; `body` is a document, or a text that is sent as it is."""
        return self.deliver(self.sign(verb, path, body, query, signed_query=signed_query))

    def deliver(self, event: dict[str, Any]) -> RestAnswer:
        """Brings an event of API Gateway to the process."""
        return _read_answer(self.handler(event, None))

    def sign(
        self, verb: str, path: str = "", body: Any = None, query: str = "", *, signed_query: bool = False
    ) -> dict[str, Any]:
        """The event of API Gateway for a signed request."""
        text = body if isinstance(body, str | None) else json.dumps(body)
        whole = self.base + path
        moment = self.world.clock().replace(microsecond=next(_SIGNED) % 1000 * 1000)
        uri = f"{whole}?{query}" if query and signed_query else whole
        sent = signed_headers(verb, uri, (text or "").encode(), self.profile.key, self.profile.secret, moment)
        sent |= {"AccessToken": self.token, "User-Agent": "program/1.0", **self.headers}
        event = self.world.make_event(text, {name: v for name, v in sent.items() if v}, whole, verb)
        event["multiValueQueryStringParameters"] = parse_qs(query, keep_blank_values=True) or None
        return event

    def get(self, path: str = "", **query: Any) -> RestAnswer:
        """Sends a GET with these arguments."""
        return self.send("GET", path, query="&".join(f"{name}={value}" for name, value in query.items()))

    def post(self, path: str, **arguments: Any) -> RestAnswer:
        """Sends a POST with these arguments."""
        return self.send("POST", path, arguments)

    def patch(self, path: str, **arguments: Any) -> RestAnswer:
        """Sends a PATCH with these arguments."""
        return self.send("PATCH", path, arguments)

    def delete(self, path: str, **arguments: Any) -> RestAnswer:
        """Sends a DELETE with these arguments."""
        return self.send("DELETE", path, arguments or None)


def _read_answer(answer: dict[str, Any]) -> RestAnswer:
    headers = {name.lower(): values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    headers |= {name.lower(): value for name, value in answer.get("headers", {}).items()}
    return RestAnswer(answer["statusCode"], headers, json.loads(answer["body"]) if answer["body"] else {})
