"""The token address: which code and which refresh token gives tokens, what each refusal says, and what it spends."""

from __future__ import annotations

import pytest

from affino_mcp.gate.identity.row_keys import new_prefixed_token
from tests.oauth_stage import REQUEST, VERIFIER, OAuthStage, error_of


@pytest.fixture
def stage() -> OAuthStage:
    return OAuthStage()


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


def test_dead_tokens_are_no_guesses(stage: OAuthStage) -> None:
    code = stage.consent()
    stage.redeem(code)
    assert {error_of(stage.redeem(code)) for _ in range(25)} == {(400, "invalid_grant")}
