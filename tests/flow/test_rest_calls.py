"""Calls of programs over the REST API: the same gate, methods and rows as over MCP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote

import pytest

from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profiles import FamilyAccess
from tests.rest_client import RestClient
from tests.world import World, WorldClient


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Iterator[RestClient]:
    person = world.create_person("Sam", "Manager", "Sales Managers")
    opened = RestClient.open(world, world.create_profile(rest=True), person)
    yield opened
    opened.handler.close()


def test_a_record_is_made_read_changed_listed_and_deleted(client: RestClient) -> None:
    made = client.post("/accounts", Name="Orbital Labs", CountryISO="GB")
    code = made.document["Account"]["AccountCode"]
    assert (made.status, made.headers["location"].endswith(f"/rest/demo/v2/accounts/{code}")) == (201, True)
    assert client.get(f"/accounts/{code}").document["Account"]["Name"] == "Orbital Labs"
    assert client.patch(f"/accounts/{code}", City="Leeds").document["Account"]["City"] == "Leeds"
    listed = client.get("/accounts", Search="orbital", PageSize="5", Fields="Name,City")
    assert listed.document["Items"][0] == {"AccountCode": code, "Name": "Orbital Labs", "City": "Leeds"}
    assert client.delete(f"/accounts/{code}").document["Deleted"] is True
    assert client.get(f"/accounts/{code}").error["code"] == "-120"


def test_every_answer_says_in_whose_name_and_under_which_id(client: RestClient, world: World) -> None:
    made = client.with_headers(X_Request_Id="mine-1").post("/accounts", Name="Orbital Labs")
    row = world.audit_rows()[-1]
    assert made.headers["x-request-id"] == "mine-1" == row["request_id"]
    assert int(made.headers["actedas"]) == row["person_code"]
    assert (row["channel"], row["method"], row["outcome"]) == ("rest", "create_account", "ok")
    assert made.headers["ratelimit-policy"].startswith('"profile";q=6000')


@pytest.mark.parametrize(
    ("headers", "status", "type_", "code"),
    [
        pytest.param({"AccessToken": ""}, 401, "no_token", "-105", id="no AccessToken"),
        pytest.param({"AccessToken": "x"}, 401, "no_token", "-105", id="no token at all"),
        pytest.param(
            {"AccessToken": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, 401, "session_unknown", "-105", id="strange"
        ),
        pytest.param({"APIKey": ""}, 401, "no_key", "-101", id="no key"),
        pytest.param({"Signature": "0" * 128}, 401, "bad_signature", "-102", id="a wrong signature"),
        pytest.param({"User-Agent": ""}, 400, "bad_request", "-10", id="no User-Agent"),
    ],
)
def test_who_does_not_prove_who_calls_changes_nothing(
    client: RestClient, world: World, headers: dict[str, str], status: int, type_: str, code: str
) -> None:
    refused = replace(client, headers=headers).post("/accounts", Name="Orbital Labs")
    assert (refused.status, refused.error["type"], refused.error["code"]) == (status, type_, code)
    assert client.get("/accounts").document["TotalRecords"] == 0


def test_a_signature_is_accepted_once(client: RestClient) -> None:
    event = client.sign("POST", "/accounts", {"Name": "Once"})
    assert client.deliver(event).status == 201
    again = client.deliver(event)
    assert (again.status, again.error["code"], again.error["type"]) == (401, "-103", "replayed")
    assert client.get("/accounts").document["TotalRecords"] == 1


@pytest.mark.parametrize(
    ("families", "rest", "type_"),
    [
        pytest.param({Family.ACCOUNTS: frozenset(Access)}, False, "rest_off", id="a profile without the option"),
        pytest.param({Family.NOTES: frozenset(Access)}, True, "tool_disabled", id="a family that is off"),
        pytest.param({Family.ACCOUNTS: frozenset({Access.READ})}, True, "tool_disabled", id="a write that is off"),
    ],
)
def test_a_profile_opens_what_it_switches_on(
    client: RestClient, world: World, families: FamilyAccess, rest: bool, type_: str
) -> None:
    profile = world.create_profile("other", families, rest=rest)
    refused = replace(client, profile=profile).post("/accounts", Name="Orbital Labs")
    assert (refused.status, refused.error["type"], refused.error["details"]["who_can_fix"]) == (403, type_, "operator")
    assert world.audit_rows()[-1]["error"]["type"] == type_


def test_a_person_without_the_right_is_refused(client: RestClient, world: World) -> None:
    reader = world.create_person("Rita", "Reader")
    refused = client.log_in(reader).post("/accounts", Name="X")
    assert (refused.status, refused.error["code"]) == (403, "-110")


def test_an_idempotency_key_makes_a_repeat_safe(client: RestClient) -> None:
    keyed = client.with_headers(Idempotency_Key="k-1")
    first, again = keyed.post("/accounts", Name="Once"), keyed.post("/accounts", Name="Once")
    assert first.document["Account"] == again.document["Account"]
    assert again.document["Warnings"][0]["Code"] == "REPLAYED"
    other = keyed.post("/accounts", Name="Twice")
    assert (other.status, other.error["code"], other.error["details"]["argument"]) == (409, "-130", "IdempotencyKey")


SPELT = [
    "Fields=Name,City&Search=O'Brien and Sons",
    "Fields=Name,City&Search=O'Brien%20%26%20Sons",
    "Fields=Name%2CCity&Search=O%27Brien%20%26%20Sons",
    "Fields=Name%2cCity&Search=O%27Brien%20%26%20Sons",
    "Fields=Name%2CCity&Search=O'Brien%20%26%20Sons",
    "Fields=Name%2CCity&Search=O%27Brien+%26+Sons",
    "Fields=Name,City&Search=O%27Brien+%26+Sons",
    "DateFilter=2026-11-01T09:00:00Z&Fields=Name,City",
    "DateFilter=2026-11-01T09%3A00%3A00Z&Fields=Name%2CCity",
]


@pytest.mark.parametrize("query", SPELT)
def test_a_query_may_be_signed_in_any_usual_spelling(client: RestClient, query: str) -> None:
    """API Gateway passes the query on decoded: what was sent is not known."""
    answer = client.send("GET", "/accounts", query=query, signed_query=True)
    assert answer.status == 200, answer.document


def test_a_path_may_be_signed_as_it_is_sent(client: RestClient) -> None:
    """A record may be named in a path; API Gateway passes the path on decoded."""
    client.post("/accounts", Name="O'Brien & Sons")
    for place in ("O'Brien%20&%20Sons", "O%27Brien%20%26%20Sons", "O'Brien & Sons"):
        event = client.sign("GET", f"/accounts/{place}")
        event["path"] = unquote(event["path"])
        assert client.deliver(event).document["Account"]["Name"] == "O'Brien & Sons"


@pytest.mark.parametrize("changed", ["Fields=Name", "Fields=Name,City,Website", "Search=Name,City", "fields=Name,City"])
def test_a_query_that_was_changed_on_its_way_is_refused(client: RestClient, changed: str) -> None:
    event = client.sign("GET", "/accounts", query="Fields=Name,City", signed_query=True)
    event["multiValueQueryStringParameters"] = parse_qs(changed)
    assert client.deliver(event).status == 401


def test_a_query_may_be_signed_or_not(client: RestClient) -> None:
    for signed in (False, True):
        assert client.send("GET", "/accounts", query="Search=orbital", signed_query=signed).status == 200


@pytest.mark.parametrize(
    ("verb", "path", "body", "query", "status", "type_"),
    [
        pytest.param("GET", "/nothing", None, "", 404, "path_not_found", id="no such route"),
        pytest.param("PUT", "/accounts", None, "", 405, "method_not_allowed", id="no such verb"),
        pytest.param("POST", "/accounts", "{", "", 400, "bad_request", id="no JSON"),
        pytest.param("POST", "/accounts", "[1]", "", 400, "bad_request", id="no object"),
        pytest.param("POST", "/accounts", {"Name": "X"}, "Name=X", 400, "bad_request", id="a write with a query"),
        pytest.param("GET", "/accounts", {"Search": "X"}, "", 400, "bad_request", id="a read with a body"),
        pytest.param("GET", "/accounts", None, "Search=a&Search=b", 400, "bad_request", id="twice"),
        pytest.param("PATCH", "/accounts/5", {"AccountCode": 6}, "", 400, "bad_request", id="another code"),
        pytest.param("PATCH", "/accounts/x", {"Name": "X"}, "", 400, "validation_error", id="no code"),
        pytest.param("POST", "/accounts", {"Name": ""}, "", 400, "validation_error", id="a wrong value"),
        pytest.param("GET", "/accounts/5", None, "", 404, "not_found", id="no such record"),
    ],
)
def test_what_is_wrong_is_told(
    client: RestClient, verb: str, path: str, body: object, query: str, status: int, type_: str
) -> None:
    refused = client.send(verb, path, body, query)
    assert (refused.status, refused.error["type"]) == (status, type_)


def test_the_offer_names_what_there_is_and_is_sent_once(client: RestClient) -> None:
    offer = client.get()
    assert offer.document["Methods"]["create_account"]["Path"] == "/accounts"
    assert offer.document["Families"]["accounts"] == ["read", "write"]
    again = client.with_headers(If_None_Match=offer.headers["etag"]).get()
    assert (again.status, again.document) == (304, {})


def test_a_contact_is_found_by_another_attribute_than_its_code(client: RestClient) -> None:
    client.post("/contacts", Email="jane@orbital.example", FirstName="Jane", LastName="Doe")
    found = client.get("/contacts/-", Email="jane@orbital.example")
    assert found.document["Contact"]["LastName"] == "Doe"


def test_an_expired_session_is_refused(client: RestClient, world: World) -> None:
    world.clock.move(hours=2)
    refused = client.get("/accounts")
    assert (refused.status, refused.error["code"]) == (401, "-106")


def test_the_outcome_of_a_write_is_told_by_its_key_or_its_id(client: RestClient) -> None:
    made = client.with_headers(Idempotency_Key="k-1").post("/accounts", Name="Once").document["Account"]
    named = client.with_headers(X_Request_Id="r-1").post("/accounts", Name="Twice").document["Account"]
    for key, record in (("k-1", made), ("r-1", named)):
        told = client.get(f"/requests/{key}")
        assert told.document == {
            "Outcome": "applied",
            "Record": f"accounts#{record['AccountCode']}",
            "Answer": {"Account": record},
        }


def test_what_was_not_applied_never_will_be(client: RestClient) -> None:
    assert client.get("/requests/k-1").document == {"Outcome": "not_applied"}
    late = client.with_headers(Idempotency_Key="k-1").post("/accounts", Name="Late")
    assert (late.status, late.error["code"]) == (409, "-130")
    assert client.get("/accounts").document["TotalRecords"] == 0
    assert client.get("/requests/k-1").document == {"Outcome": "not_applied"}


def test_of_a_call_of_many_the_outcome_is_what_its_repeat_says(client: RestClient) -> None:
    keyed = client.with_headers(Idempotency_Key="many")
    keyed.post("/accounts/many", Items=[{"Name": "One"}, {"Name": "Two"}])
    assert client.get("/requests/many").document == {"Outcome": "unknown"}


def test_another_person_learns_nothing_of_an_outcome(client: RestClient, world: World) -> None:
    client.with_headers(Idempotency_Key="k-1").post("/accounts", Name="Once")
    other = client.log_in(world.create_person("Una", "Other", "Sales Managers"))
    assert other.get("/requests/k-1").document == {"Outcome": "not_applied"}


def test_a_service_without_the_persons_token_learns_the_outcome_alone(client: RestClient, world: World) -> None:
    client.with_headers(Idempotency_Key="k-1").post("/accounts", Name="Once")
    person = world.audit_rows()[-1]["person_code"]
    told = client.with_headers(AccessToken="").get("/requests/k-1", UserCode=person)
    assert (told.status, told.document) == (200, {"Outcome": "applied", "Record": "accounts#1"})
    assert client.with_headers(AccessToken="").get("/requests/k-1").status == 401


def test_the_log_is_narrowed_to_a_channel(client: RestClient, world: World) -> None:
    client.get("/accounts")
    agent = WorldClient(world, world.new_handler(), world.log_in(client.profile, 1), context=None)
    agent.call_tool("list_accounts")
    agent.with_headers(User_Agent="affino-mcp-test-tool/1.0").call_tool("list_accounts")
    agent.handler.close()
    for channel in ("rest", "mcp", "test"):
        page = search_log(
            world.database, world.settings.audit_table, LogQuery(channel=channel), world.clock() + timedelta(seconds=1)
        )
        assert [row.channel for row in page.rows] == [channel]
