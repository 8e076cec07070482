"""An independent version 1 client sees at the service's own edge what it sees at an independent version 1 instance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.version1.cases import CASES, make_account, make_user, show
from tests.version1.in_memory import start_instance
from tests.version1.seed import LOGIN
from tests.version1.shapes import ERROR
from tests.version1.stage import ACCOUNTS, Stage, Step
from tests.version1_edge import EMAIL, PASSWORD, open_edge_stage
from tests.world import World

ADDED = {
    *("TopicCodes", "CreatedDate", "UpdatedDate"),
    *("AccountManagerCode", "IndustryCode", "AccountTypeCode"),
}
"""What the edge tells beyond the public description."""


@pytest.fixture(scope="module", name="stage")
def open_stage() -> Iterator[Stage]:
    with open_edge_stage(World()) as stage:
        yield stage


@pytest.mark.parametrize("case", CASES)
def test_case(stage: Stage, case: str) -> None:
    assert stage.run(CASES[case]) == []


def test_three_pages(stage: Stage) -> None:
    assert stage.run([make_account(f"Fulmar {number}") for number in range(41)]) == []
    pages = stage.walk(ACCOUNTS, "Accounts", "Search=Fulmar")
    assert [len(page.document["Accounts"]) for page in pages] == [20, 20, 1]


def test_replay(stage: Stage) -> None:
    assert stage.repeat_call() == (200, 401)


@pytest.mark.parametrize(
    ("create", "path"),
    [
        pytest.param(make_account("Tern"), "/crm/v1/accounts/$account", id="account"),
        pytest.param(make_user("Ida", "Knot"), "/crm/v1/users/$user", id="user"),
    ],
)
def test_every_attribute_of_a_record_is_one_of_version_1(stage: Stage, create: Step, path: str) -> None:
    names = []
    for each in (stage, Stage(start_instance()[1])):
        assert each.run([create]) == []
        names.append(set(each.client.call("GET", each.fill(path)).document))
    assert names[0] - names[1] <= ADDED
    assert len(names[0]) > 20


@pytest.mark.parametrize("query", ["StartCode=0", "StartCode=0&Search=Tern%20Ltd", "StartCode=70"])
def test_a_list_may_be_signed_with_its_query(stage: Stage, query: str) -> None:
    stage.client.signs_queries = True
    answer = stage.client.call("GET", ACCOUNTS, query)
    stage.client.signs_queries = False
    assert answer.status == 200


def test_nothing_acts_without_a_person(stage: Stage) -> None:
    answer = stage.client.call("GET", ACCOUNTS, AccessToken="")
    assert answer.status == 401
    assert "AccessToken" in answer.document["error"]["message"]


BAD = {"AccountCode": "$account", "UserCode": "$user", "LeftCompany": 1}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step("PUT", "/crm/v1/accounts/$account", 400, ERROR, body={"City": "Cork", "Fax": "1"}), id="fax"),
        pytest.param(Step("PUT", "/crm/v1/users/$user", 400, ERROR, body={"disabled": 1}), id="bit"),
        pytest.param(Step("POST", "/crm/v1/useraccounts", 400, ERROR, body=BAD), id="new link of a leaver"),
        pytest.param(Step("GET", "/crm/v1/users/$user", 404, ERROR, query="subscriptions"), id="subscriptions"),
        pytest.param(Step("PUT", "/crm/v1/accounts/$account", 200, body={"Fax": "", "TaxExempt": 0}), id="nothing"),
    ],
)
def test_nothing_is_lost_without_a_word(stage: Stage, step: Step) -> None:
    assert stage.run([make_account("Dotterel"), make_user("Dot", "Knot"), step]) == []
    stored = [show("/crm/v1/accounts/$account", "City", {"City": None})]
    assert stage.run([*stored, show("/crm/v1/users/$user", "UserAccounts", {"UserAccounts": []})]) == []
    assert stage.run([Step("DELETE", "/crm/v1/users/$user", 200)]) == []


LOGINS = [pytest.param(True, id="edge"), pytest.param(False, id="independent instance")]


@pytest.mark.parametrize("is_edge", LOGINS)
def test_login_renewal_and_user(stage: Stage, is_edge: bool) -> None:
    client, login = (stage.client, (EMAIL, PASSWORD)) if is_edge else (start_instance()[1], LOGIN)
    pair = client.log_in(*login).document
    assert (set(pair), pair["Expires"]) == ({"AccessToken", "RefreshToken", "Expires"}, "3600")
    user = client.call("GET", "/user", Filter="FirstName,LastName,SecurityGroups").document
    assert set(user) == {"FirstName", "LastName", "SecurityGroups"}
    renewed = client.call("GET", "/token", RefreshToken=pair["RefreshToken"]).document
    assert (set(renewed), renewed["Expires"]) == (set(pair), "3600")
    assert not {pair["AccessToken"], pair["RefreshToken"]} & {renewed["AccessToken"], renewed["RefreshToken"]}
    client.tokens = {"AccessToken": renewed["AccessToken"]}
    assert client.call("GET", "/user").status == 200
    assert client.call("GET", "/token", RefreshToken=pair["RefreshToken"]).status == 401
    client.log_in(*login)
