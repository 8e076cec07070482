"""`affino-mcp doctor` on the OAuth door: why there is none, whether apps find it, and what is wrong when they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.oauth_checks import check_oauth_door
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.store.stacks import Stack
from tests.unit.cli.conftest import Terminal

PLACES = OAuthPlaces("https://mcp.orbital.example")
OUTPUT = {"OAuthUrl": PLACES.resource}


def answering(challenge: str | None, status: int = 401, resource: str = PLACES.resource) -> Callable[[], httpx.Client]:
    """Clients of an endpoint whose 401, and whose document, are these."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"resource": resource})
        return httpx.Response(status, headers={} if challenge is None else {"WWW-Authenticate": challenge})

    return lambda: httpx.Client(transport=httpx.MockTransport(answer))


def diagnose(
    terminal: Terminal, make_client: Callable[[], httpx.Client] | None = None, **stack: dict[str, str]
) -> DoctorFinding:
    """The finding on a stack with these outputs and parameters, or locally without any."""
    own = (
        Stack("prod", "eu-west-1", stack.get("outputs", {}), "me", parameters=stack.get("parameters", {}))
        if stack
        else None
    )
    changed = replace(terminal.service, stack=own, make_client=make_client or terminal.service.make_client)
    (found,) = check_oauth_door(changed)
    return found


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({}, "no DomainName"),
        ({"DomainName": "mcp.orbital.example", "BasePath": "crm"}, "BasePath"),
        ({"DomainName": "mcp.orbital.example", "InstanceUrl": "https://people.example"}, "another instance"),
        ({"DomainName": "mcp.orbital.example"}, "deploy it again"),
    ],
    ids=["no-domain", "base-path", "foreign-people", "older-version"],
)
def test_no_door_is_no_illness_and_its_reason_is_said(served: Terminal, parameters: dict[str, str], says: str) -> None:
    found = diagnose(served, parameters=parameters, outputs={"McpUrl": "x"})
    assert (found.ok, found.seen.startswith("none: ")) == (True, True)
    assert says in found.seen


def test_a_local_service_without_a_public_address_says_so(served: Terminal) -> None:
    assert "AFFINO_PUBLIC_URL" in diagnose(served).seen


@pytest.mark.parametrize(
    ("make_client", "ok", "says"),
    [
        (answering(PLACES.challenge()), True, "apps find it"),
        (answering(None), False, "WWW-Authenticate"),
        (answering('Bearer realm="affino-mcp"'), False, "WWW-Authenticate"),
        (answering(PLACES.challenge(), status=403), False, "403 instead of 401"),
        (answering(PLACES.challenge(), resource="https://other.example/oauth/mcp"), False, "names another address"),
    ],
    ids=["well", "header-lost", "header-of-the-other-door", "wrong-status", "another-resource"],
)
def test_a_door_that_apps_do_not_find_is_red(
    served: Terminal, make_client: Callable[[], httpx.Client], ok: bool, says: str
) -> None:
    found = diagnose(served, make_client, outputs=OUTPUT)
    assert found.ok is ok
    assert says in found.seen
    assert bool(found.fix) is not ok
