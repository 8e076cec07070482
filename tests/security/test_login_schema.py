"""Generated requests at the login endpoints, by their own OpenAPI document: every answer is one that it promises.

Most requests are signed on their way, and half of them carry real tokens, so that what is generated also gets past the
signature. AFFINO_TEST_CASES says how many cases (5,000 before a release, fewer in `make test`).
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.catalogue.routes import ROUTES
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.login_edge.openapi import openapi_document
from affino_mcp.login_edge.rest import REST_ROUTES
from tests.clients.loopback import serving
from tests.security.figures import Figures
from tests.unit.gate.world import World
from tests.unit.login_edge.desk import Desk

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = ROOT / ".tools/schemathesis/bin/schemathesis"
CASES = int(os.environ.get("AFFINO_TEST_CASES", "300"))  # noqa: TID251 (how long the run may take)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@dataclass
class Signing:
    """Signs three requests of four with a real secret, and gives half of those real tokens."""

    desk: Desk
    profile: Profile
    statuses: Counter[int] = field(default_factory=Counter)
    pair: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        turn = self.statuses.total() % 4
        body = await _whole(receive)
        if turn and not scope["path"].endswith(".json"):
            scope = {**scope, "headers": self._signed(scope, body, real=turn > 1)}

        async def received() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        await self.desk.app(scope, received, noted)

    def _signed(self, scope: Any, body: bytes, *, real: bool) -> list[tuple[bytes, bytes]]:
        world = self.desk.world
        world.clock.move(2)  # so that the guard's windows begin and end
        path = scope["path"].rstrip("/")
        fresh = signed_headers(scope["method"], path, body, self.profile.key, self.profile.secret, world.clock())
        if real:
            fresh |= self._tokens()
        new = [(name.lower().encode(), value.encode()) for name, value in fresh.items()]
        replaced = {name for name, _ in new} | {b"md5"}
        return [*(pair for pair in scope["headers"] if pair[0] not in replaced), *new]

    def _tokens(self) -> dict[str, str]:
        """Real tokens; replaced from time to time, because generated requests use them up and log them out."""
        if self.statuses.total() % 20 in {2, 3} or not self.pair:
            issued = self.desk.world.sessions.create_session(7, self.profile.key)
            self.pair = {"AccessToken": issued.access_token, "RefreshToken": issued.refresh_token}
        return self.pair


async def _whole(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_generated_request_gets_an_answer_that_is_not_promised(tmp_path: Path, figures: Figures) -> None:
    if not SCHEMATHESIS.exists():
        pytest.skip("schemathesis is not installed; 'make test' installs it")
    desk = Desk(World())
    app = Signing(desk, desk.staffed())
    with serving(app) as url:
        words = ["run", f"{url}/rest/demo/openapi.json", "--phases", "examples,coverage,fuzzing", "--mode", "all"]
        words += ["--checks", ",".join(CHECKS), "--max-examples", str(CASES // len(REST_ROUTES)), "--workers", "1"]
        words += ["--include-path-regex", f"^/({'|'.join(REST_ROUTES)})$"]
        words += ["--seed", "4", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]
        done = subprocess.run([SCHEMATHESIS, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    print(done.stdout[-1500:], dict(app.statuses))  # noqa: T201 (what `-s` shows of the run)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert app.statuses.total() >= CASES
    assert not [status for status in app.statuses if status >= 500]
    assert {200, 400, 401, 429} <= set(app.statuses), "the run got past the signature, and the guard was at work"
    figures.record("generated requests at the login calls", tried=app.statuses.total())


def test_the_document_names_every_call() -> None:
    paths = openapi_document("demo")["paths"]
    named = {path.strip("/"): next(iter(calls)).upper() for path, calls in paths.items()}
    assert named.items() >= {name: route.method for name, route in REST_ROUTES.items()}.items()
    told = {(verb.upper(), path.removeprefix("/v2")) for path, verbs in paths.items() for verb in verbs}
    assert told >= {(route.verb, route.path) for route in ROUTES}


def test_the_document_is_served_without_a_signature() -> None:
    reply = Desk(World()).send([], b"", "GET", "/rest/demo/openapi.json")
    assert (reply.status, reply.body) == (200, openapi_document("demo"))
