"""All three credentials in one bearer value: let in, refused and logged as with three headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from affino_mcp.gate.identity.row_keys import digest_token
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import Headers, World, WorldClient


def in_one(headers: Headers) -> Headers:
    """The three headers as one value."""
    token = headers["Authorization"].removeprefix("Bearer ")
    return {"Authorization": f"Bearer {headers['X-API-Key']}.{headers['X-API-Secret']}.{token}"}


@pytest.fixture
def headers(world: World) -> Headers:
    return world.log_in(world.create_profile("Agents"), world.create_person("Edith", "Moreau", "Sales"))


def test_a_call_is_the_persons_own(world: World, handler: LambdaHandler, headers: Headers) -> None:
    user = WorldClient(world, handler, in_one(headers)).call_tool("get_current_user").result
    assert (user["Name"], user["ApiProfile"]) == ("Edith Moreau", "Agents")
    assert [(row["person_name"], row["profile_name"], row["outcome"]) for row in world.audit_rows()] == [
        ("Edith Moreau", "Agents", "ok")
    ]


def switch_profile_off(world: World, key: str, token: str) -> None:
    world.profiles.disable(key)


def regenerate_secret(world: World, key: str, token: str) -> None:
    world.profiles.regenerate_secret(key)


def log_out(world: World, key: str, token: str) -> None:
    world.sessions.end_session(world.sessions.resolve_token(token)[1].user_code, digest_token(token))


@pytest.mark.parametrize("switch", [switch_profile_off, regenerate_secret, log_out])
def test_every_switch_is_obeyed_as_with_three_headers(
    world: World, handler: LambdaHandler, headers: Headers, switch: Callable[[World, str, str], None]
) -> None:
    clients = [WorldClient(world, handler, form) for form in (headers, in_one(headers))]
    assert [client.call_tool("get_current_user").status for client in clients] == [200, 200]
    switch(world, headers["X-API-Key"], headers["Authorization"].removeprefix("Bearer "))
    apart, one = (client.call_tool("get_current_user") for client in clients)
    assert apart.status in {401, 403}
    assert (one.status, one.document) == (apart.status, apart.document)


@pytest.mark.parametrize("part", range(3), ids=["key", "secret", "token"])
def test_a_wrong_part_is_answered_as_with_three_headers(
    world: World, handler: LambdaHandler, headers: Headers, part: int
) -> None:
    name = ["X-API-Key", "X-API-Secret", "Authorization"][part]
    wrong = headers | {name: headers[name][:-1] + ("a" if headers[name][-1] != "a" else "b")}
    apart, one = (WorldClient(world, handler, form).call_tool("get_current_user") for form in (wrong, in_one(wrong)))
    assert (one.status, one.document) == (401, apart.document)


@pytest.mark.parametrize(
    "text",
    [
        "affc_" + "0123456789abcdef" * 4,
        "affo_" + "ab" * 32,
        "affr_" + "0" * 64,
        "Ab1" * 5 + "." + "Sec7" * 10 + ".{token}",
    ],
    ids=["connection token", "access token", "refresh token", "one value"],
)
def test_no_such_value_is_in_the_log(world: World, handler: LambdaHandler, headers: Headers, text: str) -> None:
    secret = text.format(token="2b1c7f9e-0a5d-4c3e-9f10-aabbccddeeff")
    client = WorldClient(world, handler, in_one(headers))
    client.call_tool("create_account", Name="Orbital", Notes=f"the value is {secret}, keep it")
    assert secret not in str(world.audit_rows())
    assert "withheld" in str(world.audit_rows())


def test_the_parts_of_the_call_are_not_in_the_log(world: World, handler: LambdaHandler, headers: Headers) -> None:
    client = WorldClient(world, handler, in_one(headers))
    token = headers["Authorization"].removeprefix("Bearer ")
    client.call_tool("create_account", Name="Orbital", Notes=f"{token} and {headers['X-API-Secret']}")
    rows = str(world.audit_rows())
    assert token not in rows
    assert headers["X-API-Secret"] not in rows
