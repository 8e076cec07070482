"""The token address: which code and which refresh token gives tokens, what each refusal says, and what it spends."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.gate.grants.oauth_client import OAuthClient
from affino_mcp.gate.identity.row_keys import new_prefixed_token
from tests.oauth_stage import REQUEST, VERIFIER, OAuthStage


@pytest.fixture
def stage() -> OAuthStage:
    return OAuthStage()


def error_of(answer: Any) -> tuple[int, str]:
    """The status and OAuth's word of a refusal."""
    return answer.status_code, answer.json()["error"]


def test_a_code_gives_a_pair_of_opaque_tokens(stage: OAuthStage) -> None:
    answer = stage.redeem(stage.consent(scopes="read accounts:write"))
    tokens = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, "read accounts:write")
    session = stage.session(tokens["access_token"])
    assert session is not None
    assert (session.client_id, session.client_proof, session.profile) == (REQUEST.client_id, "cimd", stage.profile.key)
    assert (session.grant, sorted(session.scopes)) == (stage.grant().grant, ["accounts:write", "read"])


def test_nothing_that_lets_in_is_stored_or_logged(stage: OAuthStage) -> None:
    code = stage.consent()
    tokens = stage.redeem(code).json()
    stage.refresh(tokens["refresh_token"])
    secrets = [code, VERIFIER, tokens["access_token"], tokens["refresh_token"]]
    stored = str(stage.world.database.list_rows(stage.world.settings.gate_table))
    assert not [secret for secret in secrets if secret in stored or secret in str(stage.lines)]


def test_the_log_names_client_person_profile_and_grant(stage: OAuthStage) -> None:
    stage.connect()
    name, fields = stage.lines[-1]
    told = {key: fields[key] for key in ("result", "client_id", "user_code", "profile", "grant", "status")}
    assert name == "oauth_token"
    assert told == {
        "result": "ok",
        "client_id": REQUEST.client_id,
        "user_code": stage.edith,
        "profile": stage.profile.key,
        "grant": stage.grant().fingerprint,
        "status": 200,
    }


WRONG: dict[str, tuple[dict[str, str | None], tuple[int, str]]] = {
    "no grant type": ({"grant_type": None}, (400, "unsupported_grant_type")),
    "another grant type": ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type")),
    "no code": ({"code": None}, (400, "invalid_request")),
    "empty code": ({"code": ""}, (400, "invalid_request")),
    "no verifier": ({"code_verifier": None}, (400, "invalid_request")),
    "no redirect": ({"redirect_uri": None}, (400, "invalid_request")),
    "verifier of 42": ({"code_verifier": VERIFIER[:42]}, (400, "invalid_grant")),
    "verifier of 129": ({"code_verifier": "v" * 129}, (400, "invalid_grant")),
    "verifier with a sign": ({"code_verifier": VERIFIER[:-1] + "+"}, (400, "invalid_grant")),
    "wrong verifier": ({"code_verifier": VERIFIER[:-1] + "l"}, (400, "invalid_grant")),
    "the challenge itself": ({"code_verifier": REQUEST.challenge}, (400, "invalid_grant")),
    "another redirect": ({"redirect_uri": REQUEST.redirect_uri + "/"}, (400, "invalid_grant")),
    "another client": ({"client_id": "https://other.example/client"}, (400, "invalid_grant")),
    "another resource": ({"resource": "https://other.example/oauth/mcp"}, (400, "invalid_grant")),
    "a resource of ours without OAuth": ({"resource": "https://demo.example/mcp"}, (400, "invalid_grant")),
    "no client": ({"client_id": None}, (401, "invalid_client")),
    "a client that cannot be": ({"client_id": "https://127.0.0.1/client"}, (401, "invalid_client")),
    "an unknown app": ({"client_id": f"app_{'A' * 24}"}, (401, "invalid_client")),
    "a secret where there is none": ({"client_secret": "s3cret"}, (401, "invalid_client")),
    "an unknown code": ({"code": new_prefixed_token("affa_")}, (400, "invalid_grant")),
    "a code of no form": ({"code": "x"}, (400, "invalid_grant")),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_refused_code_is_not_spent(stage: OAuthStage, case: str) -> None:
    changed, expected = WRONG[case]
    code = stage.consent()
    assert error_of(stage.redeem(code, **changed)) == expected
    assert stage.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "resource",
    [None, "https://demo.example/oauth/mcp", "https://demo.example/oauth/mcp/", "HTTPS://DEMO.example:443/oauth/mcp"],
)
def test_the_resource_may_be_named_or_not(stage: OAuthStage, resource: str | None) -> None:
    assert stage.redeem(stage.consent(), resource=resource).status_code == 200


