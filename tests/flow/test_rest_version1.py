"""Version 1 of the REST API: its paging, names, bits, dates and empty answers, over the same methods and rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.version1_document import VERSION_1_CALLS, Version1Call
from affino_mcp.instance.builtin.listing import list_totals
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


@pytest.mark.parametrize(
    ("query", "number"),
    [
        pytest.param({}, 45, id="all"),
        pytest.param({"StartCode": 20}, 45, id="a later page"),
        pytest.param({"StartCode": 40}, 45, id="the last page"),
        pytest.param({"StartCode": 99}, 45, id="behind the last"),
        pytest.param({"DateFilter": "2026-Nov-23%2009:30:00"}, 22, id="changed since"),
        pytest.param({"DateFilter": "2026-Nov-23%2009:30:00", "StartCode": 44}, 22, id="changed since, a later page"),
        pytest.param({"Search": "tern"}, 23, id="found"),
        pytest.param({"Search": "tern", "StartCode": 20}, 23, id="found, a later page"),
    ],
)
def test_every_page_tells_how_many_there_are(
    client: RestClient, world: World, query: dict[str, Any], number: int
) -> None:
    for place in range(45):
        if place == 23:
            world.clock.move(hours=1)
            client = client.log_in(1)
        client.post("/accounts", Name=f"{'Tern' if place < 23 else 'Gull'} {place}")
    world.watched.calls.clear()
    assert client.get("/accounts", **query).document["TotalRecords"] == number
    assert (
        len([call for call, table in world.watched.calls if call == "query" and table == world.settings.records_table])
        <= 2
    )


def test_a_list_that_is_longer_than_is_counted_has_no_number(
    client: RestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(23):
        client.post("/accounts", Name=f"Tern {place}")
    for most, number in ((22, None), (23, 23)):
        monkeypatch.setattr(list_totals, "MAX_COUNTED_ROWS", most)
        assert client.get("/accounts").document["TotalRecords"] == number


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
