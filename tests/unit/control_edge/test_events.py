"""The two functions that serve the Control Centre, from whole API Gateway events to whole answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affino_mcp import wiring
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from tests.unit.control_edge.desk import OperatorBrowser

EVENTS = Path(__file__).parents[3] / "events"


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"control_{name}.json").read_text())
    return found


def header(answer: dict[str, Any], name: str) -> list[str]:
    """All values of a response header."""
    many = {key.lower(): values for key, values in answer.get("multiValueHeaders", {}).items()}
    single = {key.lower(): [value] for key, value in answer.get("headers", {}).items()}
    found: list[str] = {**single, **many}.get(name, [])
    return found


@pytest.fixture
def door(desk: OperatorBrowser) -> Iterator[AsgiLambdaHandler]:
    """The handler of the login function."""
    world = desk.world
    handler = AsgiLambdaHandler(
        wiring.build_login_function(world.settings, world.stores, world.clock), world.settings.stage
    )
    yield handler
    handler.close()


@pytest.fixture
def centre(desk: OperatorBrowser) -> Iterator[AsgiLambdaHandler]:
    """The handler of the Control Centre's function."""
    world = desk.world
    handler = AsgiLambdaHandler(
        wiring.build_control_app(world.settings, world.stores, world.clock), world.settings.stage
    )
    yield handler
    handler.close()


def test_the_door_shows_its_form_below_the_stage(door: AsgiLambdaHandler) -> None:
    answer = door(event("sign_in_page"), None)
    assert answer["statusCode"] == 200
    assert 'action="/live/control/sign-in"' in answer["body"]
    assert 'name="next" value="/profiles"' in answer["body"]
    assert header(answer, "set-cookie")[0].startswith("__Host-affino-control-form=")


def test_an_operator_comes_from_the_door_into_the_centre(
    desk: OperatorBrowser, door: AsgiLambdaHandler, centre: AsgiLambdaHandler
) -> None:
    desk.person("Olivia", "Park", "Operators")
    answer = door(event("sign_in"), None)
    assert (answer["statusCode"], header(answer, "location")) == (303, ["/live/control/profiles"])
    (cookie,) = [c for c in header(answer, "set-cookie") if c.startswith("__Host-affino-control=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    asked = event("profiles")
    asked["headers"]["Cookie"] = asked["multiValueHeaders"]["Cookie"][0] = cookie.split(";")[0]
    shown = centre(asked, None)
    assert shown["statusCode"] == 200
    assert 'href="/live/control/profiles/new"' in shown["body"]
    assert shown["isBase64Encoded"] is False


@pytest.mark.parametrize("name", ["profiles", "forged_form"])
def test_a_made_up_visit_leads_to_the_door(centre: AsgiLambdaHandler, name: str) -> None:
    answer = centre(event(name), None)
    assert answer["statusCode"] == 303
    assert header(answer, "location")[0].startswith("/live/control/sign-in?next=")


def test_the_centre_alone_cannot_let_anybody_in(desk: OperatorBrowser, centre: AsgiLambdaHandler) -> None:
    desk.person("Olivia", "Park", "Operators")
    answer = centre(event("sign_in"), None)
    assert answer["statusCode"] == 404
    assert not header(answer, "set-cookie")


def test_another_address_is_not_believed(
    desk: OperatorBrowser, door: AsgiLambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    desk.person("Olivia", "Park", "Operators")
    sent = event("sign_in")
    sent["headers"]["X-Forwarded-For"] = sent["multiValueHeaders"]["X-Forwarded-For"][0] = "192.0.2.1"
    caplog.set_level("INFO")
    door(sent, None)
    (line,) = [vars(record) for record in caplog.records if record.getMessage() == "control sign-in"]
    assert line["source"] == sent["requestContext"]["identity"]["sourceIp"]
    assert "calm" not in str(line)


@pytest.mark.parametrize("page", ["sign_in_page", "profiles"])
def test_every_picture_style_and_script_of_a_page_leaves_the_function_as_text(
    door: AsgiLambdaHandler, centre: AsgiLambdaHandler, page: str
) -> None:
    """API Gateway would pass Base64 on as it is, because no type is declared as binary."""
    shown = door(event("sign_in_page"), None)["body"]
    found = set(re.findall(r'(?:href|src)="/live(/control/static/[^"]+)"', shown))
    assert {Path(address).suffix for address in found} == {".css", ".js", ".svg"}
    for address in found:
        asked = event(page) | {"path": address, "resource": "/control/{proxy+}", "queryStringParameters": None}
        answer = centre(asked | {"multiValueQueryStringParameters": None}, None)
        assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False), address
        assert answer["body"].strip()
