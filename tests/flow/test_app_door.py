"""The OAuth door: apps come in with their own tokens alone, and may do what profile, person and scopes allow together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from affino_mcp.mcp_edge.app_door import CONNECT_AGAIN
from affino_mcp.settings import Settings
from tests.flow.apps import CALL, DOOR, PLACES, App, connection, packed, three_headers
from tests.world import Headers, Response, World, WorldClient


@pytest.fixture
def app() -> Iterator[App]:
    made = App()
    yield made
    made.close()


def is_told_to_connect(answer: Response) -> bool:
    """True for the one 401 of the door, which API Gateway's own is the same as."""
    challenged = answer.headers["www-authenticate"] == PLACES.challenge()
    return (answer.status, answer.document, challenged) == (401, CONNECT_AGAIN, True)


def test_a_call_is_the_persons_own(app: App) -> None:
    user = app.call("get_current_user").result
    assert (user["Name"], user["ApiProfile"]) == ("Edith Moreau", "Agents")
    (row,) = app.world.audit_rows()
    assert (row["person_name"], row["profile_name"], row["outcome"]) == ("Edith Moreau", "Agents", "ok")


def test_store_calls_are_as_many_as_with_a_connection_token(app: App) -> None:
    """One read and one write of the gate for a call; two reads for a handshake."""
    app.call("list_accounts")
    counts = []
    for message in ({**CALL, "params": {"name": "list_accounts", "arguments": {}}}, {**CALL, "method": "ping"}):
        app.world.watched.calls.clear()
        app.send(message)
        counts.append([name for name, table in app.world.watched.calls if table == app.world.settings.gate_table])
    assert counts == [["get_many", "update"], ["get_many", "get"]]


def access_token(app: App) -> Headers:
    return {"Authorization": three_headers(app)["Authorization"]}


def refresh_token(app: App) -> Headers:
    return {"Authorization": f"Bearer {app.stage.connect()['refresh_token']}"}


def beside_a_key(app: App) -> Headers:
    return {"Authorization": f"Bearer {app.token}", "X-API-Key": app.stage.profile.key}


def in_capitals(app: App) -> Headers:
    return {"Authorization": f"Bearer affo_{app.token.removeprefix('affo_').upper()}"}


def unknown(_: App) -> Headers:
    return {"Authorization": f"Bearer affo_{'0' * 64}"}


WRONG_HERE: list[Callable[[App], Headers]] = [
    three_headers,
    access_token,
    packed,
    connection,
    refresh_token,
    beside_a_key,
    in_capitals,
    unknown,
    lambda app: {"X-API-Key": app.token},
    lambda app: {"Authorization": f"Basic {app.token}"},
    lambda app: {"Cookie": f"access_token={app.token}"},
    lambda _app: {},
]


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE", "PUT"])
def test_without_a_token_every_method_is_told_where_to_connect(app: App, method: str) -> None:
    """Clients ask with GET first; a right token then learns that only POST is served."""
    assert is_told_to_connect(app.client_with({}).send(CALL, path=DOOR, method=method))
    assert app.send(CALL, method=method).status == (200 if method == "POST" else 405)


def test_no_other_credential_opens_the_door(app: App) -> None:
    """Of any other door, of another use, beside another one, in another place: each is the same 401."""
    for headers in (make(app) for make in WRONG_HERE):
        assert is_told_to_connect(app.client_with(headers).send(CALL, path=DOOR)), headers


def test_a_token_in_query_or_body_is_none(app: App) -> None:
    event = app.world.make_event({**CALL, "access_token": app.token}, {}, path=DOOR)
    event |= {"multiValueQueryStringParameters": {"access_token": [app.token]}}
    assert app.handler(event, None)["statusCode"] == 401
    assert app.token not in str(app.world.audit_rows())


@pytest.mark.parametrize("path", ["/mcp", "/mcp/x/accounts"])
def test_an_apps_token_opens_no_other_door(app: App, path: str) -> None:
    """And what is told there says nothing of OAuth."""
    refused = app.client.send(CALL, path=path)
    assert (refused.status, refused.document["error"]["data"]["type"]) == (401, "authentication_error")
    assert "resource_metadata" not in refused.headers["www-authenticate"]


def test_guesses_are_counted_and_right_tokens_pass(app: App) -> None:
    guesser = app.client_with(unknown(app))
    statuses = [guesser.send(CALL, path=DOOR).status for _ in range(22)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert app.call("get_current_user").status == 200
    assert app.client_with({}).send(CALL, path=DOOR).status == 401, "no token is no guess"


@pytest.mark.parametrize("given", [Settings(), Settings(public_url="https://other.example")], ids=["off", "elsewhere"])
def test_under_another_name_there_is_nothing(given: Settings) -> None:
    world = World(settings=given)
    handler = world.new_handler()
    answer = WorldClient(world, handler, {}).send(CALL, path=DOOR)
    handler.close()
    assert (answer.status, answer.document["error"]["data"]["type"]) == (404, "path_not_found")


def test_a_session_that_is_over_is_told_to_connect_and_nothing_of_a_login_link(app: App) -> None:
    app.world.clock.move(seconds=app.world.settings.session_lifetime)
    assert is_told_to_connect(app.call("get_current_user"))
    assert app.world.audit_rows()[-1]["error"]["type"] == "session_expired"


@pytest.mark.parametrize("path", ["/oauth/mcp", "/mcp"], ids=["with-the-base-path", "without-it"])
def test_the_api_that_is_mapped_at_oauth_leads_to_the_door(app: App, path: str) -> None:
    """Whether the gateway leaves the base path in the event or not; never to the door of three headers."""
    event = app.world.make_event(CALL, {"Authorization": f"Bearer {app.token}"}, path=path)
    event |= {"stageVariables": {"basePath": "oauth"}}
    event["requestContext"] |= {"domainName": "demo.example", "path": "/oauth/mcp"}
    assert app.handler(event, None)["statusCode"] == 200
    event["headers"] = event["multiValueHeaders"] = {}
    assert app.handler(event, None)["statusCode"] == 401
