"""Links between contacts and accounts: both sides always agree, and an account has at most one primary contact."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.flow import crm
from tests.world import World, WorldClient

CONTACTS, ACCOUNTS = ("Jane", "Joe", "Jim"), ("Orbital", "Lunar")


def link(client: WorldClient, contact: int, account: int) -> dict[str, Any] | None:
    """The link as the contact shows it."""
    found = client.call_tool("get_contact", UserCode=contact).result["Contact"]["Accounts"]
    return next((entry for entry in found if entry["AccountCode"] == account), None)


def test_linking_and_linking_again(manager: WorldClient) -> None:
    jane, at = crm.contact(manager, "Jane"), crm.account(manager)
    asked = {"UserCode": jane, "AccountCode": at}
    made = manager.call_tool("link_contact_to_account", **asked, JobTitle="CTO").result["Link"]
    assert made == {**asked, "UserAccountCode": 1, "Primary": False, "LeftCompany": False, "JobTitle": "CTO"}
    again = manager.call_tool("link_contact_to_account", **asked, Primary=True).result
    assert (again["Link"], crm.codes(again["Warnings"])) == (made, ["NO_CHANGE"])
    assert manager.call_tool("get_account", AccountCode=at).result["Account"]["ContactCount"] == 1


def test_changing_a_link(manager: WorldClient) -> None:
    jane, at = crm.contact(manager, "Jane"), crm.account(manager)
    asked = {"UserCode": jane, "AccountCode": at}
    assert manager.call_tool("update_contact_account_link", **asked, LeftCompany=True).error["type"] == "not_found"
    made = manager.call_tool("link_contact_to_account", **asked, JobTitle="CTO").result["Link"]
    assert crm.codes(manager.call_tool("update_contact_account_link", **asked).result["Warnings"]) == ["NO_CHANGE"]
    first = manager.call_tool("update_contact_account_link", **asked, Primary=True).result["Link"]
    assert first == {**made, "Primary": True}
    left = manager.call_tool("update_contact_account_link", **asked, LeftCompany=True).result["Link"]
    assert left == {**made, "LeftCompany": True}
    cleared = manager.call_tool("update_contact_account_link", **asked, LeftCompany=None, Primary=None, JobTitle=None)
    assert cleared.result["Link"] == {**made, "JobTitle": None}
    assert manager.call_tool("get_account", AccountCode=at).result["Account"]["PrimaryContact"] is None


def test_unlinking(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    at = crm.account(manager, PrimaryContactCode=jane)
    asked = {"UserCode": jane, "AccountCode": at}
    assert manager.call_tool("unlink_contact_from_account", **asked).result == {
        **asked,
        "Linked": False,
        "Warnings": [],
    }
    found = manager.call_tool("get_account", AccountCode=at).result["Account"]
    assert (found["PrimaryContact"], found["Contacts"], found["ContactCount"]) == (None, [], 0)
    assert manager.call_tool("unlink_contact_from_account", **asked).error["details"]["argument"] == "AccountCode"


@pytest.mark.parametrize(
    "tool", ["link_contact_to_account", "update_contact_account_link", "unlink_contact_from_account"]
)
def test_both_records_must_exist(manager: WorldClient, tool: str) -> None:
    jane, at = crm.contact(manager, "Jane"), crm.account(manager)
    assert manager.call_tool(tool, UserCode=4711, AccountCode=at).error["details"]["argument"] == "UserCode"
    assert manager.call_tool(tool, UserCode=jane, AccountCode=4711).error["details"]["argument"] == "AccountCode"
    assert manager.call_tool("delete_contact", UserCode=jane).result
    assert manager.call_tool(tool, UserCode=jane, AccountCode=at).error["details"]["argument"] == "UserCode"


def test_both_records_are_in_the_log(world: World, manager: WorldClient) -> None:
    jane, at = crm.contact(manager, "Jane"), crm.account(manager)
    assert manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=at).result
    assert world.audit_rows()[-1]["records"] == [f"contacts#{jane}", f"accounts#{at}"]


def test_an_account_may_have_any_number_of_contacts(world: World, manager: WorldClient) -> None:
    """With more contacts than one read returns, each can still be made primary and unlinked."""
    at, last = crm.account(manager), 130
    people = []
    for n in range(last):
        world.clock.move(seconds=0.1)
        people.append(crm.contact(manager, f"P{n:03d}", AccountCode=at))
    found = manager.call_tool("get_account", AccountCode=at).result["Account"]
    assert (found["ContactCount"], [c["UserCode"] for c in found["Contacts"]]) == (last, people[:20])
    for primary in (people[-1], people[0], people[-2]):
        changed = manager.call_tool("update_account", AccountCode=at, PrimaryContactCode=primary).result["Account"]
        assert changed == manager.call_tool("get_account", AccountCode=at).result["Account"]
        assert (len(changed["Contacts"]), [c["UserCode"] for c in changed["Contacts"] if c["Primary"]]) == (
            20,
            [primary],
        )
    assert [link(manager, code, at)["Primary"] for code in (people[-1], people[0], people[-2])] == [False, False, True]  # type: ignore[index]
    assert manager.call_tool("unlink_contact_from_account", UserCode=people[-2], AccountCode=at).result
    assert manager.call_tool("delete_contact", UserCode=people[-1]).result
    found = manager.call_tool("get_account", AccountCode=at).result["Account"]
    assert (found["ContactCount"], found["PrimaryContact"]) == (last - 2, None)
    listed = manager.call_tool("list_contacts", AccountCode=at, PageSize=100).result
    assert len(listed["Items"]) == 100
    rest = manager.call_tool("list_contacts", AccountCode=at, PageSize=100, Cursor=listed["NextCursor"]).result
    assert len(rest["Items"]) == last - 2 - 100


def test_a_contact_has_so_many_accounts_and_no_more(world: World, manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane", JobTitle=" ".join(f"word{n}" for n in range(30)))
    for n in range(25):
        at = crm.account(manager, f"Account {n}")
        assert manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=at).result
    error = manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=crm.account(manager)).error
    assert (error["type"], "at most 25" in error["message"]) == ("conflict", True)
    for code in (1, 2, 3):
        assert manager.call_tool("grant_contact_permission", UserCode=jane, PermissionCode=code).result
    renamed = " ".join(f"other{n}" for n in range(30))
    assert manager.call_tool(
        "update_contact", UserCode=jane, JobTitle=renamed, ExternalID="x", IdempotencyKey="k"
    ).result
    assert manager.call_tool("update_contact", UserCode=jane, Email="new@orbital.example").result
    assert manager.call_tool("delete_contact", UserCode=jane, IdempotencyKey="d").result["Deleted"] is True


class Links(RuleBasedStateMachine):
    """Contacts and accounts that are linked, unlinked and made primary in any order, compared with a plain model."""

    client: WorldClient
    rounds = count()

    def __init__(self) -> None:
        super().__init__()
        number = next(self.rounds)
        self.people = {name: crm.contact(self.client, f"{name}{number}") for name in CONTACTS}
        self.places = {name: crm.account(self.client, name) for name in ACCOUNTS}
        self.linked: set[tuple[str, str]] = set()
        self.primary: dict[str, str | None] = dict.fromkeys(ACCOUNTS)

    def call(self, tool: str, who: str, where: str, **more: Any) -> Any:
        self.client.world.clock.move(seconds=0.1)
        return self.client.call_tool(tool, UserCode=self.people[who], AccountCode=self.places[where], **more)

    @rule(who=st.sampled_from(CONTACTS), where=st.sampled_from(ACCOUNTS), primary=st.booleans())
    def link(self, who: str, where: str, primary: bool) -> None:
        assert self.call("link_contact_to_account", who, where, Primary=primary).result
        if (who, where) not in self.linked and primary:
            self.primary[where] = who
        self.linked.add((who, where))

    @rule(who=st.sampled_from(CONTACTS), where=st.sampled_from(ACCOUNTS))
    def unlink(self, who: str, where: str) -> None:
        answer = self.call("unlink_contact_from_account", who, where)
        assert answer.result if (who, where) in self.linked else answer.error
        self.linked.discard((who, where))
        if self.primary[where] == who:
            self.primary[where] = None

    @rule(who=st.sampled_from(CONTACTS), where=st.sampled_from(ACCOUNTS), primary=st.booleans())
    def change(self, who: str, where: str, primary: bool) -> None:
        answer = self.call("update_contact_account_link", who, where, Primary=primary)
        if (who, where) not in self.linked:
            assert answer.error["type"] == "not_found"
        elif primary:
            self.primary[where] = who
        elif self.primary[where] == who:
            self.primary[where] = None

    @rule(who=st.none() | st.sampled_from(CONTACTS), where=st.sampled_from(ACCOUNTS))
    def name_primary(self, who: str | None, where: str) -> None:
        code = self.people[who] if who else None
        answer = self.client.call_tool("update_account", AccountCode=self.places[where], PrimaryContactCode=code).result
        assert (answer["Account"]["PrimaryContact"] or {}).get("UserCode") == code
        self.primary[where] = who
        self.linked |= {(who, where)} if who else set()

    @invariant()
    def both_sides_say_the_same(self) -> None:
        self.client.world.clock.move(seconds=0.1)
        for where, place in self.places.items():
            found = self.client.call_tool("get_account", AccountCode=place).result["Account"]
            named = self.primary[where]
            mine = sorted(self.people[who] for who, at in self.linked if at == where)
            assert [entry["UserCode"] for entry in found["Contacts"]] == mine
            assert found["ContactCount"] == len(mine)
            assert [e["UserCode"] for e in found["Contacts"] if e["Primary"]] == ([self.people[named]] if named else [])
            assert (found["PrimaryContact"] or {}).get("UserCode") == (self.people[named] if named else None)
        for who, code in self.people.items():
            entries = self.client.call_tool("get_contact", UserCode=code).result["Contact"]["Accounts"]
            assert {(e["AccountCode"], e["Primary"]) for e in entries} == {
                (self.places[at], self.primary[at] == who) for other, at in self.linked if other == who
            }


@pytest.fixture
def machine(manager: WorldClient) -> type[Links]:
    return type("LinksOf", (Links,), {"client": manager})


def test_any_sequence_of_links_keeps_both_sides_together(world: World, machine: type[Links]) -> None:
    world.clock.move(seconds=1)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
