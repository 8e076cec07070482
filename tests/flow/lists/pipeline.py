"""A sales team's pipeline, filled once: its opportunities, tasks and contacts, and what a person would read off them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from tests.flow import crm
from tests.world import World, WorldClient

STAGES = (1, 2, 8, 9)
DEALS: tuple[dict[str, Any], ...] = (
    {"Value": 100, "Stage": 1, "CloseDate": "2026-12-01"},
    {"Value": 0.1, "Stage": 2, "CloseDate": "2026-12-31"},
    {"Value": 0.2, "Stage": 2, "Currency": "EUR"},
    {"Stage": 8, "CloseDate": "2027-01-15"},
    {"Value": 1234.56, "Stage": 9, "Currency": "USD", "CloseDate": "2026-11-30"},
    {"Value": 100, "Stage": 8, "CloseDate": "2026-12-15"},
    {"Value": 99.99, "Stage": 1},
)


@dataclass
class Pipeline:
    """The team's clients by person, and the codes of what was made, by name."""

    world: World
    profile: Profile
    lead: WorldClient
    people: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)

    def pass_a_day(self) -> None:
        """Moves the clock by a day, after which Sam logs in anew."""
        self.world.clock.move(hours=24)
        self.lead = WorldClient(self.world, self.lead.handler, self.world.log_in(self.profile, self.people["Sam"]))

    def pages(self, tool: str, **asked: Any) -> list[dict[str, Any]]:
        """The rows of all pages of a list."""
        rows, cursor = list[dict[str, Any]](), None
        for _ in range(50):
            page = self.lead.call_tool(tool, **asked, **({"Cursor": cursor} if cursor else {})).result
            rows += page["Items"]
            cursor = page["NextCursor"]
            if cursor is None:
                return rows
        raise AssertionError(f"{tool} {asked} has no last page")

    def names(self, made: dict[str, int], key: str, rows: list[dict[str, Any]]) -> str:
        """The names of rows, one letter each, in their order."""
        by_code = {code: name for name, code in made.items()}
        return "".join(by_code[row[key]][0] for row in rows if row[key] in by_code)


@contextmanager
def at_work() -> Iterator[Pipeline]:
    """The pipeline of a team of three: Sam leads, Ann and Bob own tasks and opportunities."""
    world = World()
    handler, profile = world.new_handler(), world.create_profile()
    code = world.create_person("Sam", "Lead", "Sales Managers", "Legal")
    made = Pipeline(world, profile, WorldClient(world, handler, world.log_in(profile, code)), {"Sam": code})
    made.people |= {name: world.create_person(name, "Smith", "Sales") for name in ("Ann", "Bob")}
    _fill_accounts(made)
    _fill_contacts(made)
    _fill_deals(made)
    _fill_tasks(made)
    yield made
    handler.close()


def _fill_accounts(made: Pipeline) -> None:
    for name, more in {
        "Orbital": {"IndustryCode": 1, "CompanySize": 50, "AnnualTurnover": 10},
        "Lunar": {"IndustryCode": 1, "CompanySize": 7},
        "Mars": {"IndustryCode": 2, "CompanySize": 1000, "AnnualTurnover": 9},
        "Nix": {},
    }.items():
        made.accounts[name] = crm.account(made.lead, name, **more)
        made.pass_a_day()


def _fill_contacts(made: Pipeline) -> None:
    for name, accounts in {"Jane": "Orbital Lunar", "Kim": "Lunar", "Lee": "Mars", "Max": "", "Nia": "Orbital"}.items():
        made.contacts[name] = crm.contact(made.lead, name, CountryISO="GB" if name in "Jane Kim" else None)
        for account in accounts.split():
            link = {"UserCode": made.contacts[name], "AccountCode": made.accounts[account]}
            assert made.lead.call_tool("link_contact_to_account", **link).result
    left = {"UserCode": made.contacts["Nia"], "AccountCode": made.accounts["Orbital"], "LeftCompany": True}
    assert made.lead.call_tool("update_contact_account_link", **left).result
    for name, permission in (("Jane", 1), ("Lee", 1), ("Lee", 2)):
        asked = {"UserCode": made.contacts[name], "PermissionCode": permission}
        assert made.lead.call_tool("grant_contact_permission", **asked).result
    for title, names in {"Spring": "Kim Max", "Autumn": "Kim"}.items():
        made.lead.call_tool("create_contact_list", Title=title)
        members = [made.contacts[name] for name in names.split()]
        assert made.lead.call_tool("add_contact_list_members", ContactListCode=title, UserCodes=members).result


def _fill_deals(made: Pipeline) -> None:
    accounts, owners = list(made.accounts.values()), list(made.people.values())
    for number, more in enumerate(DEALS):
        asked = {"OwnerCode": owners[number % 3], **more}
        if asked["Stage"] == 9:
            asked["Stage"] = 8
        code = crm.opportunity(made.lead, accounts[number % 4], f"Deal {number}", **asked)
        if more["Stage"] == 9:
            assert made.lead.call_tool("update_opportunity", OpportunityCode=code, Stage=9).result


def _fill_tasks(made: Pipeline) -> None:
    for name, owner, more in (
        ("a late", "Ann", {"DueDate": "2026-11-24"}),
        ("b late", "Bob", {"DueDate": "2026-11-23"}),
        ("s late", "Sam", {"DueDate": "2026-11-22"}),
        ("n not due", "Ann", {"DueDate": "2027-11-22"}),
        ("o open end", "Bob", {}),
    ):
        asked = {"Title": name, "OwnerCode": made.people[owner], **more}
        made.tasks[name] = made.lead.call_tool("create_task", **asked).result["Task"]["AppUserTaskCode"]
    done = made.lead.call_tool("create_task", Title="d done", OwnerCode=made.people["Ann"], DueDate="2026-11-20")
    made.tasks["d done"] = done.result["Task"]["AppUserTaskCode"]
    made.lead.call_tool("update_task", AppUserTaskCode=made.tasks["d done"], Status="completed")
