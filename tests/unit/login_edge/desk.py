"""The set-up of the login tests: the gate's set-up with one profile, one person with a password, and the app."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from affino_mcp.audit.row import AuditRow
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import body_md5, format_timestamp, sign_request
from affino_mcp.login_edge.app import LoginApp
from tests.roles.watched_stores import WatchedStores
from tests.unit.gate.world import PASSWORD, World

EMAIL = "person7@orbital.example"
PATH = "/rest/demo/login"
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Reply:
    """An answer of the login endpoint."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.body["error"]["code"])


@dataclass
class Desk:
    """One login endpoint; `lines` are its log lines."""

    world: World
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        stores = WatchedStores(world.db, world.secrets).opened_by("LoginProxy", world.settings)
        self.app = LoginApp(
            stores.database,
            stores.secrets,
            world.settings,
            world.clock,
            lambda _, fields: self.lines.append(dict(fields)),
        )

    def staffed(self) -> Profile:
        """Creates a profile, and person 7 with a password."""
        self.world.person(7)
        self.world.passwords.set_password(7, PASSWORD)
        return self.world.profile("login")

    def send(
        self, headers: RawHeaders, body: bytes, method: str = "POST", path: str = PATH, source: str = "198.51.100.7"
    ) -> Reply:
        return asyncio.run(self._send(headers, body, method, path, source))

    async def _send(self, headers: RawHeaders, body: bytes, method: str, path: str, source: str) -> Reply:
        waiting = [
            {"type": "http.request", "body": body[i : i + 4096], "more_body": True} for i in range(0, len(body), 4096)
        ]
        waiting.append({"type": "http.request", "body": b"", "more_body": False})
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": headers, "client": (source, 1)}
        await self.app(scope, receive, send)
        start, content = sent
        given = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], given, json.loads(content["body"] or b"{}"))

    def login(
        self, profile: Profile, password: str = PASSWORD, email: str = EMAIL, source: str = "198.51.100.7"
    ) -> Reply:
        """Sends a correctly signed login; moves the clock by a millisecond, because a signature is valid only once."""
        self.world.clock.move(microseconds=1000)
        body = content(email, password)
        return self.send(self.signed(profile, body), body, source=source)

    def call(self, profile: Profile, method: str, name: str, source: str = "198.51.100.7", **headers: str) -> Reply:
        """Sends a correctly signed call without a body."""
        self.world.clock.move(microseconds=1000)
        path = f"/rest/demo/{name}"
        given = self.signed(profile, b"", method=method, uri=path, **headers)
        return self.send(given, b"", method, path, source)

    def refresh(self, profile: Profile, tokens: dict[str, Any]) -> Reply:
        """Sends `GET /token` with this pair of tokens."""
        pair = {name: tokens[name] for name in ("AccessToken", "RefreshToken")}
        return self.call(profile, "GET", "token", **pair)

    def signed(self, profile: Profile, body: bytes, **instead: str) -> RawHeaders:
        """Gives the headers of a signed request.

        `instead` replaces parts before or after signing (`method`, `uri`, headers).
        """
        timestamp = instead.get("TimeStamp", format_timestamp(self.world.clock()))
        signature = sign_request(
            instead.get("method", "POST"), instead.get("uri", PATH), body, profile.secret, timestamp
        )
        headers = {"APIKey": profile.key, "TimeStamp": timestamp, "MD5": body_md5(body), "Signature": signature}
        headers["User-Agent"] = "orbital-crm/1.4"
        headers |= {name: value for name, value in instead.items() if name not in ("method", "uri")}
        return [(name.lower().encode(), value.encode()) for name, value in headers.items() if value]


def content(email: str = EMAIL, password: str = PASSWORD) -> bytes:
    """Gives the body of a login."""
    return json.dumps({"Email": email, "Password": password}).encode()


def own_rows(desk: Desk) -> list[tuple[str, str, int]]:
    """What people did at the Hub, as the API Log has it, oldest first: deed, outcome, person."""
    items = [item for item in desk.world.memory.list_rows(desk.world.settings.audit_table) if "everybody" in item]
    rows = map(AuditRow.from_document, sorted(items, key=lambda item: str(item["sk"])))
    return [(row.method, str(row.outcome), row.person_code or 0) for row in rows if row.client_name == "Hub"]
