"""A browser without JavaScript: keeps cookies, reads forms, follows redirections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from affino_mcp.login_edge.app import LoginApp
from tests.unit.gate.world import PASSWORD
from tests.unit.login_edge.desk import EMAIL

SECURE = {"domainName": "mcp.orbital.example", "path": "/hub", "identity": {"sourceIp": "198.51.100.7"}}


@dataclass(frozen=True)
class Shown:
    """One answer that the browser got."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    def field(self, name: str) -> str:
        """Gives the value of the page's first field of this name."""
        found = [value for key, value in _Fields.of(self.text) if key == name]
        return found[0]

    def inside(self, identity: str) -> str:
        """Gives the text of the element with this id."""
        return _Element.of(self.text, identity)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.found.append((str(given["name"]), given.get("value") or ""))

    @classmethod
    def of(cls, text: str) -> list[tuple[str, str]]:
        parser = cls()
        parser.feed(text)
        return parser.found


class _Element(HTMLParser):
    def __init__(self, identity: str) -> None:
        super().__init__()
        self._identity, self._depth, self.words = identity, 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth or dict(attrs).get("id") == self._identity:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        self.words += data if self._depth else ""

    @classmethod
    def of(cls, text: str, identity: str) -> str:
        parser = cls(identity)
        parser.feed(text)
        return parser.words.strip()


@dataclass
class Browser:
    """A browser; `extra` changes the ASGI scope or the headers of a request."""

    app: LoginApp
    source: str = "198.51.100.7"
    jar: dict[str, str] = field(default_factory=dict)
    last: Shown | None = None

    def get(self, address: str, **headers: str) -> Shown:
        return self._follow(self._ask("GET", address, b"", headers))

    def post(self, address: str, **fields: str) -> Shown:
        """Sends a form with the page's own key, unless another `FormKey` is given."""
        return self.post_with(address, {}, **fields)

    def post_with(self, address: str, headers: dict[str, str], /, **fields: str) -> Shown:
        """Sends a form like `post`, with other headers."""
        key = {"FormKey": self.last.field("FormKey")} if self.last and "FormKey" in self.last.text else {}
        given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._follow(self._ask("POST", address, urlencode({**key, **fields}).encode(), given))

    def _follow(self, shown: Shown) -> Shown:
        while shown.status == 303:
            shown = self._ask("GET", shown.headers["location"], b"", {})
        self.last = shown
        return shown

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Shown:
        sent = {"User-Agent": "browser", "Cookie": "; ".join(f"{k}={v}" for k, v in self.jar.items()), **headers}
        place = urlsplit(address)
        scope = {
            "type": "http",
            "method": method,
            "path": place.path,
            "query_string": place.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items() if value],
            "aws.event": {"path": place.path, "requestContext": SECURE | {"path": place.path}},
        }
        scope["aws.event"]["requestContext"]["identity"] = {"sourceIp": self.source}  # type: ignore[index]
        shown = asyncio.run(_sent(self.app, scope, body))
        for cookie in shown.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
        return shown


async def _sent(app: Callable[..., Any], scope: dict[str, Any], body: bytes) -> Shown:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    pairs = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    cookies = [value for name, value in pairs if name == "set-cookie"]
    return Shown(sent[0]["status"], dict(pairs), cookies, sent[1]["body"].decode())


def log_in(browser: Browser, password: str = PASSWORD, email: str = EMAIL, address: str = "/hub/login") -> Shown:
    """Fills in the login form at this address and sends it."""
    form = browser.get(address)
    fields = {name: form.field(name) for name in ("Link", "Profile")}
    return browser.post("/hub/login", Email=email, Password=password, **fields)
