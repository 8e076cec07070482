"""The login function's handler with whole API Gateway events and answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from tests.unit.gate.world import ALL, PASSWORD, World
from tests.unit.login_edge.desk import Desk

EVENTS = Path(__file__).parents[3] / "events"
SIGNED_WITH = {16: "EventKey00000001", 40: "event0secret0that0is0not0a0secret0at0all"}
"""What the signatures in the events were made with: the texts that a profile's key and secret are drawn as."""


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"login_{name}.json").read_text())
    return found


@pytest.fixture
def handler(desk: Desk) -> Iterator[AsgiLambdaHandler]:
    world = desk.world
    Profiles(world.db, world.secrets, world.settings, world.clock, SIGNED_WITH.__getitem__).create("events", ALL)
    world.person(7)
    world.passwords.set_password(7, PASSWORD)
    handler = AsgiLambdaHandler(desk.app, world.settings.stage)
    yield handler
    handler.close()


@pytest.mark.parametrize(
    ("name", "status", "result"),
    [
        ("ok", 200, "ok"),
        ("wrong_password", 401, "wrong_login"),
        ("unknown_email", 401, "wrong_login"),
        ("bad_signature", 401, "bad_signature"),
        ("stale_timestamp", 401, "bad_signature"),
        ("body_changed", 401, "bad_signature"),
        ("key_twice", 401, "bad_signature"),
        ("no_user_agent", 400, "no_user_agent"),
        ("bad_body", 400, "bad_password"),
        ("other_instance", 404, "no_such_path"),
        ("wrong_method", 405, "method_not_allowed"),
        ("refresh_unknown", 401, "token_unknown"),
        ("logout_without_token", 401, "token_unknown"),
    ],
    ids=str,
)
def test_events(desk: Desk, handler: AsgiLambdaHandler, name: str, status: int, result: str) -> None:
    answer = handler(event(name), None)
    assert answer["statusCode"] == status
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["x-request-id"] == event(name)["requestContext"]["requestId"]
    assert set(json.loads(answer["body"])) == (
        {"AccessToken", "RefreshToken", "Expires"} if status == 200 else {"error"}
    )
    (line,) = desk.lines
    assert (line["status"], line["result"]) == (status, result)
    assert line["source"] == "198.51.100.7"  # from the request context, not from X-Forwarded-For


def test_the_line_names_person_profile_and_session(desk: Desk, handler: AsgiLambdaHandler) -> None:
    handler(event("ok"), None)
    (session,) = desk.world.sessions.list_sessions(7)
    (line,) = desk.lines
    assert (line["user_code"], line["profile"], line["session"]) == (7, SIGNED_WITH[16], session.fingerprint)
    handler(event("wrong_password"), None)
    assert (desk.lines[1]["user_code"], desk.lines[1]["session"]) == (7, "")


def test_a_page_links_below_the_stage_only_where_the_stage_is_part_of_the_address(handler: AsgiLambdaHandler) -> None:
    page = json.loads((EVENTS / "hub_login_page.json").read_text())
    answer = handler(page, None)
    assert answer["statusCode"] == 200
    assert 'action="/live/hub/login"' in answer["body"]
    assert answer["headers"]["set-cookie"].startswith("__Host-affino-form=")
    page["requestContext"]["path"] = "/hub/login"
    assert 'action="/hub/login"' in handler(page, None)["body"]


def test_every_event_is_tried() -> None:
    tried = next(mark for mark in test_events.pytestmark if mark.name == "parametrize").args[1]  # type: ignore[attr-defined]
    assert {path.stem.removeprefix("login_") for path in EVENTS.glob("login_*.json")} == {name for name, _, _ in tried}


def test_the_function_starts_without_the_mcp_libraries() -> None:
    script = (
        "import sys, functions.login_proxy.app as app; assert callable(app.handler);"
        "print([m for m in ('fastmcp', 'mcp', 'starlette.requests', 'boto3', 'jinja2', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=EVENTS.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_other_scopes_are_left_alone() -> None:
    coroutine = Desk(World()).app({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        coroutine.send(None)
