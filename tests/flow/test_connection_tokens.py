"""Connection tokens: one value that names profile and person, let in by the same gate and stopped by every switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.connections import Connections
from affino_mcp.gate.identity.row_keys import digest_token
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import EVERYTHING, Headers, Response, World, WorldClient

OPENED = AdmissionTerms(connectable=("Sales",))


class Office:
    """A profile that is open to the connections of Sales, Edith of Sales, and her connection in a warm process."""

    def __init__(self) -> None:
        self.world = World()
        self.handler: LambdaHandler = self.world.new_handler()
        self.profile: Profile = self.world.profiles.create("Agents", EVERYTHING, 6000, terms=OPENED)
        self.edith = self.world.create_person("Edith", "Moreau", "Sales")
        self.connections = Connections(self.world.database, self.world.settings, self.world.clock)
        self.token = self.connections.create(self.edith, self.profile).access_token

    def call(self, headers: Headers | None = None, tool: str = "get_current_user") -> Response:
        """Calls a tool with the connection token, or with these headers."""
        return WorldClient(self.world, self.handler, headers or {"Authorization": f"Bearer {self.token}"}).call_tool(
            tool
        )


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.handler.close()


def test_a_call_is_the_persons_own(office: Office) -> None:
    user = office.call().result
    assert (user["Name"], user["ApiProfile"]) == ("Edith Moreau", "Agents")
    (row,) = office.world.audit_rows()
    assert (row["person_name"], row["profile_name"], row["outcome"]) == ("Edith Moreau", "Agents", "ok")
    assert office.token not in str(list(office.world.database.list_rows(office.world.settings.gate_table)))


@pytest.mark.parametrize("size", [0, 1], ids=["a tool call", "a handshake"])
def test_store_calls_are_as_many_as_with_three_headers(office: Office, size: int) -> None:
    office.call()
    session = WorldClient(office.world, office.handler, office.world.log_in(office.profile, office.edith))
    session.call_tool("get_current_user")
    counts = []
    for client in (WorldClient(office.world, office.handler, {"Authorization": f"Bearer {office.token}"}), session):
        office.world.own.calls.clear()
        client.send_rpc("ping") if size else client.call_tool("get_current_user")
        counts.append(sorted(name for name, *_ in office.world.own.calls))
    assert counts[0] == counts[1]


Switch = Callable[[Office], object]
SWITCHES: dict[str, tuple[Switch, int, str]] = {
    "profile off": (lambda o: o.world.profiles.disable(o.profile.key), 403, "profile_disabled"),
    "secret regenerated": (lambda o: o.world.profiles.regenerate_secret(o.profile.key), 401, "authentication_error"),
    "secret regenerated twice": (
        lambda o: [o.world.profiles.regenerate_secret(o.profile.key) for _ in range(2)],
        401,
        "authentication_error",
    ),
    "person off": (lambda o: o.world.people.change(o.edith, active=False), 401, "person_disabled"),
    "logged out": (lambda o: o.world.sessions.end_session(o.edith, digest_token(o.token)), 401, "session_unknown"),
    "logged out everywhere": (lambda o: o.world.sessions.end_all_sessions(o.edith), 401, "session_unknown"),
    "closed": (lambda o: o.world.profiles.change(o.profile.key, terms=AdmissionTerms()), 403, "not_connectable"),
    "out of the group": (lambda o: o.world.people.change(o.edith, groups=("Publishers",)), 403, "not_connectable"),
    "for others": (
        lambda o: o.world.profiles.change(
            o.profile.key, terms=AdmissionTerms(groups=("Editors",), connectable=("Sales",))
        ),
        403,
        "not_allowed",
    ),
    "session over": (lambda o: o.world.clock.move(seconds=o.world.settings.session_lifetime), 401, "session_expired"),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_is_obeyed_on_the_next_call(office: Office, name: str) -> None:
    switch, status, kind = SWITCHES[name]
    assert office.call().status == 200
    switch(office)
    refused = office.call()
    assert (refused.status, refused.document["error"]["data"]["type"]) == (status, kind)
    assert office.world.audit_rows()[-1]["outcome"] != "ok"


def test_a_family_that_is_off_is_refused_on_the_next_call(office: Office) -> None:
    assert office.call(tool="list_accounts").status == 200
    office.world.profiles.change(office.profile.key, families={Family.ACCOUNTS: frozenset[Access]()})
    assert office.call(tool="list_accounts").error["type"] == "tool_disabled"


def test_within_the_overlap_it_goes_on_with_a_warning(office: Office) -> None:
    office.world.profiles.regenerate_secret(office.profile.key, overlap=timedelta(hours=1))
    assert office.call(tool="list_accounts").result["Warnings"][0]["Code"] == "FORMER_SECRET"
    office.world.clock.move(minutes=30)
    office.world.profiles.end_overlap(office.profile.key)
    assert office.call().status == 401


def test_who_may_not_connect_gets_no_token(office: Office) -> None:
    stranger = office.world.create_person("Max", "Weber", "Publishers")
    with pytest.raises(Exception, match="not open to connection tokens"):
        office.connections.create(stranger, office.profile)


def test_an_unknown_token_has_the_one_answer_of_wrong_credentials(office: Office) -> None:
    unknown = office.call({"Authorization": f"Bearer affc_{'0' * 64}"})
    assert (unknown.status, unknown.document) == (401, office.call({"X-API-Key": "Unknown0Key"}).document)


def beside(name: str) -> Callable[[Office], Headers]:
    """The connection token and one of the profile's headers."""

    def make(office: Office) -> Headers:
        values = {"X-API-Key": office.profile.key, "X-API-Secret": office.profile.secret, "X-Auth-Token": "s" * 40}
        return {"Authorization": f"Bearer {office.token}", name: values[name]}

    return make


def as_access_token(office: Office) -> Headers:
    """The token in the place of an AccessToken."""
    packed = f"{office.profile.key}.{office.profile.secret}.{office.token}"
    return {"Authorization": f"Bearer {packed}"}


def access_token_alone(office: Office) -> Headers:
    """An AccessToken in the place of the connection token."""
    return {"Authorization": office.world.log_in(office.profile, office.edith)["Authorization"]}


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(beside("X-API-Key"), id="with a key"),
        pytest.param(beside("X-API-Secret"), id="with a secret"),
        pytest.param(beside("X-Auth-Token"), id="with an auth token"),
        pytest.param(as_access_token, id="in one value"),
        pytest.param(access_token_alone, id="an AccessToken alone"),
        pytest.param(lambda office: {"Authorization": f"Bearer {office.token.upper()}"}, id="in capitals"),
        pytest.param(lambda office: {"Authorization": f"Bearer {office.token[:-1]}"}, id="cut"),
        pytest.param(lambda office: {"Authorization": f"Bearer {office.token}0"}, id="longer"),
    ],
)
def test_every_other_form_is_refused(office: Office, form: Callable[[Office], Headers]) -> None:
    refused = office.call(form(office))
    assert (refused.status, refused.document["error"]["data"]["type"]) == (401, "authentication_error")


def test_it_is_no_secret_of_the_log(office: Office) -> None:
    client = WorldClient(office.world, office.handler, {"Authorization": f"Bearer {office.token}"})
    client.call_tool("create_account", Name="Orbital", Notes=f"keep {office.token}")
    assert office.token not in str(office.world.audit_rows())
