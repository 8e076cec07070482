"""Contacts, team and topics of opportunities, and who may change them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.port import RecordRef
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import World, WorldClient

SAM, SAL = 1, 2
WRITES: dict[str, dict[str, Any]] = {
    "update_opportunity": {"Title": "New"},
    "add_opportunity_contact": {"UserCode": 1},
    "remove_opportunity_contact": {"UserCode": 1},
    "add_opportunity_team_member": {"UserCode": 2},
    "remove_opportunity_team_member": {"UserCode": 3},
    "add_opportunity_topics": {"TopicCodes": [1]},
    "remove_opportunity_topics": {"TopicCodes": [1]},
}


@pytest.fixture
def sale(manager: WorldClient, seller: WorldClient) -> int:
    """The manager's opportunity; the seller is a member of staff who takes no part in it."""
    return crm.opportunity(manager, crm.account(manager))


def _ask(client: WorldClient, tool: str, code: int, **more: Any) -> dict[str, Any]:
    return client.call_tool(tool, OpportunityCode=code, **more).result


def test_contacts_with_roles_and_one_primary(manager: WorldClient, sale: int) -> None:
    jane, john = crm.contact(manager, "Jane"), crm.contact(manager, "John")
    added = _ask(manager, "add_opportunity_contact", sale, UserCode=jane, Role="Decision_Maker", Primary=True)[
        "Contact"
    ]
    assert added == {
        "OpportunityCode": sale,
        "UserCode": jane,
        "Name": "Jane Doe",
        "Role": "decision_maker",
        "Primary": True,
    }
    again = _ask(manager, "add_opportunity_contact", sale, UserCode=jane)
    assert (again["Contact"], crm.codes(again["Warnings"])) == (added, ["NO_CHANGE"])
    _ask(manager, "add_opportunity_contact", sale, UserCode=john, Role="user", Primary=True)
    _ask(manager, "add_opportunity_contact", sale, UserCode=jane, Role="champion")
    listed = _ask(manager, "list_opportunity_contacts", sale)["Contacts"]
    assert [(row["UserCode"], row["Role"], row["Primary"]) for row in listed] == [
        (jane, "champion", False),
        (john, "user", True),
    ]
    gone = _ask(manager, "remove_opportunity_contact", sale, UserCode=john)
    assert gone == {"OpportunityCode": sale, "UserCode": john, "Linked": False, "Warnings": []}
    assert crm.codes(_ask(manager, "remove_opportunity_contact", sale, UserCode=john)["Warnings"]) == ["NO_CHANGE"]
    seen = _ask(manager, "get_opportunity", sale)["Opportunity"]
    assert (seen["PrimaryContact"], [row["UserCode"] for row in seen["Contacts"]]) == (None, [jane])


def test_a_new_primary_contact_or_owner_joins(manager: WorldClient, sale: int) -> None:
    jane = crm.contact(manager, "Jane")
    seen = _ask(manager, "update_opportunity", sale, PrimaryContactCode=jane, OwnerCode=SAL)["Opportunity"]
    assert [(row["UserCode"], row["Primary"]) for row in seen["Contacts"]] == [(jane, True)]
    assert [row["UserCode"] for row in seen["TeamMembers"]] == [SAM, SAL]
    assert _ask(manager, "remove_opportunity_team_member", sale, UserCode=SAM)["Member"] is False


ROLES = [
    # what the team's roles are before, the role of the new owner afterwards, and that of the former one
    pytest.param({}, [("Sam", None), ("Sal", "Owner")], id="no member yet"),
    pytest.param({SAL: {}}, [("Sam", None), ("Sal", "Owner")], id="a member without a role"),
    pytest.param({SAL: {"Role": "Demo", "Split": 20}}, [("Sam", None), ("Sal", "Owner")], id="a member with a role"),
    pytest.param({SAM: {"Role": "Closer"}}, [("Sam", "Closer"), ("Sal", "Owner")], id="an owner with another role"),
    pytest.param({SAM: {"Role": "OWNER"}}, [("Sam", None), ("Sal", "Owner")], id="an owner in capitals"),
]