def test_a_code_is_good_for_a_minute(stage: OAuthStage) -> None:
    code, late = stage.consent(), stage.consent()
    stage.world.clock.move(59)
    assert stage.redeem(code).status_code == 200
    stage.world.clock.move(1)
    assert error_of(stage.redeem(late)) == (400, "invalid_grant")


def test_a_code_that_is_used_again_ends_everything_that_came_of_it(stage: OAuthStage) -> None:
    code = stage.consent()
    tokens = stage.redeem(code).json()
    newer = stage.refresh(tokens["refresh_token"]).json()
    assert error_of(stage.redeem(code)) == (400, "invalid_grant")
    assert stage.session(tokens["access_token"]) is stage.session(newer["access_token"]) is None
    assert error_of(stage.refresh(newer["refresh_token"])) == (400, "invalid_grant")
    assert stage.grants.list_of_person(stage.edith) == []
    assert stage.lines[-2][1]["result"] == "replayed_code"


def test_a_refresh_gives_a_new_pair_and_the_old_access_token_goes_on(stage: OAuthStage) -> None:
    first = stage.connect()
    stage.world.clock.move(1800)
    second = stage.refresh(first["refresh_token"]).json()
    assert {first["access_token"], first["refresh_token"]}.isdisjoint(second.values())
    assert stage.session(first["access_token"])
    assert stage.session(second["access_token"])
    assert second["expires_in"] == 3600


