"""CRM scenarios: what an agent does in a person's name, and the audit rows that the calls leave."""

from __future__ import annotations

from tests.flow import crm
from tests.world import World, WorldClient


def test_an_account_with_its_primary_contact_as_a_prospect(world: World, seller: WorldClient) -> None:
    jane = crm.contact(seller, "Jane")
    made = seller.call_tool(
        "create_account",
        Name="Orbital Labs",
        IndustryCode="technology",
        AccountTypeCode="Prospect",
        PrimaryContactCode=jane,
    ).result["Account"]
    assert (made["Industry"]["Name"], made["AccountType"]["Name"]) == ("Technology", "Prospect")
    seen = seller.call_tool("get_account", AccountCode=made["AccountCode"]).result["Account"]
    assert seen["PrimaryContact"] == {"UserCode": jane, "Name": "Jane Doe"}
    contact = {"UserCode": jane, "Name": "Jane Doe", "JobTitle": None, "Primary": True, "LeftCompany": False}
    assert seen["Contacts"] == [contact]
    assert seen["CreatedBy"]["Name"] == "Sal Seller"
    assert [(row["method"], row["person_name"], row["outcome"]) for row in world.audit_rows()] == [
        ("create_contact", "Sal Seller", "ok"),
        ("create_account", "Sal Seller", "ok"),
        ("get_account", "Sal Seller", "ok"),
    ]


def test_a_contact_at_an_account(seller: WorldClient) -> None:
    orbital = crm.account(seller)
    made = seller.call_tool(
        "create_contact",
        Email="jane.doe@orbital.example",
        FirstName="Jane",
        LastName="Doe",
        JobTitle="VP of Engineering",
        AccountCode=orbital,
    ).result["Contact"]
    assert made["UserCode"] > 0
    assert [(link["AccountCode"], link["Name"], link["JobTitle"]) for link in made["Accounts"]] == [
        (orbital, "Orbital Labs", "VP of Engineering")
    ]
    assert [row["UserCode"] for row in seller.call_tool("list_contacts", AccountCode=orbital).result["Items"]] == [
        made["UserCode"]
    ]


def test_an_opportunity_with_a_topic(world: World, seller: WorldClient) -> None:
    orbital, jane = crm.account(seller), crm.contact(seller, "Jane")
    answer = seller.call_tool(
        "create_opportunity", AccountCode=orbital, Title="Platform expansion", Value=40000, PrimaryContactCode=jane
    ).result
    made = answer["Opportunity"]
    assert (made["Value"], made["Currency"], made["Stage"]["Name"]) == (40000, "GBP", "Prospecting")
    assert (made["Account"]["Name"], made["Owner"]["Name"]) == ("Orbital Labs", "Sal Seller")
    assert made["Contacts"] == [{"UserCode": jane, "Name": "Jane Doe", "Role": None, "Primary": True}]
    assert crm.codes(answer["Warnings"]) == ["DEFAULTED"] * 3
    code = made["OpportunityCode"]
    topics = seller.call_tool("add_opportunity_topics", OpportunityCode=code, TopicNames=["platform expansion"]).result
    assert topics["Topics"] == [{"TopicCode": 1, "Name": "Platform Expansion"}]
    seen = seller.call_tool("get_account", AccountCode=orbital).result["Account"]["Opportunities"]
    assert [(row["OpportunityCode"], row["Title"], row["Value"]) for row in seen] == [
        (code, "Platform expansion", 40000)
    ]
    assert world.audit_rows()[-3]["record"] == f"R#opportunities#{code}"
    assert crm.codes(world.audit_rows()[-3]["warnings"]) == ["DEFAULTED"] * 3


def test_a_task_for_next_tuesday(seller: WorldClient) -> None:
    jane = crm.contact(seller, "Jane")
    made = seller.call_tool(
        "create_task",
        Title="Call Jane Doe to confirm the pricing sheet",
        DueDate="2026-12-01T09:00:00Z",
        UserCode=jane,
    ).result["Task"]
    assert (made["Status"], made["Owner"]["Name"], made["Overdue"]) == ("pending", "Sal Seller", False)
    assert made["Scope"] == {"Type": "contact", "Code": jane, "Name": "Jane Doe"}
    upcoming = seller.call_tool("list_tasks", Timing="upcoming", UserCode=jane).result["Items"]
    assert [task["AppUserTaskCode"] for task in upcoming] == [made["AppUserTaskCode"]]


def test_a_note_on_a_contact(seller: WorldClient) -> None:
    jane = crm.contact(seller, "Jane")
    body = "Wants a pricing comparison with competitor X by Friday."
    made = seller.call_tool("create_note", Body=body, Subject="Call today", UserCode=jane).result["Note"]
    assert (made["Body"], made["Author"]["Name"]) == (body, "Sal Seller")
    assert made["Scope"] == {"Type": "contact", "Code": jane, "Name": "Jane Doe"}
    assert [note["NoteCode"] for note in seller.call_tool("list_notes", UserCode=jane).result["Items"]] == [
        made["NoteCode"]
    ]


def test_a_contact_onto_a_campaign_list(world: World, seller: WorldClient) -> None:
    jane = crm.contact(seller, "Jane")
    seller.call_tool("create_contact_list", Title="Spring 2026 Campaign").result  # noqa: B018 (asserts that it worked)
    (found,) = seller.call_tool("list_contact_lists", Search="spring campaign").result["Items"]
    added = seller.call_tool(
        "add_contact_list_members", ContactListCode=found["ContactListCode"], UserCodes=[jane]
    ).result
    assert added["Added"] == [{"UserCode": jane, "Name": "Jane Doe"}]
    seen = seller.call_tool("get_contact_list", ContactListCode=found["ContactListCode"]).result["ContactList"]
    assert (seen["Title"], seen["MemberCount"]) == ("Spring 2026 Campaign", 1)
    assert [row["method"] for row in world.audit_rows() if row["access"] == "write"] == [
        "create_contact",
        "create_contact_list",
        "add_contact_list_members",
    ]


def test_list_three_accounts(seller: WorldClient) -> None:
    for name in ("Orbital Labs", "Lunar Ltd", "Mars Media", "Venus Ventures"):
        crm.account(seller, name)
    listed = seller.call_tool("list_accounts", PageSize=3).result
    assert [row["Name"] for row in listed["Items"]] == ["Orbital Labs", "Lunar Ltd", "Mars Media"]
    rest = seller.call_tool("list_accounts", PageSize=3, Cursor=listed["NextCursor"]).result
    assert ([row["Name"] for row in rest["Items"]], rest["NextCursor"]) == (["Venus Ventures"], None)
