"""What to try each CRM tool, and each tool about everything, on."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from tests.unit.local.finder import (
    Finder,
    Tryout,
    account,
    account_list,
    by_role,
    contact,
    contact_list,
    note,
    opportunity,
    task,
)

MANAGER = "sales_manager"


def _rich_opportunity(f: Finder) -> int:
    return int(opportunity(f, Search="Platform Expansion", SortBy="Code", SortOrder="asc"))


def _linked(f: Finder) -> dict[str, Any]:
    found = account(f, Search="Harbour Lane Media")
    return {"AccountCode": found, "UserCode": contact(f, AccountCode=found)}


def _member_of(kind: str, code: str, f: Finder) -> dict[str, Any]:
    listed = f.code(f"list_{kind}_lists", code)
    inside, many = ("UserCode", "UserCodes") if kind == "contact" else ("AccountCode", "AccountCodes")
    return {code: listed, many: [f.code(f"list_{kind}_list_members", inside, **{code: listed})]}


def _topics(f: Finder) -> list[int]:
    return [f.code("list_opportunity_topics", "TopicCode", OpportunityCode=_rich_opportunity(f))]


def _twice(f: Finder, code: str, family: str) -> dict[str, Any]:
    pair = f.rows("find_duplicates", Family=family)[0]
    return {code: pair["Code"], f"Merge{code}": pair["OtherCode"]}


def _own_change(f: Finder) -> dict[str, Any]:
    northlight = {"Family": "accounts", "Code": account(f, Search="Northlight Energy")}
    return {**northlight, "Version": f.code("list_record_history", "Version", **northlight)}


CRM: Final = by_role(
    MANAGER,
    create_account=lambda _: {"Name": "Orbital Labs"},
    create_accounts=lambda _: {"Items": [{"Name": "Orbital Labs"}, {"Name": "Lunar Labs"}]},
    update_accounts=lambda f: {"Items": [{"AccountCode": account(f), "City": "Leeds"}]},
    create_contacts=lambda _: {"Items": [{"Email": "j@orbital.example", "FirstName": "Jane", "LastName": "Doe"}]},
    update_contacts=lambda f: {"Items": [{"UserCode": _linked(f)["UserCode"], "JobTitle": "Director"}]},
    delete_account=lambda f: {"AccountCode": account(f, Search="Juniper Health")},
    get_account=lambda f: {"AccountCode": account(f)},
    list_account_lookups=lambda _: {},
    list_accounts=lambda _: {"Search": "Harbour"},
    update_account=lambda f: {"AccountCode": account(f), "City": "Leeds"},
    create_contact=lambda _: {"Email": "j@orbital.example", "FirstName": "Jane", "LastName": "Doe"},
    delete_contact=lambda f: {"UserCode": _linked(f)["UserCode"]},
    get_contact=lambda f: {"UserCode": contact(f)},
    grant_contact_permission=lambda f: {"UserCode": _linked(f)["UserCode"], "PermissionCode": 3, "Source": "Telephone"},
    link_contact_to_account=lambda f: {"UserCode": contact(f), "AccountCode": account(f, Search="Northlight")},
    list_contact_permissions=lambda f: {"UserCode": contact(f, PermissionCode=1), "IncludeRevoked": True},
    list_contacts=lambda _: {"PermissionCode": 1},
    list_contact_lookups=lambda _: {},
    list_permissions=lambda _: {},
    revoke_contact_permission=lambda f: {"UserCode": contact(f, PermissionCode=1), "PermissionCode": 1},
    summarise_contacts=lambda _: {"GroupBy": "Consent", "Filters": {"IndustryCode": "Technology"}},
    unlink_contact_from_account=_linked,
    update_contact=lambda f: {"UserCode": _linked(f)["UserCode"], "JobTitle": "Director"},
    update_contact_account_link=lambda f: {**_linked(f), "JobTitle": "Director"},
    add_account_list_members=lambda f: {
        "AccountListCode": account_list(f),
        "AccountCodes": [account(f, Search="Tidewater")],
    },
    add_contact_list_members=lambda f: {"ContactListCode": contact_list(f, Search="Autumn"), "UserCodes": [contact(f)]},
    create_account_list=lambda _: {"Title": "Prospects"},
    create_contact_list=lambda _: {"Title": "Spring"},
    delete_account_list=lambda f: {"AccountListCode": account_list(f)},
    delete_contact_list=lambda f: {"ContactListCode": contact_list(f)},
    get_account_list=lambda f: {"AccountListCode": account_list(f)},
    get_contact_list=lambda f: {"ContactListCode": contact_list(f)},
    list_account_list_members=lambda f: {"AccountListCode": account_list(f)},
    list_account_lists=lambda _: {},
    list_contact_list_members=lambda f: {"ContactListCode": contact_list(f, Search="newsletter")},
    list_contact_lists=lambda _: {},
    remove_account_list_members=partial(_member_of, "account", "AccountListCode"),
    remove_contact_list_members=partial(_member_of, "contact", "ContactListCode"),
    update_account_list=lambda f: {"AccountListCode": account_list(f), "Title": "Renewals"},
    update_contact_list=lambda f: {"ContactListCode": contact_list(f), "Title": "Events"},
)


SALES: Final = by_role(
    MANAGER,
    add_opportunity_contact=lambda f: {"OpportunityCode": _rich_opportunity(f), "UserCode": contact(f)},
    add_opportunity_team_member=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": contact(f, StaffOnly=True, Search="Edith"),
    },
    add_opportunity_topics=lambda f: {"OpportunityCode": _rich_opportunity(f), "TopicNames": ["Security"]},
    create_opportunity=lambda f: {"AccountCode": account(f), "Title": "Upgrade"},
    delete_opportunity=lambda f: {"OpportunityCode": opportunity(f)},
    get_opportunity=lambda f: {"OpportunityCode": opportunity(f)},
    list_opportunities=lambda _: {"OpenOnly": True},
    list_opportunity_contacts=lambda f: {"OpportunityCode": opportunity(f)},
    list_opportunity_stages=lambda _: {},
    list_opportunity_team_members=lambda f: {"OpportunityCode": _rich_opportunity(f)},
    list_opportunity_topics=lambda f: {"OpportunityCode": opportunity(f)},
    remove_opportunity_contact=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": f.rows("list_opportunity_contacts", OpportunityCode=_rich_opportunity(f))[-1]["UserCode"],
    },
    remove_opportunity_team_member=lambda f: {
        "OpportunityCode": _rich_opportunity(f),
        "UserCode": next(
            row["UserCode"]
            for row in f.rows("list_opportunity_team_members", OpportunityCode=_rich_opportunity(f))
            if row["Role"] == "Support"
        ),
    },
    remove_opportunity_topics=lambda f: {"OpportunityCode": _rich_opportunity(f), "TopicCodes": _topics(f)},
    summarise_opportunities=lambda _: {"GroupBy": "Stage"},
    update_opportunity=lambda f: {"OpportunityCode": opportunity(f, OpenOnly=True), "Value": 9000},
    create_opportunities=lambda f: {"Items": [{"AccountCode": account(f), "Title": "Upgrade"}]},
    update_opportunities=lambda _: {"Filters": {"OpenOnly": True}, "Changes": {"Source": "Fair"}},
    create_tasks=lambda _: {"Items": [{"Title": "Call"}, {"Title": "Call again"}]},
    update_tasks=lambda f: {"Items": [{"AppUserTaskCode": task(f), "Status": "completed"}]},
    create_notes=lambda f: {"Items": [{"Body": "Called.", "UserCode": contact(f)}]},
    create_task=lambda f: {"Title": "Call", "OpportunityCode": opportunity(f)},
    delete_task=lambda f: {"AppUserTaskCode": task(f)},
    get_task=lambda f: {"AppUserTaskCode": task(f, Status="completed")},
    list_tasks=lambda f: {"UserCode": _linked(f)["UserCode"]},
    summarise_tasks=lambda _: {"GroupBy": "Timing"},
    update_task=lambda f: {"AppUserTaskCode": task(f), "Status": "completed"},
    create_note=lambda f: {"Body": "Called.", "UserCode": contact(f)},
    delete_note=lambda f: {"NoteCode": note(f)},
    get_note=lambda f: {"NoteCode": note(f)},
    list_notes=lambda f: {"OpportunityCode": _rich_opportunity(f)},
    update_note=lambda f: {"NoteCode": note(f, Mine=True), "Body": "Called again."},
    list_activity=lambda f: {"AccountCode": account(f, Search="Northlight")},
    list_my_changes=lambda _: {},
    list_record_history=lambda f: {"Family": "accounts", "Code": account(f, Search="Northlight")},
    undo_change=_own_change,
    undo_changes=lambda _: {"Last": 3},
    get_current_user=lambda _: {},
    report_missing=lambda _: {"Kind": "no_tool", "Need": "to send an e-mail"},
    list_topics=lambda _: {},
    find_duplicates=lambda _: {"Family": "contacts"},
    merge_accounts=lambda f: _twice(f, "AccountCode", "accounts"),
    merge_contacts=lambda f: _twice(f, "UserCode", "contacts"),
)

CRM_TRYOUTS: Final[dict[str, Tryout]] = CRM | SALES
"""What to try each of these tools on, by its name."""
