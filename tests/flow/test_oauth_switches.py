"""Whatever ends a grant, or stops its profile or person, is obeyed on the app's very next call and its next refresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.sessions.session_listing import list_live_sessions
from affino_mcp.gate.sessions.session_rows import Door
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.oauth_stage import REQUEST, OAuthStage, error_of
from tests.world import Response, WorldClient


class ConnectedStage(OAuthStage):
    """The stage with an app that is connected, before a warm process of the MCP endpoint."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.code = self.consent()
        self.tokens: dict[str, Any] = self.redeem(self.code).json()
        self.handler: LambdaHandler = self.world.new_handler()

    def call(self, tool: str = "list_accounts", token: str = "") -> Response:
        headers = {"Authorization": f"Bearer {token or self.tokens['access_token']}"}
        message = {
            "jsonrpc": "2.0",
            "id": 7,
            "method": "tools/call",
            "params": {"name": tool, "arguments": {}},
        }
        return WorldClient(self.world, self.handler, headers).send(message, path="/oauth/mcp")


@pytest.fixture
def stage() -> Iterator[ConnectedStage]:
    made = ConnectedStage()
    yield made
    made.handler.close()


def test_a_call_is_the_persons_own(stage: ConnectedStage) -> None:
    user = stage.call("get_current_user").result
    assert (user["Name"], user["ApiProfile"]) == ("Edith Moreau", "Agents")
    assert stage.world.audit_rows()[-1]["outcome"] == "ok"


def replay(stage: ConnectedStage) -> None:
    stage.redeem(stage.code)


def reuse_late(stage: ConnectedStage) -> None:
    stage.refresh(stage.tokens["refresh_token"])
    stage.world.clock.move(31)
    stage.refresh(stage.tokens["refresh_token"])


Switch = Callable[[ConnectedStage], object]
SWITCHES: dict[str, tuple[Switch, int, str]] = {
    "profile off": (lambda s: s.world.profiles.disable(s.profile.key), 403, "profile_closed"),
    "secret regenerated": (lambda s: s.world.profiles.regenerate_secret(s.profile.key), 401, "secret_replaced"),
    "closed for connecting": (
        lambda s: s.world.profiles.change(s.profile.key, terms=AdmissionTerms()),
        403,
        "not_opened",
    ),
    "out of the group": (lambda s: s.world.people.change(s.edith, groups=("Publishers",)), 403, "not_opened"),
    "for others": (
        lambda s: s.world.profiles.change(
            s.profile.key, terms=AdmissionTerms(groups=("Editors",), connectable=("Sales",))
        ),
        403,
        "not_opened",
    ),
    "person off": (lambda s: s.world.people.disable(s.edith), 401, "person_disabled"),
    "logged out everywhere": (lambda s: s.world.sessions.end_all_sessions(s.edith), 401, "logged_out"),
    "logged out by an operator": (
        lambda s: s.world.people.change(s.edith, active=True, log_out=True),
        401,
        "logged_out",
    ),
    "app ended": (lambda s: s.grants.end(s.grant().grant), 401, "grant_ended"),
    "all apps ended": (lambda s: s.grants.end_all_of_profile(s.profile.key), 401, "grant_ended"),
    "revoked with its access token": (lambda s: s.revoke(s.tokens["access_token"]), 401, "grant_ended"),
    "revoked with its refresh token": (lambda s: s.revoke(s.tokens["refresh_token"]), 401, "grant_ended"),
    "code replayed": (replay, 401, "grant_ended"),
    "refresh reused": (reuse_late, 401, "reused_later"),
}


@pytest.mark.parametrize("case", SWITCHES)
def test_every_switch_is_obeyed_on_the_next_call_and_refresh(stage: ConnectedStage, case: str) -> None:
    switch, status, reason = SWITCHES[case]
    assert stage.call().status == 200
    switch(stage)
    assert stage.call().status == status
    assert error_of(stage.refresh(stage.tokens["refresh_token"])) == (400, "invalid_grant")
    assert stage.lines[-1][1]["result"] == reason


def test_a_profile_that_is_on_again_works_again(stage: ConnectedStage) -> None:
    stage.world.profiles.disable(stage.profile.key)
    stage.refresh(stage.tokens["refresh_token"])
    stage.world.clock.move(60)
    stage.world.profiles.enable(stage.profile.key)
    assert stage.call().status == 200
    assert stage.refresh(stage.tokens["refresh_token"]).status_code == 200


def test_a_family_that_is_off_is_refused_on_the_next_call(stage: ConnectedStage) -> None:
    assert stage.call().status == 200
    stage.world.profiles.change(stage.profile.key, families={Family.ACCOUNTS: frozenset[Access]()})
    assert stage.call().error["type"] == "tool_disabled"


