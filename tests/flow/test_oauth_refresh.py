"""Refresh tokens: good once, within their time and that of their grant; what a second use ends."""

from __future__ import annotations

import pytest

from tests.oauth_stage import OAuthStage, error_of


@pytest.fixture
def stage() -> OAuthStage:
    return OAuthStage()


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
