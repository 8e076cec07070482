"""An independent version 1 client sees at the service's own edge what it sees at an independent version 1 instance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.version1.cases import CASES, make_account, make_user
from tests.version1.in_memory import start_instance
from tests.version1.seed import LOGIN
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


def test_login_renewal_and_user(stage: Stage) -> None:
    """The calls about a person have the attributes that the independent instance gives them."""
    both = [stage.client, start_instance()[1]]
    pairs = [client.log_in(*login).document for client, login in zip(both, [(EMAIL, PASSWORD), LOGIN], strict=True)]
    assert set(pairs[0]) >= set(pairs[1])
    assert pairs[0]["Expires"] == pairs[1]["Expires"] == "3600"
