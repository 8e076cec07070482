"""An AWS that refuses everything: each door answers 503 and says who can fix it; the log holds the cause and no secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from affino_mcp import observability, wiring
from affino_mcp.clock import utc_now
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from tests.clients.refusing_aws import REQUEST_ID, refusing_aws
from tests.world import World, WorldClient

CAUSES = ["AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException", "ExpiredTokenException"]
SECRET, KEY, TOKEN = "s3cr3t" * 7, "K3Y" + "x" * 13, "0f0e0d0c-1111-4222-8333-444455556666"
PASSWORD, EMAIL = "correct horse battery staple", "jane@orbital.example"
CANARIES = (SECRET, KEY, TOKEN, PASSWORD, EMAIL, "arn:aws:sts")
FIELDS = {"service", "operation", "place", "error", "status", "aws_request_id", "attempts", "duration_ms", "request_id"}


@pytest.fixture(params=CAUSES)
def cause(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def settings(cause: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of a function whose AWS refuses everything for this cause."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDNOBODY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    monkeypatch.setattr(observability, "_fault_lines", observability.LineBudget(100))  # not used up by another test
    with refusing_aws(cause) as endpoint:
        yield Settings(aws_endpoint=endpoint, stack="orbital")


def told(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], cause: str) -> list[dict[str, Any]]:
    """The lines with the cause, after checks of all lines and metrics for what may not be in them."""
    lines, metrics = [vars(record) for record in caplog.records], capsys.readouterr().out
    assert [word for word in CANARIES if word in repr(lines) + metrics] == []
    found = [line for line in lines if line["message"] == "store unavailable"]
    assert found
    for line in found:
        assert set(line) >= FIELDS
        assert (line["service"], line["error"], line["aws_request_id"]) == ("dynamodb", cause, REQUEST_ID)
        assert (line["status"], line["attempts"]) == (400, 1)
        assert line["place"].startswith("affino-mcp-")
    counted = [json.loads(line) for line in metrics.splitlines() if '"StoreUnavailable"' in line]
    assert {(one["service"], one["error"]) for one in counted} == {("dynamodb", cause)}
    assert '"StoreAccessRefused"' in metrics
    return found


def test_a_call(
    cause: str, settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(settings=settings)
    handler = LambdaHandler(wiring.build_mcp_app(settings, in_thread=False), settings.stage)
    headers = {"Authorization": f"Bearer {TOKEN}", "X-API-Key": KEY, "X-API-Secret": SECRET}
    answer = WorldClient(world, handler, headers).call_tool("list_accounts")
    handler.close()
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    data = answer.document["error"]["data"]
    assert (data["type"], data["who_can_fix"], data["retry_after"]) == ("unavailable", "operator", 30)
    assert {line["request_id"] for line in told(caplog, capsys, cause)} == {"req-1"}


def test_a_login(
    cause: str, settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world, path = World(settings=settings), "/rest/demo/login"
    body = json.dumps({"Email": EMAIL, "Password": PASSWORD})
    signed = signed_headers("POST", path, body.encode(), KEY, SECRET, utc_now())
    handler = AsgiLambdaHandler(wiring.build_login_function(settings), settings.stage)
    answer = handler(world.make_event(body, {**signed, "User-Agent": "test"}, path), None)
    handler.close()
    assert answer["statusCode"] == 503
    assert int(answer["headers"]["retry-after"]) >= 1
    assert {line["request_id"] for line in told(caplog, capsys, cause)} == {"req-1"}


async def ask(app: Any, method: str, path: str, **given: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://mcp.orbital.example") as client:
        return await client.request(method, path, **given)


def test_a_screen(
    cause: str, settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    cookies = {"Cookie": f"__Host-affino-control=7.{TOKEN}"}
    answer = asyncio.run(ask(wiring.build_control_app(settings), "GET", "/control/profiles", headers=cookies))
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "30"), answer.headers
    assert "affino-mcp doctor" in answer.text
    (request_id,) = {line["request_id"] for line in told(caplog, capsys, cause)}
    assert request_id in answer.text


def test_a_sign_in(
    cause: str, settings: Settings, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    form = {"csrf": "x" * 20, "email": EMAIL, "password": PASSWORD}
    headers = {"Cookie": f"__Host-affino-control-form={'x' * 20}"}
    answer = asyncio.run(
        ask(wiring.build_sign_in_app(settings), "POST", "/control/sign-in", data=form, headers=headers)
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    (request_id,) = {line["request_id"] for line in told(caplog, capsys, cause)}
    assert request_id in answer.text
