"""Countries and member types as callers write them: what is stored, what is said, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import World, WorldClient

WRITES: dict[str, dict[str, Any]] = {
    "create_account": {"Name": "Orbital"},
    "update_account": {"AccountCode": 1},
    "create_contact": {"Email": "a@o.example", "FirstName": "A", "LastName": "B"},
    "update_contact": {"UserCode": 2},
}
STORED = [
    # as written, as stored, whether the answer says so
    ("GB", "GB", False),
    ("gb", "GB", False),
    ("UK", "GB", True),
    ("GBR", "GB", True),
    ("United Kingdom", "GB", True),
    ("deu", "DE", True),
    ("Côte d’Ivoire", "CI", True),
]


@pytest.fixture
def shop(manager: WorldClient) -> WorldClient:
    assert (crm.account(manager), crm.contact(manager, "Jane")) == (1, 2)
    return manager


@pytest.mark.parametrize(("written", "stored", "said"), STORED, ids=[written for written, _, _ in STORED])
@pytest.mark.parametrize("tool", WRITES)
def test_a_country_is_stored_as_its_code(
    world: World, shop: WorldClient, tool: str, written: str, stored: str, said: bool
) -> None:
    answer = shop.call_tool(tool, **WRITES[tool], CountryISO=written).result
    record = answer.get("Account") or answer["Contact"]
    told = [(each["Code"], each["Message"]) for each in answer["Warnings"] if each["Argument"] == "CountryISO"]
    assert record["CountryISO"] == stored
    assert told == [("STORED_DIFFERENTLY", f"CountryISO was stored as {stored}.")] * said
    assert world.audit_rows()[-1]["warnings"] == answer["Warnings"]


@pytest.mark.parametrize("written", ["ZZZ", "XX", "Atlantis", "EU"])
@pytest.mark.parametrize("tool", WRITES)
def test_what_is_no_country_is_refused(shop: WorldClient, tool: str, written: str) -> None:
    error = shop.call_tool(tool, **WRITES[tool], CountryISO=written).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "CountryISO")
    assert "ISO 3166" in error["message"]


@pytest.mark.parametrize("tool", ["create_contact", "update_contact"])
def test_member_types_are_looked_up(world: World, shop: WorldClient, tool: str) -> None:
    offered = shop.call_tool("list_contact_lookups").result["MemberTypes"]
    codes = [entry["Code"] for entry in offered[:2]]
    seen = shop.call_tool(tool, **WRITES[tool], MemberTypes=codes).result["Contact"]
    assert [(each["MemberTypeCode"], each["Name"]) for each in seen["MemberTypes"]] == [
        (entry["Code"], entry["Name"]) for entry in offered[:2]
    ]
    for wrong in ([99], [codes[0], 99]):
        fields = {**WRITES[tool], "Email": "other@o.example", "MemberTypes": wrong}
        error = shop.call_tool(tool, **fields).error
        assert (error["type"], error["details"]["argument"]) == ("validation_error", "MemberTypes")
        assert offered[0]["Name"] in error["message"]
        assert world.audit_rows()[-1]["status"] == 400
