"""A call to another instance that is given up leaves its cause in the log, and no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from affino_mcp import observability
from affino_mcp.deadline import ANSWER_RESERVE, count_down, deadline
from affino_mcp.settings import Settings
from tests.clients.loopback import serving
from tests.unit.gate.world import PASSWORD, World
from tests.unit.login_edge.desk import EMAIL, Desk
from tests.unit.login_edge.shared_profile import profile_of
from tests.unit.login_edge.test_instance_answers import GOOD, REQUEST_ID, TOKENS, canned

GIVEN_UP = [
    ("no_tokens", "POST login", 200, GOOD | {"AccessToken": "short"}),
    ("no_user_code", "GET user", 200, GOOD | {"UserCode": "../7"}),
    ("too_large", "POST login", 200, GOOD | {"Padding": "x" * 70_000}),
    ("not_json", "POST login", 200, [GOOD]),
    ("http_302", "POST login", 302, {}),
    ("code_-101", "POST login", 401, {"error": {"code": "-101"}}),
    ("http_500", "POST login", 500, {"error": {"code": "our own words"}}),
]


@pytest.mark.parametrize(
    ("error", "operation", "status", "body"), GIVEN_UP, ids=[f"{one[0]} {one[1]}" for one in GIVEN_UP]
)
def test_a_given_up_call_leaves_its_cause(
    caplog: pytest.LogCaptureFixture, lines: None, error: str, operation: str, status: int, body: Any
) -> None:
    with serving(canned(status, json.dumps(body).encode())) as url:
        desk = Desk(World(settings=Settings(instance_url=url)))
        assert desk.login(profile := profile_of(desk.world)).status == 503
    (line,) = [vars(record) for record in caplog.records if record.message == "store unavailable"]
    found = {name: line[name] for name in ("service", "operation", "error", "place", "status", "aws_request_id")}
    assert found == {
        "service": "instance",
        "operation": operation,
        "error": error,
        "place": f"{url.removeprefix('http://')}/rest/demo",
        "status": status,
        "aws_request_id": REQUEST_ID if error not in {"no_tokens", "no_user_code"} else "",
    }
    assert line["attempts"] == 1
    assert line["request_id"]
    shown = repr(caplog.records) + repr(line)
    assert [word for word in (profile.secret, profile.key, PASSWORD, EMAIL, *TOKENS.values()) if word in shown] == []


def test_an_instance_that_is_off_leaves_its_cause(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], lines: None
) -> None:
    desk = Desk(World(settings=Settings(instance_url="http://127.0.0.1:9")))
    desk.login(profile_of(desk.world))
    (line,) = [vars(record) for record in caplog.records if record.message == "store unavailable"]
    assert (line["service"], line["error"], line["status"]) == ("instance", "connect", 0)
    (metric,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if "StoreUnavailable" in line)
    assert (metric["stack"], metric["service"], metric["error"]) == ("local", "instance", "connect")


def test_no_call_is_begun_when_no_time_is_left(caplog: pytest.LogCaptureFixture, lines: None) -> None:
    desk = Desk(World(settings=Settings(instance_url="http://127.0.0.1:9")))
    profile = profile_of(desk.world)
    with deadline(count_down(ANSWER_RESERVE)):
        assert desk.login(profile).status == 503
    (line,) = [vars(record) for record in caplog.records if record.message == "store unavailable"]
    assert (line["service"], line["error"], line["attempts"]) == ("instance", "deadline", 0)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every line of this test be written, whatever tests before it wrote in this second."""
    monkeypatch.setattr(observability, "_fault_lines", observability.LineBudget(100))