def test_within_the_overlap_it_goes_on_and_nothing_outlives_it(stage: ConnectedStage) -> None:
    stage.world.profiles.regenerate_secret(stage.profile.key, overlap=timedelta(minutes=10))
    assert stage.call().result["Warnings"][0]["Code"] == "FORMER_SECRET"
    tokens = stage.refresh(stage.tokens["refresh_token"]).json()
    assert tokens["expires_in"] == 600
    stage.world.clock.move(600)
    assert stage.call(token=tokens["access_token"]).status == 401
    assert error_of(stage.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


def test_an_ended_overlap_ends_it(stage: ConnectedStage) -> None:
    stage.world.profiles.regenerate_secret(stage.profile.key, overlap=timedelta(hours=1))
    stage.world.profiles.end_overlap(stage.profile.key)
    assert stage.call().status == 401
    assert error_of(stage.refresh(stage.tokens["refresh_token"])) == (400, "invalid_grant")


def test_a_session_of_an_app_alone_can_be_ended(stage: ConnectedStage) -> None:
    (session,) = stage.world.sessions.list_sessions(stage.edith)
    stage.world.sessions.end_session(stage.edith, session.digest)
    assert stage.call().status == 401
    assert stage.refresh(stage.tokens["refresh_token"]).status_code == 200


def test_the_sessions_of_an_app_are_not_listed_among_logins(stage: ConnectedStage) -> None:
    stage.world.log_in(stage.profile, stage.edith)
    parts = stage.world.database, stage.world.settings, stage.world.sessions
    assert [one.session.door for one in list_live_sessions(*parts, stage.edith)] == [Door.CREDENTIALS]


def test_forty_sessions_are_the_most_with_those_of_apps(stage: ConnectedStage) -> None:
    for _ in range(40):
        stage.world.clock.move(1)
        stage.world.log_in(stage.profile, stage.edith)
    assert stage.call().status == 401
    stage.world.clock.move(1)
    assert stage.refresh(stage.tokens["refresh_token"]).status_code == 200
    assert len(stage.world.sessions.list_sessions(stage.edith)) == 40


def test_an_outage_is_never_an_invalid_grant(stage: ConnectedStage) -> None:
    table, late = stage.world.settings.gate_table, stage.consent()
    for broken in ("get", "query", "transact"):
        stage.world.watched.broken = {(broken, table)}
        for answer in (stage.refresh(stage.tokens["refresh_token"]), stage.redeem(late)):
            assert error_of(answer) == (503, "temporarily_unavailable"), broken
            assert answer.headers["retry-after"] == "1"
    stage.world.watched.broken = {("transact", table)}
    assert error_of(stage.revoke(stage.tokens["refresh_token"])) == (503, "temporarily_unavailable")
    stage.world.watched.broken = set()
    assert stage.redeem(late).status_code == 200
    assert stage.refresh(stage.tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_a_client_revokes_only_what_is_its_own(stage: ConnectedStage, token: str) -> None:
    foreign = stage.revoke(stage.tokens[token], client_id="https://other.example/client")
    assert (foreign.status_code, foreign.json()) == (200, {})
    assert stage.call().status == 200
    own = stage.revoke(stage.tokens[token])
    assert (own.status_code, own.json()) == (200, {})
    assert stage.call().status == 401
    assert stage.revoke(stage.tokens[token]).status_code == 200
    assert stage.lines[-1][1]["result"] == "nothing_to_end"


def test_what_is_no_token_of_an_app_is_not_revoked(stage: ConnectedStage) -> None:
    headers = stage.world.log_in(stage.profile, stage.edith)
    for token in (headers["Authorization"].removeprefix("Bearer "), f"affo_{'0' * 64}", "affr_", stage.code):
        assert stage.revoke(token).status_code == 200
    assert stage.call().status == 200


def test_the_use_of_its_tokens_is_the_grants(stage: ConnectedStage) -> None:
    stage.call()
    assert stage.grant().used == int(stage.world.clock().timestamp())
    assert REQUEST.client_id == stage.grant().client_id


def test_apps_are_not_told_to_log_in_again(stage: ConnectedStage) -> None:
    stage.world.clock.move(stage.tokens["expires_in"] - 60)
    codes = [warning["Code"] for warning in stage.call().result["Warnings"]]
    assert "SESSION_EXPIRES_SOON" not in codes


@pytest.mark.parametrize(("deed", "kind"), [(replay, "code"), (reuse_late, "refresh_token")])
def test_what_only_a_thief_does_rings_an_alarm(
    stage: ConnectedStage, capsys: pytest.CaptureFixture[str], deed: Switch, kind: str
) -> None:
    stage.refresh(stage.refresh(stage.tokens["refresh_token"]).json()["refresh_token"] + "0")
    assert "AppTokenReused" not in capsys.readouterr().out
    deed(stage)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "AppTokenReused" in line]
    assert f'"kind":"{kind}"' in line.replace(" ", "")
