"""A person's browser without scripts, which an app leads to the authorization server and which it then leads back.

It keeps secure cookies although a local run speaks plain HTTP: browsers hold loopback to be as good as HTTPS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from affino_mcp.local.network import NO_TLS_CONTEXT

FORM = {"content-type": "application/x-www-form-urlencoded"}
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_TICKED = re.compile(r'name="Scope" value="([^"]+)" checked')


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers in small letters with all values of each, and its text."""

    status: int
    headers: Mapping[str, list[str]]
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object of the body."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    def header(self, name: str) -> str:
        """The first value of a header, empty when it is not there."""
        return self.headers.get(name, [""])[0]


class Wire(Protocol):
    """The way to a service. `origin` is its public address, below which all addresses are."""

    @property
    def origin(self) -> str: ...

    def send(self, method: str, address: str, headers: Mapping[str, str], body: str = "") -> Reply:
        """Sends one request to an address of the service, and follows no redirection."""
        ...


@dataclass(frozen=True)
class HttpWire:
    """The way to a running service."""

    origin: str

    def send(self, method: str, address: str, headers: Mapping[str, str], body: str = "") -> Reply:
        """Sends one request over HTTP."""
        with httpx.Client(verify=NO_TLS_CONTEXT, trust_env=False, timeout=60) as client:
            answer = client.request(method, address, headers=dict(headers), content=body)
        return Reply(answer.status_code, gather_headers(answer.headers.multi_items()), answer.text)


def gather_headers(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each header, by its name in small letters."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), []).append(value)
    return found


@dataclass
class PersonBrowser:
    """One person's browser."""

    wire: Wire
    email: str
    password: str = field(repr=False)
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def consent(self, address: str, profile: str, untick: str = "") -> str:
        """Comes from an app, logs in where that is asked, and allows what is ticked but `untick`.

        Gives the address to which the answer leads. Asserts every step.
        """
        page = self._open(self._led_on(self._visit("GET", address)))
        if 'name="Password"' in page.text:
            page = self._open(self._led_on(self._fill(page, ("Email", self.email), ("Password", self.password))))
        ticked = [("Scope", word) for word in _TICKED.findall(page.text) if word != untick]
        return self._led_on(self._fill(page, ("Profile", profile), *ticked, ("Allow", "yes")))

    def log_out_everywhere(self) -> None:
        """Ends all sessions at the Hub."""
        page = self._open(f"{self.wire.origin}/hub/sessions/end-all")
        done = self._fill(page, place="/hub/sessions/end-all")
        assert "logged out everywhere" in done.text, done

    def _open(self, address: str) -> Reply:
        page = self._visit("GET", address)
        assert page.status == 200, (page.status, page.text[-2000:])
        return page

    def _fill(self, page: Reply, *fields: tuple[str, str], place: str = "/oauth/consent") -> Reply:
        """Sends the form of a page."""
        body = urlencode([*dict(_HIDDEN.findall(page.text)).items(), *fields])
        return self._visit("POST", f"{self.wire.origin}{place}", body)

    def _visit(self, method: str, address: str, body: str = "") -> Reply:
        cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        given = (cookie if self.cookies else {}) | (FORM if body else {})
        answer = self.wire.send(method, address, given, body)
        for line in answer.headers.get("set-cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _led_on(self, answer: Reply) -> str:
        """Where a redirection leads."""
        assert answer.status == 303, (answer.status, answer.text[-2000:])
        place = answer.header("location")
        return f"{self.wire.origin}{place}" if place.startswith("/") else place
