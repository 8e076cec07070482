"""The running service under test: its connection file, its command line and plain HTTP calls."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from affino_mcp.local.network import NO_TLS_CONTEXT
from tests.clients.agent import Target

COMMAND = Path(sys.executable).with_name("affino-mcp")
COMMAND_LIMIT = 120
ECHO = "request-7"
_names = count(1)


@dataclass(frozen=True)
class Service:
    """One running service, named by its connection file."""

    connection: Path

    @cached_property
    def target(self) -> Target:
        """The endpoint with the three headers of the demo profile `all` and the sales manager."""
        return Target(self._document["mcp_url"], self._document["headers"])

    def person(self, role: str) -> int:
        """The user code of one of the demo's people."""
        code: int = self._document["people"][role]["user_code"]
        return code

    def login(self, role: str) -> tuple[str, str]:
        """E-mail address and password of one of the demo's people."""
        person = self._document["people"][role]
        return person["email"], person["password"]

    def command(self, *words: str) -> Any:
        """Runs `affino-mcp` on this service; gives its JSON answer."""
        return command(*words, "--connection", str(self.connection), "--json")

    def profile(self, *families: str, rate: int = 6000) -> Target:
        """Creates a profile; gives the endpoint with the profile's key and secret and the same person."""
        switches = [word for family in families for word in ("--family", family)]
        named = ["--name", f"clients-{next(_names)}", "--rate", str(rate)]
        made = self.command("profile", "create", *named, *switches)
        keys = {"X-API-Key": made["key"], "X-API-Secret": made["secret"]}
        return Target(self.target.url, {**self.target.headers, **keys})

    def acting(self, role: str, profile: str) -> Target:
        """Logs one of the demo's people in; gives the endpoint with the token, and the key and secret of this demo profile."""
        token = self.command("login", "--person", role, "--profile", profile)["access_token"]
        keys = self._document["profiles"][profile]
        headers = {"Authorization": f"Bearer {token}", "X-API-Key": keys["key"], "X-API-Secret": keys["secret"]}
        return Target(self.target.url, headers)

    def switch_off(self, target: Target) -> None:
        """Disables the profile of `target`."""
        self.command("profile", "disable", target.headers["X-API-Key"])

    @cached_property
    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.connection.read_text())
        return document


def command(*words: str) -> Any:
    """Runs `affino-mcp` with these arguments; gives its JSON answer, and fails the test when the exit code is not 0."""
    done = subprocess.run(
        [COMMAND, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_LIMIT, check=False
    )
    assert done.returncode == 0, f"affino-mcp {words[:2]}: {done.stderr[-2000:]}"
    return json.loads(done.stdout)


def post(target: Target, method: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
    """Sends one JSON-RPC request over plain HTTP, as a 2025 client without a handshake, with the id ECHO."""
    body = {"jsonrpc": "2.0", "id": ECHO, "method": method, "params": dict(params or {})}
    accept = {"Accept": "application/json, text/event-stream"}
    with httpx.Client(verify=NO_TLS_CONTEXT, trust_env=False, timeout=60) as client:
        return client.post(target.url, json=body, headers={**target.headers, **accept})


def call(target: Target, tool: str, arguments: Mapping[str, Any]) -> httpx.Response:
    """Sends one tools/call over plain HTTP."""
    return post(target, "tools/call", {"name": tool, "arguments": dict(arguments)})


def result_of(response: httpx.Response) -> dict[str, Any]:
    """The structured content of the answer to a tools/call."""
    content: dict[str, Any] = response.json()["result"]["structuredContent"]
    return content


def refusal(target: Target, status: int) -> str:
    """The text with which the service refuses a call.

    Asserts what every refusal has: this status, the id of the request, and `Retry-After` when waiting helps.
    """
    response = call(target, "list_accounts", {})
    assert (response.status_code, response.json()["id"]) == (status, ECHO)
    assert ("Retry-After" in response.headers) == (status == 429)
    text: str = response.json()["error"]["message"]
    return text
