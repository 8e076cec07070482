"""Generated requests at both versions of the REST API, by their OpenAPI document: only answers that it promises, none is 500.

Nearly all requests are signed on their way and carry a real token, so that what is generated reaches the methods.
AFFINO_TEST_CASES says how many cases (2,000 before a release, fewer in `make test`).
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from affino_mcp import wiring
from affino_mcp.catalogue.routes import ROUTES
from affino_mcp.catalogue.version1_document import VERSION_1_CALLS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.rest_edge.request import is_rest_path
from tests.clients.loopback import serving
from tests.clock import TestClock
from tests.security.figures import Figures
from tests.world import World

SCHEMATHESIS = Path(__file__).parents[2] / ".tools/schemathesis/bin/schemathesis"
CASES = int(os.environ.get("AFFINO_TEST_CASES", "300"))  # noqa: TID251 (how long the run may take)
OPERATIONS = len(ROUTES) + len(VERSION_1_CALLS)
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@dataclass
class SigningProgram:
    """A program in front of the REST API that signs nine requests of ten, as a person who may do everything."""

    world: World
    profile: Profile
    person: int
    rest: ASGIApp
    login: ASGIApp
    statuses: Counter[int] = field(default_factory=Counter)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not is_rest_path(scope["path"]):
            await self.login(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        scope = {**scope, "headers": self._signed(scope, body)}

        async def received() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.statuses[message["status"]] += 1
            await send(message)

        await self.rest(scope, received, noted)

    def _signed(self, scope: Any, body: bytes) -> list[tuple[bytes, bytes]]:
        if self.statuses.total() % 10 == 9:
            return list(scope["headers"])
        self.world.clock.move(1)
        path, secret = scope["path"].rstrip("/"), self.profile.secret
        fresh = signed_headers(scope["method"], path, body, self.profile.key, secret, self.world.clock())
        fresh["AccessToken"] = self.world.sessions.create_session(self.person, self.profile.key).access_token
        new = [(name.lower().encode(), value.encode()) for name, value in fresh.items()]
        replaced = {name for name, _ in new} | {b"md5"}
        return [*(pair for pair in scope["headers"] if pair[0] not in replaced), *new]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_generated_request_gets_an_answer_that_is_not_promised(tmp_path: Path, figures: Figures) -> None:
    if not SCHEMATHESIS.exists():
        pytest.skip("schemathesis is not installed; 'make test' installs it")
    world = World(clock=TestClock(datetime.now(UTC)))
    person = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    rest = wiring.build_rest_app(world.settings, world.stores, world.clock, on_undeclared=world.undeclared)
    login = wiring.build_login_app(world.settings, world.stores, world.clock)
    program = SigningProgram(world, world.create_profile(rest=True), person, rest, login)
    with serving(program) as url:
        words = ["run", f"{url}/rest/demo/openapi.json", "--phases", "fuzzing", "--mode", "all", "--checks", CHECKS]
        words += [
            "--include-path-regex",
            "^/(v2|crm)",
            "--max-examples",
            str(ceil(CASES / OPERATIONS)),
            "--workers",
            "1",
        ]
        words += ["--seed", "4", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]
        done = subprocess.run([SCHEMATHESIS, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    print(done.stdout[-1500:], dict(program.statuses))  # noqa: T201 (what `-s` shows of the run)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert not [status for status in program.statuses if status >= 500]
    assert {200, 400, 401, 404} <= set(program.statuses), "the run got past the signature"
    figures.record("generated requests at the REST API", tried=program.statuses.total())
