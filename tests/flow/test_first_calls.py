"""The first calls of a new client: responses and audit rows."""

from __future__ import annotations

from tests.world import World, WorldClient


def test_create_an_account_with_its_primary_contact_then_list_three(world: World, manager: WorldClient) -> None:
    jane = manager.call_tool("create_contact", Email="jane@orbital.example", FirstName="Jane", LastName="Doe").result[
        "Contact"
    ]
    made = manager.call_tool(
        "create_account",
        Name="Orbital Labs",
        IndustryCode="technology",
        AccountTypeCode="Prospect",
        PrimaryContactCode=jane["UserCode"],
    ).result["Account"]
    assert made["Industry"]["Name"] == "Technology"
    assert made["AccountType"]["Name"] == "Prospect"
    assert made["PrimaryContact"] == {"UserCode": jane["UserCode"], "Name": "Jane Doe"}
    assert made["CreatedBy"]["Name"] == "Sam Manager"
    listed = manager.call_tool("list_accounts", PageSize=3).result
    assert [row["Name"] for row in listed["Items"]] == ["Orbital Labs"]
    assert [(row["method"], row["status"], row["person_name"]) for row in world.audit_rows()] == [
        ("create_contact", 200, "Sam Manager"),
        ("create_account", 200, "Sam Manager"),
        ("list_accounts", 200, "Sam Manager"),
    ]


def test_a_row_names_the_record_that_the_method_is_about(world: World, manager: WorldClient) -> None:
    jane = manager.call_tool("create_contact", Email="jane@orbital.example", FirstName="Jane", LastName="Doe").result[
        "Contact"
    ]
    manager.call_tool("create_account", Name="Orbital Labs", PrimaryContactCode=jane["UserCode"])
    row = world.audit_rows()[-1]
    assert row["record"] == "R#accounts#1"
    assert sorted(row["records"]) == ["accounts#1", f"contacts#{jane['UserCode']}"]


def test_a_misspelt_required_argument_is_pointed_out(manager: WorldClient) -> None:
    error = manager.call_tool("create_account", Nmae="Orbital Labs").error
    assert (error["message"], error["details"]["argument"]) == ("Name is required.", "Name")
    assert error["details"]["ignored"] == ["create_account has no argument Nmae; it was ignored. Did you mean Name?"]
