"""The login function on a store whose calls can fail: whole API Gateway events in, answers and rows out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from affino_mcp import wiring
from affino_mcp.errors import Refusal
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.relogin import relogin_link
from affino_mcp.gate.sessions.session_rows import SESSION_LIFETIME_SECONDS
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.store.testing.faulty_database import FaultyDatabase
from tests.roles.watched_stores import WatchedStores
from tests.unit.gate.world import PASSWORD, World
from tests.unit.login_edge.desk import EMAIL, Desk, content

HOME = "198.51.100.7"
Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An answer of the login function."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def tokens(self) -> tuple[str, str]:
        """The pair of tokens in the body."""
        body = json.loads(self.text)
        return body["AccessToken"], body["RefreshToken"]

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets, by their names."""
        pairs = (cookie.partition(";")[0].partition("=") for cookie in self.headers.get("set-cookie", "").split("\n"))
        return {name: value for name, _, value in pairs if value}


class LoginStage:
    """The login function with one profile and person 7, who has a password; `db` makes its faults."""

    def __init__(self) -> None:
        self.world = World()
        self.db = FaultyDatabase(self.world.memory)
        self.desk = Desk(self.world)
        self.profile = self.desk.staffed()
        self.world.people.change(7, groups=("Operators",))
        app = wiring.build_login_function(
            self.world.settings, WatchedStores(self.db, self.world.secrets), self.world.clock
        )
        self.handler = AsgiLambdaHandler(app, self.world.settings.stage)

    def close(self) -> None:
        """Ends the handler's event loop."""
        self.handler.close()

    def send(self, event: Event, context: Any = None) -> Answer:
        """Sends one event, with the Lambda context of its invocation."""
        answer = self.handler(event, context)
        headers = {name: "\n".join(values) for name, values in answer.get("multiValueHeaders", {}).items()}
        headers |= answer.get("headers", {})
        return Answer(answer["statusCode"], headers, answer["body"])

    def signed(self, method: str, call: str, body: bytes = b"", **headers: str) -> Event:
        """A newly signed REST call."""
        self.world.clock.move(microseconds=1000)
        path = f"/rest/demo/{call}"
        pairs = self.desk.signed(self.profile, body, method=method, uri=path, **headers)
        return make_event(method, path, {name.decode(): value.decode() for name, value in pairs}, body.decode())

    def log_in(self) -> Event:
        """A signed login."""
        return self.signed("POST", "login", content())

    def open_session(self) -> tuple[str, str]:
        """Logs person 7 in; gives the pair of tokens."""
        return self.send(self.log_in()).tokens

    def form(self, path: str, cookies: Mapping[str, str], **fields: str) -> Event:
        """A form of the Hub or of the sign-in page, with the key that such forms repeat."""
        key = new_token()
        jar = {"__Host-affino-form": key, "__Host-affino-control-form": key, **cookies}
        sent = {"content-type": "application/x-www-form-urlencoded"}
        sent["cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        return make_event("POST", path, sent, urlencode({"FormKey": key, "csrf": key, **fields}))

    def enter_hub(self, link: str = "") -> Event:
        """The login form of the Hub, filled in."""
        return self.form("/hub/login", {}, Email=EMAIL, Password=PASSWORD, Link=link)

    def browser(self) -> dict[str, str]:
        """The cookies of a browser that is logged in at the Hub."""
        cookies = self.send(self.enter_hub()).cookies
        return {name: value for name, value in cookies.items() if name == "__Host-affino-hub"}

    def waiting_link(self) -> str:
        """The relogin link of a client whose session has just expired."""
        changed = self.world.profiles.change(self.profile.key, relogin=True)
        session = self.world.login(self.profile).session
        self.world.clock.move(SESSION_LIFETIME_SECONDS)
        return relogin_link(changed, session, int(self.world.clock().timestamp()))

    def failures(self) -> list[int]:
        """The failures that the guard has counted, of each row that has any."""
        guard = [row for row in self.world.rows() if row["pk"].startswith("GUARD#")]
        return sorted(row[name] for row in guard for name in ("count", "misses") if row.get(name))

    def state(self) -> list[dict[str, Any]]:
        """What the gate knows of people and sessions, without guard and used signatures."""
        return [row for row in self.world.rows() if not row["pk"].startswith(("GUARD#", "SEEN#"))]

    def is_live(self, token: str) -> bool:
        """Whether an AccessToken opens a session."""
        try:
            return bool(self.world.sessions.resolve_token(token))
        except Refusal:
            return False


def make_event(method: str, path: str, headers: Mapping[str, str], body: str) -> Event:
    """An API Gateway event as the login function receives it."""
    context = {
        "requestId": "req-1",
        "stage": "live",
        "path": path,
        "httpMethod": method,
        "domainName": "mcp.orbital.example",
        "identity": {"sourceIp": HOME, "userAgent": "test/1.0"},
    }
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": context,
        "body": body or None,
        "isBase64Encoded": False,
    }
