"""The comparison of the API Log with the records finds every way in which they can differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.ops import Item
from scripts.prove import ledger
from tests.flow import crm
from tests.world import World, WorldClient

Rows = list[Item]


@pytest.fixture
def tables(world: World, handler: LambdaHandler) -> tuple[Rows, Rows]:
    """The records and the API Log after an account, and a list with members in three shares."""
    code = world.create_person("Sam", "Manager", "Sales Managers")
    client = WorldClient(world, handler, world.log_in(world.create_profile(), code))
    crm.account(client)
    members = [crm.contact(client, f"Member{place}") for place in range(60)]
    made = client.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    client.call_tool("add_contact_list_members", ContactListCode=made, UserCodes=members)
    return world.database.list_rows(world.settings.records_table), world.audit_rows()


def test_what_agrees_adds_up(tables: tuple[Rows, Rows]) -> None:
    found = ledger.compare(*tables)
    assert found.without_row == found.without_effect == []
    assert found.effects == found.claims == 1 + 60 + 1 + 3


def remove_row(records: Rows, audit: Rows) -> None:
    audit.pop()


def remove_account(records: Rows, audit: Rows) -> None:
    records[:] = [row for row in records if not row["pk"].startswith("accounts#")]


def remove_member(records: Rows, audit: Rows) -> None:
    records.remove(next(row for row in records if row["sk"].startswith("M#")))


def claim_more(records: Rows, audit: Rows) -> None:
    audit[-1]["changes"][0]["fields"]["Members"]["after"] += ", 7"


def claim_another(records: Rows, audit: Rows) -> None:
    audit[-1]["records"] = [*audit[-1]["records"], "accounts#1"]


def claim_what_was_refused(records: Rows, audit: Rows) -> None:
    audit.append(audit[-1] | {"request_id": "another"})


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        pytest.param(remove_row, "without_row", id="a row is missing"),
        pytest.param(remove_member, "without_row", id="a member is missing"),
        pytest.param(remove_account, "without_effect", id="a record is missing"),
        pytest.param(claim_more, "without_effect", id="a row names one member more"),
        pytest.param(claim_another, "without_effect", id="a row names another record"),
        pytest.param(claim_what_was_refused, "without_effect", id="a row of a change that was not made"),
    ],
)
def test_what_differs_is_found(tables: tuple[Rows, Rows], spoil: Callable[[Rows, Rows], None], where: str) -> None:
    spoil(*tables)
    found: Any = ledger.compare(*tables)
    assert getattr(found, where)
