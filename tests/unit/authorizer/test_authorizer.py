"""The authorizer before the OAuth door: which answer API Gateway is told to give, and that it never opens anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from affino_mcp.authorizer.authorizer import OAuthAuthorizer, Unauthorized
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.scopes import list_needed_scopes
from affino_mcp.http.oauth_places import OAuthPlaces
from tests.oauth_stage import PUBLIC_URL, OAuthStage
from tests.world import WorldClient

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/live/POST/mcp"
CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "get_current_user", "arguments": {}}}


class Post:
    """An app that Edith let in, and the authorizer under its own role."""

    def __init__(self, **granted: str) -> None:
        self.stage = OAuthStage()
        world = self.stage.world
        self.token: str = self.stage.connect(**granted)["access_token"]
        stores = world.stores.opened_by("OAuthAuthorizer", world.settings)
        self.authorizer = OAuthAuthorizer(stores.database, world.settings, world.clock)
        world.watched.calls.clear()

    def decide(self, tool: str = "", **headers: str) -> tuple[str, str]:
        """The effect and the challenge for a request with the app's token, or with these headers."""
        given = headers or {"Authorization": f"Bearer {self.token}"}
        given = given | ({"Mcp-Name": tool} if tool else {})
        event = {"type": "REQUEST", "methodArn": ARN, "headers": given}
        policy = self.authorizer({**event, "multiValueHeaders": {name: [value] for name, value in given.items()}})
        (statement,) = policy["policyDocument"]["Statement"]
        assert (statement["Resource"], statement["Action"]) == (ARN, "execute-api:Invoke")
        return statement["Effect"], policy["context"].get("challenge", "")


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_live_token_is_let_through_after_one_read(post: Post) -> None:
    assert post.decide() == ("Allow", "")
    assert post.stage.world.watched.calls == [("get", post.stage.world.settings.gate_table)]


End = Callable[[Post], object]
ENDS: dict[str, End] = {
    "session over": lambda p: p.stage.world.clock.move(seconds=p.stage.world.settings.session_lifetime),
    "person off": lambda p: p.stage.world.people.change(p.stage.edith, active=False),
    "logged out everywhere": lambda p: p.stage.world.sessions.end_all_sessions(p.stage.edith),
    "given back": lambda p: p.stage.revoke(p.token),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_ended_token_is_told_to_connect(post: Post, name: str) -> None:
    assert post.decide()[0] == "Allow"
    ENDS[name](post)
    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        post.decide()


FORMS: dict[str, Callable[[Post], dict[str, str]]] = {
    "another case": lambda p: {"Authorization": f"Bearer affo_{p.token.removeprefix('affo_').upper()}"},
    "of three headers": lambda p: p.stage.world.log_in(p.stage.profile, p.stage.edith),
    "beside a key": lambda p: {"Authorization": f"Bearer {p.token}", "X-API-Key": "K1"},
    "a basic one": lambda p: {"Authorization": f"Basic {p.token}"},
    "a refresh token": lambda p: {"Authorization": f"Bearer affr_{p.token.removeprefix('affo_')}"},
    "a comma": lambda p: {"Authorization": f"Bearer {p.token}, Bearer {p.token}"},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_none_asks_no_store(post: Post, name: str) -> None:
    headers = FORMS[name](post)
    post.stage.world.watched.calls.clear()
    with pytest.raises(Unauthorized):
        post.decide(**headers)
    assert post.stage.world.watched.calls == []


def test_a_connection_token_is_of_another_door(post: Post) -> None:
    with pytest.raises(Unauthorized):
        post.decide(Authorization=f"Bearer affo_{'0' * 64}")


@pytest.mark.parametrize(
    ("tool", "granted", "effect"),
    [
        ("create_account", "accounts:read", "Deny"),
        ("create_account", "accounts:write", "Allow"),
        ("create_account", "write", "Allow"),
        ("list_accounts", "write", "Deny"),
        ("get_current_user", "accounts:read", "Allow"),
        ("undo_change", "accounts:read", "Allow"),
        ("no_such_tool", "accounts:read", "Allow"),
        ("", "accounts:read", "Allow"),
    ],
)
def test_a_tool_that_was_not_given_is_denied_with_all_that_it_needs(tool: str, granted: str, effect: str) -> None:
    """The gate says what a tool of no family, or one that there is not, gets."""
    found, challenge = Post(scopes=granted).decide(tool)
    assert found == effect
    if effect == "Deny":
        method = METHODS[tool]
        needed = list_needed_scopes(method, f"{method.family}.{method.access}")
        assert challenge == OAuthPlaces(PUBLIC_URL).step_up_challenge(needed)


def test_what_was_declined_is_asked_for_no_more() -> None:
    """The gate answers that the person declined it."""
    assert Post(scopes="accounts:read", declined="contacts:read").decide("list_contacts") == ("Allow", "")


def test_a_store_that_does_not_answer_is_the_gates_to_tell(post: Post) -> None:
    post.stage.world.watched.broken.add(("get", post.stage.world.settings.gate_table))
    assert post.decide() == ("Allow", "")


def test_what_the_authorizer_lets_through_the_gate_refuses_all_the_same(post: Post) -> None:
    """It protects nothing: an app whose profile is off, or that ended a moment ago, gets no further."""
    world = post.stage.world
    handler = world.new_handler()
    app = WorldClient(world, handler, {"Authorization": f"Bearer {post.token}"})
    world.profiles.disable(post.stage.profile.key)
    assert (post.decide()[0], app.send(CALL, path="/oauth/mcp").status) == ("Allow", 403)
    world.profiles.enable(post.stage.profile.key)
    post.stage.revoke(post.token)
    assert app.send(CALL, path="/oauth/mcp").status == 401
    handler.close()
