"""Confirm over the REST API: false is a call that nobody was asked about, and what it would do is said before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.route_document import list_paths
from tests.rest_client import RestClient
from tests.world import World


@pytest.fixture(name="client")
def manager(world: World) -> Iterator[RestClient]:
    """A program on a profile that asks nobody, in the name of somebody who may delete."""
    program = RestClient.open(world, world.create_profile(rest=True), world.create_person("Ann", "B", "Sales Managers"))
    yield program
    program.handler.close()


@pytest.fixture
def account(client: RestClient) -> int:
    code: int = client.post("/accounts", Name="Orbital Labs").document["Account"]["AccountCode"]
    return code


def test_what_was_not_asked_about_is_refused_and_named(client: RestClient, world: World, account: int) -> None:
    refused = client.delete(f"/accounts/{account}", Confirm=False)
    assert (refused.status, refused.error["type"]) == (409, "confirmation_required")
    assert refused.error["details"]["about"] == f"account {account} 'Orbital Labs'"
    assert client.get(f"/accounts/{account}").status == 200
    row = next(row for row in world.audit_rows() if row["error"])
    assert (row["status"], row["confirmed"], row["arguments"]["Confirm"]) == (409, "", False)
    assert client.delete("/accounts/4711", Confirm=False).status == 404


@pytest.mark.parametrize(
    ("given", "row"),
    [pytest.param({}, "", id="nothing"), pytest.param({"Confirm": True}, "by argument", id="a yes")],
)
def test_a_profile_that_asks_nobody_carries_out_the_rest(
    client: RestClient, world: World, account: int, given: dict[str, Any], row: str
) -> None:
    done = client.delete(f"/accounts/{account}", **given).document
    assert (done["Deleted"], done["Warnings"]) == (True, [])
    assert world.audit_rows()[-1]["confirmed"] == row


def test_a_key_that_was_used_answers_whatever_is_said(client: RestClient, account: int) -> None:
    given = {"IdempotencyKey": "k"}
    first = client.delete(f"/accounts/{account}", **given).document
    again = client.delete(f"/accounts/{account}", **given, Confirm=False).document
    assert ([warning["Code"] for warning in again["Warnings"]], again["Deleted"]) == (["REPLAYED"], first["Deleted"])


def test_offer_and_document_say_which_methods_take_it(client: RestClient) -> None:
    offered = {name: "Confirm" in each["Arguments"] for name, each in client.get().document["Methods"].items()}
    assert offered == {name: method.may_need_confirmation for name, method in METHODS.items()}
    operations = [operation for path in list_paths([], "Answer").values() for operation in path.values()]
    bodies = {each["operationId"]: str(each.get("requestBody")) for each in operations}
    assert {name for name, body in bodies.items() if "'Confirm'" in body} == {
        name for name, taken in offered.items() if taken
    }
