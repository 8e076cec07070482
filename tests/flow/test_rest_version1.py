"""Version 1 of the REST API: its paging, names, bits, dates and empty answers, over the same methods and rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.catalogue.version1_document import VERSION_1_CALLS, Version1Call
from tests.rest_client import RestClient
from tests.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Iterator[RestClient]:
    person = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    opened = RestClient.open(world, world.create_profile(rest=True), person, base="/rest/demo/crm/v1")
    yield opened
    opened.handler.close()


def test_an_account_lives_in_version_1(client: RestClient) -> None:
    made = client.post("/accounts", Name="Orbital Labs", Notes="Old friends", PostCode="LS1", Active="0")
    assert (made.status, made.document) == (201, {"AccountCode": "1"})
    changed = client.send("PUT", "/accounts/1", {"City": "Leeds", "ParentCode": None})
    assert (changed.status, changed.document) == (200, {})
    found = client.get("/accounts/1").document
    assert (found["Notes"], found["City"], found["Active"]) == ("Old friends", "Leeds", 0)
    assert found["CreatedDate"] == "2026-Nov-23 09:00:00"
    assert client.with_headers(Filter="Name,City").get("/accounts/1").document == {
        "Name": "Orbital Labs",
        "City": "Leeds",
    }
    gone = client.send("DELETE", "/accounts/1")
    assert (gone.status, gone.document) == (200, {})
    assert client.get("/accounts/1").error["code"] == "-120"


def test_lists_go_on_after_a_code(client: RestClient) -> None:
    for number in range(23):
        client.post("/accounts", Name=f"Account {23 - number}", ExternalID=f"x{number}")
    first = client.get("/accounts").document
    assert (first["LastRecordCode"], len(first["Accounts"])) == (20, 20)
    assert first["Accounts"][0] == {"AccountCode": 1, "ExternalID": "x0", "Name": "Account 23"}
    assert first["CurrentDate"] == "2026-Nov-23 09:00:00"
    rest = client.get("/accounts", StartCode=20, DateFilter="2026-Nov-01%2000:00:00").document
    assert [row["AccountCode"] for row in rest["Accounts"]] == [21, 22, 23]
    assert client.get("/accounts", DateFilter="2026-Dec-01%2000:00:00").document["Accounts"] == []


def test_a_user_is_a_contact_with_links_and_permissions(client: RestClient, world: World) -> None:
    client.post("/accounts", Name="Orbital Labs")
    made = client.post("/users", FirstName="Jane", LastName="Doe", PrimaryEmail="jane@orbital.example")
    code = made.document["UserCode"]
    assert client.get(f"/users/{code}").document["PrimaryEmail"] == "jane@orbital.example"
    link = client.post("/useraccounts", UserCode=code, AccountCode="1", LeftCompany=0)
    assert (link.status, link.document) == (201, {"UserAccountCode": f"{code}101"})
    left = client.send("PUT", f"/useraccounts/{code}101", {"LeftCompany": 1})
    assert (left.status, left.document) == (200, {})
    assert client.get(f"/users/{code}").document["UserAccounts"][0]["LeftCompany"] == 1
    assert client.send("DELETE", f"/useraccounts/{code}101").status == 200
    assert client.get(f"/users/{code}").document["UserAccounts"] == []
    refused = client.send("POST", f"/users/{code}", query="permissions=999", signed_query=True)
    assert (refused.status, refused.error["code"]) == (404, "-120")
    assert world.audit_rows()[-1]["method"] == "grant_contact_permission"


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        pytest.param("GET", "/mailinglists", 404, "-120", id="what is not served"),
        pytest.param("PATCH", "/accounts/1", 405, "-10", id="a verb of version 2"),
        pytest.param("PUT", "/useraccounts/7", 400, "-10", id="a link's code of another form"),
    ],
)
def test_what_is_wrong_is_told(client: RestClient, verb: str, path: str, status: int, code: str) -> None:
    refused = client.send(verb, path)
    assert (refused.status, refused.error["code"]) == (status, code)


def test_a_call_without_a_person_says_so(client: RestClient) -> None:
    refused = client.with_headers(AccessToken="").get("/accounts")
    assert (refused.status, refused.error["type"]) == (401, "no_token")
    assert "acts as a person" in refused.error["message"]


@pytest.mark.parametrize("call", VERSION_1_CALLS, ids=lambda call: call.method)
def test_a_call_of_the_document_is_its_method(client: RestClient, world: World, call: Version1Call) -> None:
    path = call.path.format(AccountCode=7, UserCode=7, UserAccountCode=7701)
    query = "permissions=7" if "permission" in call.method else ""
    client.send(call.verb, path, {} if call.verb in {"POST", "PUT"} else None, query)
    assert world.audit_rows()[-1]["method"] == call.method
