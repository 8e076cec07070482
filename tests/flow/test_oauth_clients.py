"""Clients at the token address: what proves a registered app, and how guesses are held back."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.gate.identity.row_keys import new_prefixed_token
from tests.oauth_stage import REQUEST, OAuthStage, RegisteredApp, error_of


@pytest.fixture
def stage() -> OAuthStage:
    return OAuthStage()


def basic(client_id: str, secret: str) -> dict[str, str]:
    """HTTP Basic authentication."""
    return {"authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


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