@pytest.mark.parametrize(("before", "after"), ROLES)
def test_an_opportunity_has_one_owner(
    world: World, manager: WorldClient, sale: int, before: dict[int, Any], after: list[tuple[str, str | None]]
) -> None:
    for code, role in before.items():
        _ask(manager, "add_opportunity_team_member", sale, UserCode=code, **role)
    seen = _ask(manager, "update_opportunity", sale, OwnerCode=SAL)["Opportunity"]
    assert [(row["Name"].split()[0], row["Role"]) for row in seen["TeamMembers"]] == after
    (change,) = world.audit_rows()[-1]["changes"]
    assert change["fields"]["OwnerCode"] == {"before": SAM, "after": SAL}
    back = _ask(manager, "update_opportunity", sale, OwnerCode=SAM)["Opportunity"]
    assert [row["UserCode"] for row in back["TeamMembers"] if row["Role"] == "Owner"] == [SAM]


@pytest.mark.parametrize("role", ["Owner", "owner", " OWNER "])
def test_nobody_else_has_the_role_of_the_owner(manager: WorldClient, sale: int, role: str) -> None:
    asked = {"OpportunityCode": sale, "UserCode": SAL, "Role": role}
    error = manager.call_tool("add_opportunity_team_member", **asked).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Role")
    assert "OwnerCode" in error["message"]


def test_contacts_do_not_change_with_their_opportunities(world: World, manager: WorldClient, sale: int) -> None:
    jane = crm.contact(manager, "Jane")
    before = world.records.load_documents([RecordRef("contacts", jane)])
    _ask(manager, "add_opportunity_contact", sale, UserCode=jane, Primary=True)
    assert world.records.load_documents([RecordRef("contacts", jane)]) == before


def test_a_deleted_contact_is_not_shown(manager: WorldClient, sale: int) -> None:
    jane = crm.contact(manager, "Jane")
    _ask(manager, "add_opportunity_contact", sale, UserCode=jane)
    assert manager.call_tool("delete_contact", UserCode=jane).result["Deleted"]
    assert _ask(manager, "list_opportunity_contacts", sale)["Contacts"] == []


def test_the_team_with_splits(manager: WorldClient, sale: int) -> None:
    added = _ask(manager, "add_opportunity_team_member", sale, UserCode=SAL, Role="Demo", Split=80)["TeamMember"]
    assert (added["Name"], added["Role"], added["Split"]) == ("Sal Seller", "Demo", 80)
    asked = {"OpportunityCode": sale, "UserCode": SAM, "Split": 21}
    assert manager.call_tool("add_opportunity_team_member", **asked).error["details"]["argument"] == "Split"
    _ask(manager, "add_opportunity_team_member", sale, UserCode=SAM, Split=20)
    team = _ask(manager, "list_opportunity_team_members", sale)["TeamMembers"]
    assert [(row["UserCode"], row["Role"], row["Split"]) for row in team] == [(SAM, "Owner", 20), (SAL, "Demo", 80)]
    error = manager.call_tool("remove_opportunity_team_member", OpportunityCode=sale, UserCode=SAM).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "UserCode")
    assert _ask(manager, "remove_opportunity_team_member", sale, UserCode=SAL) == {
        "OpportunityCode": sale,
        "UserCode": SAL,
        "Member": False,
        "Warnings": [],
    }


def test_who_can_be_added(manager: WorldClient, sale: int) -> None:
    jane = crm.contact(manager, "Jane")
    for tool, code, kind in (
        ("add_opportunity_team_member", jane, "not_found"),
        ("add_opportunity_team_member", 99, "not_found"),
        ("add_opportunity_contact", 99, "not_found"),
    ):
        error = manager.call_tool(tool, OpportunityCode=sale, UserCode=code).error
        assert (error["type"], error["details"]["argument"]) == (kind, "UserCode")


def test_everything_at_once_on_the_largest_opportunity(world: World, handler: LambdaHandler, profile: Profile) -> None:
    staff = [world.create_person(f"P{place}", "Staff", "Sales Managers") for place in range(11)]
    client = WorldClient(world, handler, world.log_in(profile, staff[0]))
    sale = crm.opportunity(client, crm.account(client), _words("old"), Stage="Qualification")
    for member in staff[1:10]:
        _ask(client, "add_opportunity_team_member", sale, UserCode=member)
    contacts = [crm.contact(client, f"C{place}") for place in range(21)]
    for contact in contacts[:19]:
        _ask(client, "add_opportunity_contact", sale, UserCode=contact)
    _ask(client, "add_opportunity_contact", sale, UserCode=contacts[19], Primary=True)
    _ask(client, "add_opportunity_topics", sale, TopicCodes=list(range(1, 13)))
    asked = {"Title": _words("new"), "Stage": "Closed Won", "OwnerCode": staff[1], "PrimaryContactCode": contacts[0]}
    assert _ask(client, "update_opportunity", sale, **asked, IdempotencyKey="k")["Opportunity"]["Stage"]["Won"] is True
    for tool, one in (("add_opportunity_contact", contacts[20]), ("add_opportunity_team_member", staff[10])):
        assert client.call_tool(tool, OpportunityCode=sale, UserCode=one).error["type"] == "conflict"