def test_a_refresh_token_used_again_at_once_ends_nothing(stage: OAuthStage) -> None:
    first = stage.connect()
    second = stage.refresh(first["refresh_token"]).json()
    stage.world.clock.move(30)
    assert error_of(stage.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert stage.session(second["access_token"])
    assert stage.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_used_again_later_ends_the_grant(stage: OAuthStage) -> None:
    first = stage.connect()
    second = stage.refresh(first["refresh_token"]).json()
    stage.world.clock.move(31)
    assert error_of(stage.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert stage.session(second["access_token"]) is None
    assert error_of(stage.refresh(second["refresh_token"])) == (400, "invalid_grant")


WRONG_REFRESH: dict[str, dict[str, str | None]] = {
    "another client": {"client_id": "https://other.example/client"},
    "a broader scope": {"scope": "read forums:write"},
    "another resource": {"resource": "https://other.example/"},
}


@pytest.mark.parametrize("case", WRONG_REFRESH)
def test_a_refused_refresh_token_is_not_spent(stage: OAuthStage, case: str) -> None:
    tokens = stage.connect(scopes="read accounts:write")
    assert error_of(stage.refresh(tokens["refresh_token"], **WRONG_REFRESH[case])) == (400, "invalid_grant")
    stage.world.clock.move(60)
    assert stage.refresh(tokens["refresh_token"]).status_code == 200


def test_a_narrower_refresh_narrows_only_its_own_access_token(stage: OAuthStage) -> None:
    tokens = stage.connect(scopes="read write")
    narrow = stage.refresh(tokens["refresh_token"], scope="accounts:read offline_access").json()
    assert narrow["scope"] == "accounts:read"
    assert stage.refresh(narrow["refresh_token"], scope="offline_access").json()["scope"] == "read write"


def test_values_of_one_place_are_none_of_another(stage: OAuthStage) -> None:
    code = stage.consent()
    tokens = stage.redeem(code).json()
    for value in (code, tokens["access_token"]):
        assert error_of(stage.refresh(value)) == (400, "invalid_grant")
    assert error_of(stage.redeem(tokens["refresh_token"])) == (400, "invalid_grant")
    assert stage.session(tokens["refresh_token"]) is None


def test_refresh_tokens_last_fourteen_days_and_never_longer_than_the_grant(stage: OAuthStage) -> None:
    tokens = stage.connect()
    for days in (13, 13):
        stage.world.clock.move(days=days)
        tokens = stage.refresh(tokens["refresh_token"]).json()
    stage.world.clock.move(days=4, seconds=-1800)
    tokens = stage.refresh(tokens["refresh_token"]).json()
    assert tokens["expires_in"] == 1800
    stage.world.clock.move(1800)
    assert error_of(stage.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_refresh_token_is_over_after_fourteen_days(stage: OAuthStage) -> None:
    tokens = stage.connect()
    stage.world.clock.move(days=14)
    assert error_of(stage.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_fifth_access_token_ends_the_oldest(stage: OAuthStage) -> None:
    made = [stage.connect()]
    for _ in range(4):
        stage.world.clock.move(1)
        made.append(stage.refresh(made[-1]["refresh_token"]).json())
    assert [stage.session(tokens["access_token"]) is not None for tokens in made] == [False, True, True, True, True]


def basic(client_id: str, secret: str) -> dict[str, str]:
    """HTTP Basic authentication."""
    return {"authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


class RegisteredApp:
    """A registered client with a secret, and its code."""

    def __init__(self, stage: OAuthStage, *, public: bool = False) -> None:
        self.client: OAuthClient
        self.client, self.secret = stage.clients.add("Reports", [REQUEST.redirect_uri], public=public)
        self.code = stage.consent(self.client)


Proof = Callable[[RegisteredApp], tuple[dict[str, str] | None, dict[str, str | None]]]
PROOFS: dict[str, tuple[Proof, int]] = {
    "basic": (lambda app: (basic(app.client.client_id, app.secret), {"client_id": None}), 200),
    "basic, and the id in the body": (lambda app: (basic(app.client.client_id, app.secret), {}), 200),
    "in the body": (lambda app: (None, {"client_secret": app.secret}), 200),
    "no secret": (lambda app: (None, {}), 401),
    "a wrong secret": (lambda app: (None, {"client_secret": app.secret[::-1]}), 401),
    "a wrong basic": (lambda app: (basic(app.client.client_id, "no"), {"client_id": None}), 401),
    "no base64": (lambda app: ({"authorization": "Basic ???"}, {"client_id": None}), 401),
    "another scheme": (lambda app: ({"authorization": f"Bearer {app.secret}"}, {"client_id": None}), 401),
    "both ways": (lambda app: (basic(app.client.client_id, app.secret), {"client_secret": app.secret}), 400),
    "two clients": (lambda app: (basic(app.client.client_id, app.secret), {"client_id": REQUEST.client_id}), 400),
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_registered_app_proves_itself_by_its_secret(stage: OAuthStage, case: str) -> None:
    app, (proof, status) = RegisteredApp(stage), PROOFS[case]
    headers, changed = proof(app)
    answer = stage.redeem(app.code, headers, **{"client_id": app.client.client_id, **changed})
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error"] == "invalid_client"
        assert ("www-authenticate" in answer.headers) == (headers is not None)
    assert app.secret not in str(stage.lines)
    sound = stage.redeem(app.code, client_id=app.client.client_id, client_secret=app.secret)
    assert sound.status_code == (400 if status == 200 else 200)


def test_a_public_registered_app_has_no_secret(stage: OAuthStage) -> None:
    app = RegisteredApp(stage, public=True)
    assert stage.redeem(app.code, client_id=app.client.client_id, client_secret="any").status_code == 401
    assert stage.redeem(app.code, client_id=app.client.client_id).status_code == 200


def test_a_removed_app_is_told_to_register_again(stage: OAuthStage) -> None:
    app = RegisteredApp(stage)
    own = {"client_id": app.client.client_id, "client_secret": app.secret}
    tokens = stage.redeem(app.code, **own).json()
    assert stage.clients.remove(app.client.client_id)
    assert error_of(stage.refresh(tokens["refresh_token"], **own)) == (401, "invalid_client")


def guess_code(stage: OAuthStage) -> Any:
    return stage.redeem(new_prefixed_token("affa_"))


def guess_refresh(stage: OAuthStage) -> Any:
    return stage.refresh(new_prefixed_token("affr_"))


@pytest.mark.parametrize("guess", [guess_code, guess_refresh])
def test_guesses_are_held_back_from_the_twenty_first_on_and_right_ones_pass(
    stage: OAuthStage, guess: Callable[[OAuthStage], Any]
) -> None:
    assert {error_of(guess(stage)) for _ in range(20)} == {(400, "invalid_grant")}
    held = guess(stage)
    assert error_of(held) == (429, "too_many_requests")
    assert 0 < int(held.headers["retry-after"]) <= 300
    tokens = stage.connect()
    assert stage.refresh(tokens["refresh_token"]).status_code == 200


def test_guessed_secrets_are_held_back_too(stage: OAuthStage) -> None:
    app = RegisteredApp(stage)
    for _ in range(20):
        stage.redeem(app.code, client_id=app.client.client_id, client_secret="wrong")
    assert stage.redeem(app.code, client_id=app.client.client_id, client_secret="wrong").status_code == 429
    assert stage.redeem(app.code, client_id=app.client.client_id, client_secret=app.secret).status_code == 200


def test_dead_tokens_are_no_guesses(stage: OAuthStage) -> None:
    code = stage.consent()
    stage.redeem(code)
    assert {error_of(stage.redeem(code)) for _ in range(25)} == {(400, "invalid_grant")}


BODIES: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b"{}"),
    "no type": ("", b"grant_type=refresh_token"),
    "too large": ("application/x-www-form-urlencoded", b"a=" + b"b" * 16 * 1024),
    "not UTF-8": ("application/x-www-form-urlencoded", b"grant_type=%ff"),
    "not ASCII": ("application/x-www-form-urlencoded", "grant_type=é".encode()),
    "repeated": ("application/x-www-form-urlencoded", b"grant_type=refresh_token&grant_type=refresh_token"),
    "repeated without a value": ("application/x-www-form-urlencoded", b"scope=&grant_type=refresh_token&scope="),
    "many": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(60))),
}


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize("case", BODIES)
def test_a_malformed_body_asks_no_store(stage: OAuthStage, case: str, path: str) -> None:
    kind, body = BODIES[case]
    stage.world.watched.calls.clear()
    answer = stage.browser.post(path, content=body, headers={"content-type": kind} if kind else {})
    assert error_of(answer) == (400, "invalid_request")
    assert stage.world.watched.calls == []


def test_tokens_in_the_address_are_ignored(stage: OAuthStage) -> None:
    tokens = stage.connect()
    asked = f"/oauth/token?grant_type=refresh_token&client_id={REQUEST.client_id}&refresh_token={tokens['refresh_token']}"
    assert error_of(stage.send(asked)) == (400, "unsupported_grant_type")
    assert stage.send(f"/oauth/revoke?token={tokens['refresh_token']}", client_id=REQUEST.client_id).status_code == 400
    assert tokens["refresh_token"] not in str(stage.lines)
    assert stage.refresh(tokens["refresh_token"]).status_code == 200


def test_store_calls_of_every_exchange(stage: OAuthStage) -> None:
    app = RegisteredApp(stage)
    proof = {"client_id": app.client.client_id, "client_secret": app.secret}
    code = stage.consent()

    def counted(send: Callable[[], Any]) -> tuple[Any, list[str]]:
        stage.world.watched.calls.clear()
        answer = send()
        return answer, [name for name, _ in stage.world.watched.calls]

    issue = ["get"] * 4 + ["query", "transact"]
    redeemed, calls = counted(lambda: stage.redeem(code))
    assert calls == issue
    refreshed, calls = counted(lambda: stage.refresh(redeemed.json()["refresh_token"]))
    assert calls == issue
    _, calls = counted(lambda: stage.revoke(refreshed.json()["access_token"]))
    assert calls == ["get", "get", "transact"]
    redeemed, calls = counted(lambda: stage.redeem(app.code, **proof))
    assert calls == ["get", *issue]
    _, calls = counted(lambda: stage.revoke(redeemed.json()["refresh_token"], **proof))
    assert calls == ["get", "get", "get", "transact"]
    for send in (lambda: stage.refresh("", client_id=None), lambda: stage.redeem(code, code_verifier="short")):
        assert counted(send)[1] == []
