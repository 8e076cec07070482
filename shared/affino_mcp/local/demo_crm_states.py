"""The demo's CRM records in every state that a tool acts on: consents, roles, teams, done tasks, deleted records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from affino_mcp.local.demo_crm import OPPORTUNITY_COUNT
from affino_mcp.local.steps import DemoStep, StepRef

_MARKETING, _TELEPHONE = 1, 2
_CONSENTING_COUNT: Final = 12
_MANAGER: Final = "sales_manager"
"""Mara Lind, whose token `make run` prints; she may also give and revoke consents."""


def make_crm_state_steps() -> Iterator[DemoStep]:
    """The steps that follow those of the CRM's records, which they refer to."""
    yield from _make_consent_steps()
    yield from _make_mailing_list_steps()
    yield from _make_link_steps()
    yield from (step for place in range(0, OPPORTUNITY_COUNT, 5) for step in _make_people_steps(place))
    yield from _make_subject_steps()
    yield from _make_duplicate_steps()
    yield from _make_history_steps()


def _step(tool: str, name: str = "", /, **arguments: Any) -> DemoStep:
    return DemoStep(_MANAGER, tool, arguments, name)


def _make_consent_steps() -> Iterator[DemoStep]:
    for place in range(_CONSENTING_COUNT):
        who = {"UserCode": StepRef(f"contact {place}"), "PermissionCode": _MARKETING}
        yield _step("grant_contact_permission", **who, Source="Event form", EvidenceNote="Ticked at the autumn event.")
    who = {"UserCode": StepRef("contact 0"), "PermissionCode": _TELEPHONE}
    yield _step("grant_contact_permission", **who, Source="Telephone")
    yield _step("revoke_contact_permission", **who, Reason="Asked not to be called.")


def _make_mailing_list_steps() -> Iterator[DemoStep]:
    yield _step("create_contact_list", "newsletter", Title="Monthly newsletter", Type="mailing_list")
    members = [StepRef(f"contact {place}") for place in range(_CONSENTING_COUNT)]
    yield _step("add_contact_list_members", ContactListCode=StepRef("newsletter"), UserCodes=members)
    campaign = {"Title": "Spring 2026 Campaign", "Type": "segment"}
    yield _step("create_contact_list", **campaign, Description="Whom we tell about the spring release.")


def _make_link_steps() -> Iterator[DemoStep]:
    """A contact of two accounts, and one who has left."""
    second = {"UserCode": StepRef("contact 0"), "AccountCode": StepRef("account 1")}
    yield _step("link_contact_to_account", **second, JobTitle="Adviser")
    left = {"UserCode": StepRef("contact 80"), "AccountCode": StepRef("account 0")}
    yield _step("update_contact_account_link", **left, LeftCompany=True)


def _make_people_steps(place: int) -> Iterator[DemoStep]:
    """A second contact, a team member and a second topic of one opportunity."""
    which = {"OpportunityCode": StepRef(f"opportunity {place}")}
    yield _step("add_opportunity_contact", **which, UserCode=StepRef(f"contact {place + 40}"), Role="decision_maker")
    helper = StepRef("sales" if place % 2 == 0 else _MANAGER)
    yield _step("add_opportunity_team_member", **which, UserCode=helper, Role="Support", Split=20)
    yield _step("add_opportunity_topics", **which, TopicNames=["Pricing"])


def _make_subject_steps() -> Iterator[DemoStep]:
    """A note and a task about a contact and about an opportunity, and a task that is done."""
    contact = {"UserCode": StepRef("contact 0")}
    opportunity = {"OpportunityCode": StepRef("opportunity 0")}
    yield _step("create_note", Subject="Prefers e-mail", Body="Reads it in the morning.", **contact)
    yield _step("create_note", Subject="Next step", Body="Send the offer with both options.", **opportunity)
    yield _step("create_task", Title="Send the invitation", DueDate="2027-02-01T09:00:00Z", **contact)
    yield _step("create_task", "offer", Title="Write the offer", DueDate="2026-10-01T09:00:00Z", **opportunity)
    yield _step("update_task", AppUserTaskCode=StepRef("offer"), Status="completed")


def _make_duplicate_steps() -> Iterator[DemoStep]:
    """An account and a contact that stand twice, each with something of its own, to be merged."""
    twice = {"Name": "Kestrel Learning", "AccountTypeCode": "Prospect", "City": "Dublin", "CountryISO": "IE"}
    yield _step("create_account", "account twice", **twice)
    note = {"Subject": "From the fair", "Body": "Asked for a demonstration.", "AccountCode": StepRef("account twice")}
    yield _step("create_note", **note)
    name = {"FirstName": "Amara", "LastName": "Cole", "JobTitle": "Head of Subscriptions"}
    yield _step("create_contact", "contact twice", **name, Email="amara@cole.example", AccountCode=StepRef("account 0"))
    task = {"Title": "Ask Amara which address she uses", "DueDate": "2027-02-03T09:00:00Z"}
    yield _step("create_task", **task, UserCode=StepRef("contact twice"))


def _make_history_steps() -> Iterator[DemoStep]:
    """A change to undo, and a deleted record of each of four kinds to restore."""
    yield _step("update_account", AccountCode=StepRef("account 1"), Description="Moved to the new building.")
    yield _step("create_account", "closed", Name="Kestrel Print (closed)", AccountTypeCode="Former Customer")
    yield _step("delete_account", AccountCode=StepRef("closed"))
    yield _step(
        "create_contact", "duplicate", FirstName="Amara", LastName="Cole", Email="amara.cole.double@harbourlane.example"
    )
    yield _step("delete_contact", UserCode=StepRef("duplicate"))
    yield _step("create_note", "mistaken", Subject="Wrong account", Body="Meant for another one.", **_first_account())
    yield _step("delete_note", NoteCode=StepRef("mistaken"))
    yield _step("create_account_list", "draft list", Title="Old invitations")
    yield _step("delete_account_list", AccountListCode=StepRef("draft list"))


def _first_account() -> dict[str, Any]:
    return {"AccountCode": StepRef("account 0")}