def _words(start: str) -> str:
    """A title with as many different words as can be searched for."""
    return " ".join(f"{start}{place}" for place in range(25))


def test_topics_by_code_and_by_name(manager: WorldClient, sale: int) -> None:
    both = manager.call_tool("add_opportunity_topics", OpportunityCode=sale, TopicCodes=[1], TopicNames=["Renewal"])
    assert (
        both.error["type"]
        == manager.call_tool("add_opportunity_topics", OpportunityCode=sale).error["type"]
        == "validation_error"
    )
    added = _ask(manager, "add_opportunity_topics", sale, TopicNames=["RENEWAL", "Platfrm Expansion"])
    assert added["Topics"] == [{"TopicCode": 2, "Name": "Renewal"}]
    assert [(w["Code"], "Did you mean Platform Expansion" in w["Message"]) for w in added["Warnings"]] == [
        ("UNKNOWN_REFERENCE", True)
    ]
    more = _ask(manager, "add_opportunity_topics", sale, TopicCodes=[1, 99, 2])
    assert ([t["TopicCode"] for t in more["Topics"]], crm.codes(more["Warnings"])) == ([2, 1], ["UNKNOWN_REFERENCE"])
    assert crm.codes(_ask(manager, "add_opportunity_topics", sale, TopicCodes=[1])["Warnings"]) == ["NO_CHANGE"]
    left = _ask(manager, "remove_opportunity_topics", sale, TopicCodes=[2, 7])
    assert left["Topics"] == _ask(manager, "list_opportunity_topics", sale)["Topics"] == more["Topics"][1:]


@pytest.mark.parametrize("tool", WRITES)
def test_others_may_look_but_not_touch(manager: WorldClient, seller: WorldClient, sale: int, tool: str) -> None:
    error = seller.call_tool(tool, OpportunityCode=sale, **WRITES[tool]).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "opportunities.all")
    assert _ask(seller, "get_opportunity", sale)["Opportunity"]["Title"] == "Platform expansion"
    _ask(manager, "add_opportunity_team_member", sale, UserCode=SAL)
    assert _ask(seller, "update_opportunity", sale, Title="Ours")["Opportunity"]["UpdatedBy"]["Name"] == "Sal Seller"


def test_deleting_needs_the_right(seller: WorldClient) -> None:
    own = crm.opportunity(seller, crm.account(seller))
    assert (
        seller.call_tool("delete_opportunity", OpportunityCode=own).error["details"]["rule"] == "opportunities.delete"
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owner=st.sampled_from([1, 2, 3]),
    team=st.lists(st.sampled_from([1, 2, 3]), unique=True),
    everybody=st.booleans(),
    tool=st.sampled_from(sorted(WRITES)),
)
def test_own_team_or_all(owner: int, team: list[int], everybody: bool, tool: str) -> None:
    """Sal may change exactly the opportunities that Sal owns or is on the team of, or all of them with the `all` right."""
    world = World()
    handler = world.new_handler()
    profile: Profile = world.create_profile()
    boss = WorldClient(world, handler, world.log_in(profile, world.create_person("Sam", "Manager", "Sales Managers")))
    seller = WorldClient(world, handler, world.log_in(profile, world.create_person("Sal", "Seller", "Sales")))
    world.create_person("Tom", "Third", "Sales")
    if everybody:
        world.people.change(2, rights={"opportunities.all": None})
    code = crm.opportunity(boss, crm.account(boss), OwnerCode=owner)
    for member in team:
        _ask(boss, "add_opportunity_team_member", code, UserCode=member)
    answer = seller.call_tool(tool, OpportunityCode=code, **WRITES[tool])
    refused = answer.document["result"].get("isError") and answer.error["type"] == "permission_denied"
    assert bool(refused) != (owner == 2 or 2 in team or everybody)
    handler.close()
