"""What programs ask besides methods leaves rows as over MCP: a handshake when it is refused, what is charged always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from affino_mcp.gate.profiles.handshake_budget import CLIENT_LIMIT
from affino_mcp.gate.profiles.profile import Profile
from tests.rest_client import RestClient
from tests.world import World


@pytest.fixture
def client() -> Iterator[RestClient]:
    world = World(kind="builtin")
    person = world.create_person("Sam", "Manager", "Sales Managers")
    opened = RestClient.open(world, world.create_profile(rest=True), person)
    yield opened
    opened.handler.close()


def rows(client: RestClient) -> list[tuple[str, int, str, str]]:
    found = client.world.audit_rows()
    return [(row["method"], row["status"], row["channel"], row["result"]) for row in found]


def test_what_is_offered_is_asked_without_a_row(client: RestClient) -> None:
    first = client.get("")
    assert client.with_headers(If_None_Match=first.headers["etag"]).get("").status == 304
    assert rows(client) == []


@pytest.mark.parametrize("path", ["", "/requests/k-1"])
@pytest.mark.parametrize(
    ("refuse", "status", "result"),
    [
        pytest.param(lambda world, _: world.clock.move(hours=2), 401, "refused: session_expired", id="expired"),
        pytest.param(
            lambda world, profile: world.profiles.disable(profile.key), 403, "refused: profile_disabled", id="off"
        ),
    ],
)
def test_a_refused_question_leaves_a_row(
    client: RestClient, refuse: Callable[[World, Profile], Any], status: int, result: str, path: str
) -> None:
    refuse(client.world, client.profile)
    assert client.get(path).status == status
    assert rows(client) == [(f"GET /v2{path.removesuffix('/k-1')}", status, "rest", result)]


def test_who_asks_too_often_is_told_and_leaves_a_row(client: RestClient) -> None:
    assert {client.get("").status for _ in range(CLIENT_LIMIT.burst)} == {200}
    assert client.get("").status == 429
    assert rows(client) == [("GET /v2", 429, "rest", "refused: rate_limited")]


def test_a_question_for_an_outcome_counts_as_a_call_and_has_its_row(client: RestClient) -> None:
    client.with_headers(Idempotency_Key="k-1").post("/accounts", Name="Once")
    assert client.get("/requests/k-1").document["Outcome"] == "applied"
    row = client.world.audit_rows()[-1]
    assert (row["method"], row["result"]) == ("GET /v2/requests", "outcome told: applied")
    assert (row["record"], row["arguments"], row["person_name"]) == ("R#accounts#1", {"id": "k-1"}, "Sam Manager")


def test_a_service_that_closes_its_log_leaves_a_row_when_it_is_refused(client: RestClient) -> None:
    service = client.with_headers(AccessToken="")
    assert service.get("/requests/k-1", UserCode=1).status == 200
    assert rows(client) == []
    client.world.profiles.disable(client.profile.key)
    assert service.get("/requests/k-1", UserCode=1).status == 403
    assert [row[:2] for row in rows(client)] == [("GET /v2/requests", 403)]
