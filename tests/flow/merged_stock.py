"""Short helpers for tests of merges: what two records hold, and the undo of a record's last change."""

from __future__ import annotations

from typing import Any, Final

from tests.flow import crm
from tests.world import WorldClient

LISTS: Final = {
    "contacts": ("contact", "UserCode", "UserCodes"),
    "accounts": ("account", "AccountCode", "AccountCodes"),
}


def about(client: WorldClient, argument: str, code: int) -> dict[str, list[int]]:
    """The notes and tasks about a record."""
    asked = {argument: code}
    notes = client.call_tool("list_notes", **asked).result["Items"]
    tasks = client.call_tool("list_tasks", **asked).result["Items"]
    return {"notes": [row["NoteCode"] for row in notes], "tasks": [row["AppUserTaskCode"] for row in tasks]}


def note_and_task(client: WorldClient, **scope: int) -> None:
    """Makes a note and a task about a record."""
    client.call_tool("create_note", Body="Called", **scope).result  # noqa: B018
    client.call_tool("create_task", Title="Call back", **scope).result  # noqa: B018


def make_list(client: WorldClient, kind: str, title: str, members: list[int]) -> int:
    """Makes a list with members; gives its code."""
    word, _, many = LISTS[kind]
    key = f"{word.title()}ListCode"
    code: int = client.call_tool(f"create_{word}_list", Title=title).result[f"{word.title()}List"][key]
    client.call_tool(f"add_{word}_list_members", **{key: code, many: members}).result  # noqa: B018
    return code


def listed(client: WorldClient, kind: str, code: int) -> tuple[list[int], int]:
    """A list's members, and how many it says that it has."""
    word, one, _ = LISTS[kind]
    key = f"{word.title()}ListCode"
    rows = client.call_tool(f"list_{word}_list_members", **{key: code}).result["Items"]
    count = client.call_tool(f"get_{word}_list", **{key: code}).result[f"{word.title()}List"]["MemberCount"]
    return [row[one] for row in rows], count


def undo(client: WorldClient, family: str, code: int) -> Any:
    """Undoes the last change of a record."""
    history = client.call_tool("list_record_history", Family=family, Code=code).result["Items"]
    return client.call_tool("undo_change", Family=family, Code=code, Version=history[0]["Version"])


def without_dates(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what every change stamps."""
    return {name: value for name, value in record.items() if name not in ("UpdatedDate", "UpdatedBy")}


def contact_state(client: WorldClient, *codes: int) -> list[Any]:
    """All that is to be the same after an undo."""
    read = [without_dates(client.call_tool("get_contact", UserCode=code).result["Contact"]) for code in codes]
    consents = [
        client.call_tool("list_contact_permissions", UserCode=code, IncludeRevoked=True).result["Permissions"]
        for code in codes
    ]
    return [read, consents, [about(client, "UserCode", code) for code in codes]]


def held(client: WorldClient, code: int) -> dict[str, list[int]]:
    """What a contact holds, by kind."""
    contact = client.call_tool("get_contact", UserCode=code).result["Contact"]
    lists = client.call_tool("list_contact_lists", UserCode=code).result["Items"]
    found = {
        **about(client, "UserCode", code),
        "accounts": [row["AccountCode"] for row in contact["Accounts"]],
        "opportunities": [row["OpportunityCode"] for row in contact["Opportunities"]],
        "contact_lists": [row["ContactListCode"] for row in lists],
    }
    return {kind: sorted(codes) for kind, codes in found.items()}


def make_janes(manager: WorldClient) -> tuple[int, int]:
    """Two contacts who are one person: the second has all that can move."""
    at = crm.account(manager)
    kept = crm.contact(manager, "Jane", Telephone="0113 496 0001", JobTitle="CTO")
    more = {"JobTitle": "VP", "Telephone": "+44 113 496 0002", "Mobile": "07700 900123", "AccountCode": at}
    other = crm.contact(manager, "Janet", ExternalID="SF-9", **more)
    manager.call_tool("update_account", AccountCode=at, PrimaryContactCode=other).result  # noqa: B018
    note_and_task(manager, UserCode=other)
    crm.opportunity(manager, at, PrimaryContactCode=other)
    manager.call_tool("grant_contact_permission", UserCode=kept, PermissionCode=1).result  # noqa: B018
    for code in (1, 2):
        manager.call_tool("grant_contact_permission", UserCode=other, PermissionCode=code).result  # noqa: B018
    manager.call_tool("revoke_contact_permission", UserCode=other, PermissionCode=1).result  # noqa: B018
    return kept, other


def every_about(client: WorldClient, **scope: int) -> list[list[int]]:
    """All notes and all tasks about a record, at most a hundred of each."""
    notes = client.call_tool("list_notes", **scope, PageSize=100).result["Items"]
    tasks = client.call_tool("list_tasks", **scope, PageSize=100).result["Items"]
    return [sorted(row["NoteCode"] for row in notes), sorted(row["AppUserTaskCode"] for row in tasks)]


def fill(client: WorldClient, number: int, **scope: int) -> None:
    """Makes so many notes and tasks about a record."""
    for _ in range(number):
        note_and_task(client, **scope)


def make_full_janes(client: WorldClient) -> tuple[int, int]:
    """Two contacts who are one person; the second has 31 notes, 31 tasks, an opportunity, seven accounts and thirteen lists."""
    kept, other = make_janes(client)
    fill(client, 30, UserCode=other)
    for number in range(6):
        at = crm.account(client, f"Moon {number}")
        client.call_tool("link_contact_to_account", UserCode=other, AccountCode=at, Primary=number < 4).result  # noqa: B018
    for number in range(13):
        make_list(client, "contacts", f"List {number}", [other, *([kept] if number % 4 == 0 else [])])
    return kept, other


def full_state(client: WorldClient, *codes: int) -> list[Any]:
    """All of some contacts that an undo brings back, with the members of every list, and the accounts."""
    lists = client.call_tool("list_contact_lists", PageSize=100).result["Items"]
    members = {row["ContactListCode"]: listed(client, "contacts", row["ContactListCode"]) for row in lists}
    accounts = client.call_tool("list_accounts", PageSize=100).result["Items"]
    found = [client.call_tool("get_account", AccountCode=row["AccountCode"]).result["Account"] for row in accounts]
    about_each = [every_about(client, UserCode=code) for code in codes]
    return [contact_state(client, *codes)[:2], about_each, members, [without_dates(row) for row in found]]
