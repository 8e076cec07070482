"""Writes: once per idempotency key, not at all in a dry run, never over a change that the caller has not seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from tests.flow import crm
from tests.world import World, WorldClient


def stored(world: World) -> str:
    return json.dumps(world.database.list_rows(world.settings.records_table))


@pytest.fixture
def things(manager: WorldClient) -> dict[str, int]:
    """One record of every kind that can be written to."""
    at, jane = crm.account(manager, "There"), crm.contact(manager, "Jane")
    joe = crm.contact(manager, "Joe", AccountCode=at)
    manager.call_tool("grant_contact_permission", UserCode=joe, PermissionCode=2)
    task = manager.call_tool("create_task", Title="Call").result["Task"]["AppUserTaskCode"]
    note = manager.call_tool("create_note", Body="Called", AccountCode=at).result["Note"]["NoteCode"]
    return {"at": at, "jane": jane, "joe": joe, "task": task, "note": note, "gone": crm.contact(manager, "Gone")}


Arguments = Callable[[dict[str, int]], dict[str, Any]]
WRITES: list[tuple[str, Arguments, dict[str, Any]]] = [
    # the tool, its arguments, and the argument that makes it another call
    ("create_account", lambda t: {"Name": "New", "PrimaryContactCode": t["jane"]}, {"Name": "Other"}),
    ("update_account", lambda t: {"AccountCode": t["at"], "City": "Leeds"}, {"City": "York"}),
    (
        "create_contact",
        lambda t: {"Email": "n@o.example", "FirstName": "N", "LastName": "N", "AccountCode": t["at"]},
        {"LastName": "M"},
    ),
    ("update_contact", lambda t: {"UserCode": t["jane"], "JobTitle": "CTO"}, {"JobTitle": "CEO"}),
    ("delete_contact", lambda t: {"UserCode": t["gone"]}, {"UserCode": 4711}),
    ("link_contact_to_account", lambda t: {"UserCode": t["jane"], "AccountCode": t["at"]}, {"JobTitle": "x"}),
    (
        "update_contact_account_link",
        lambda t: {"UserCode": t["joe"], "AccountCode": t["at"], "Primary": True},
        {"Primary": False},
    ),
    ("unlink_contact_from_account", lambda t: {"UserCode": t["joe"], "AccountCode": t["at"]}, {"UserCode": 4711}),
    ("grant_contact_permission", lambda t: {"UserCode": t["jane"], "PermissionCode": 1}, {"PermissionCode": 3}),
    ("revoke_contact_permission", lambda t: {"UserCode": t["joe"], "PermissionCode": 2}, {"Reason": "x"}),
    ("create_task", lambda t: {"Title": "New", "UserCode": t["jane"]}, {"Title": "Other"}),
    ("update_task", lambda t: {"AppUserTaskCode": t["task"], "Status": "completed"}, {"Status": "cancelled"}),
    ("delete_task", lambda t: {"AppUserTaskCode": t["task"]}, {"AppUserTaskCode": 4711}),
    ("create_note", lambda t: {"Body": "New", "AccountCode": t["at"]}, {"Body": "Other"}),
    ("update_note", lambda t: {"NoteCode": t["note"], "Body": "New"}, {"Body": "Other"}),
    ("delete_note", lambda t: {"NoteCode": t["note"]}, {"NoteCode": 4711}),
]
every_write = pytest.mark.parametrize(("tool", "arguments", "other"), WRITES, ids=[w[0] for w in WRITES])


@every_write
def test_a_key_is_good_for_one_call(
    world: World, manager: WorldClient, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    asked = {**arguments(things), "IdempotencyKey": "order 7"}
    first = manager.call_tool(tool, **asked).result
    before = stored(world)
    world.clock.move(seconds=30)
    again = manager.call_tool(tool, **asked).result
    assert {n: v for n, v in again.items() if n != "Warnings"} == {n: v for n, v in first.items() if n != "Warnings"}
    assert crm.codes(again["Warnings"])[-1] == "REPLAYED"
    conflict = manager.call_tool(tool, **{**asked, **other}).error
    assert (conflict["type"], conflict["details"]["argument"]) == ("conflict", "IdempotencyKey")
    assert stored(world) == before
    assert [row["status"] for row in world.audit_rows()[-3:]] == [200, 200, 409]


@every_write
def test_a_rehearsal_shows_what_would_be_and_writes_nothing(
    world: World, manager: WorldClient, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    before = stored(world)
    shown = manager.call_tool(tool, **arguments(things), DryRun=True, IdempotencyKey="k").result
    assert shown["DryRun"] is True
    assert crm.codes(shown["Warnings"])[-1] == "DRY_RUN"
    assert stored(world) == before
    row = world.audit_rows()[-1]
    assert (row["method"], row["status"], row["dry_run"]) == (tool, 200, True)
    done = manager.call_tool(tool, **arguments(things), IdempotencyKey="k").result
    assert "REPLAYED" not in crm.codes(done["Warnings"])
    ours = {"Warnings", "DryRun"}
    for name, part in done.items():
        if name not in ours and isinstance(part, dict):
            changing = {"UserAccountCode", "UIDString", "Accounts", *(n for n, v in shown[name].items() if v is None)}
            assert {n: v for n, v in part.items() if n not in changing} == {
                n: v for n, v in shown[name].items() if n not in changing
            }


@every_write
def test_a_rehearsal_is_refused_like_the_real_thing(
    world: World, manager: WorldClient, things: dict[str, int], tool: str, arguments: Arguments, other: dict[str, Any]
) -> None:
    before = stored(world)
    for code in ("UserCode", "AccountCode", "AppUserTaskCode", "NoteCode", "PrimaryContactCode"):
        if code in arguments(things):
            error = manager.call_tool(tool, **{**arguments(things), code: 4711}, DryRun=True).error
            assert (error["type"], error["details"]["argument"]) == ("not_found", code)
    assert stored(world) == before


def test_what_does_not_exist_yet_has_no_code(manager: WorldClient, things: dict[str, int]) -> None:
    account = manager.call_tool("create_account", Name="New", PrimaryContactCode=things["jane"], DryRun=True).result[
        "Account"
    ]
    assert (account["AccountCode"], account["Contacts"][0]["UserCode"]) == (None, things["jane"])
    new = {"Email": "n@o.example", "FirstName": "N", "LastName": "N", "AccountCode": things["at"]}
    contact = manager.call_tool("create_contact", **new, DryRun=True).result["Contact"]
    assert contact["UserCode"] is None
    assert contact["Accounts"][0] == {
        "UserAccountCode": None, "UserCode": None, "AccountCode": things["at"], "Primary": False,
        "LeftCompany": False, "JobTitle": None, "Name": "There",
    }  # fmt: skip
    link = manager.call_tool("link_contact_to_account", UserCode=things["jane"], AccountCode=things["at"], DryRun=True)
    assert link.result["Link"]["UserAccountCode"] is None


def test_keys_belong_to_person_and_profile(world: World, manager: WorldClient, seller: WorldClient) -> None:
    sam = manager.call_tool("get_current_user").result["UserCode"]
    elsewhere = WorldClient(world, manager.handler, world.log_in(world.create_profile("another"), sam))
    made = [
        c.call_tool("create_task", Title="x", IdempotencyKey="k").result["Task"] for c in (manager, seller, elsewhere)
    ]
    assert len({task["AppUserTaskCode"] for task in made}) == 3


@pytest.mark.parametrize(("hours", "codes"), [(23.9, {1}), (24.1, {1, 2})])
def test_keys_are_kept_for_a_day(
    world: World, manager: WorldClient, profile: Profile, hours: float, codes: set[int]
) -> None:
    sam = manager.call_tool("get_current_user").result["UserCode"]
    first = manager.call_tool("create_task", Title="x", IdempotencyKey="k").result["Task"]["AppUserTaskCode"]
    world.clock.move(hours=hours)
    again = WorldClient(world, manager.handler, world.log_in(profile, sam))
    second = again.call_tool("create_task", Title="x", IdempotencyKey="k").result["Task"]["AppUserTaskCode"]
    assert {first, second} == codes


def test_a_key_with_a_refused_call_is_free(manager: WorldClient) -> None:
    assert manager.call_tool("create_note", Body="x", AccountCode=1, IdempotencyKey="k").error["type"] == "not_found"
    at = crm.account(manager)
    assert (
        manager.call_tool("create_note", Body="x", AccountCode=at, IdempotencyKey="k").result["Note"]["NoteCode"] == 1
    )


def test_the_message_id_is_no_key(manager: WorldClient) -> None:
    codes = {manager.call_tool("create_task", Title="x").result["Task"]["AppUserTaskCode"] for _ in range(3)}
    assert len(codes) == 3


SEEN: list[tuple[str, Callable[[str], str], bool]] = [
    ("as it was shown", lambda seen: seen, True),
    ("in another zone", lambda seen: seen.replace("09:", "11:").replace("Z", "+02:00"), True),
    ("cut to seconds", lambda seen: seen[:19] + "Z", False),
    ("an earlier one", lambda seen: "2026-11-23T08:00:00Z", False),
    ("a later one", lambda seen: "2027-11-23T08:00:00Z", False),
]


@pytest.mark.parametrize(("said", "fresh"), [s[1:] for s in SEEN], ids=[s[0] for s in SEEN])
@pytest.mark.parametrize("record", ["Account", "Contact"])
def test_if_updated(world: World, manager: WorldClient, record: str, said: Callable[[str], str], fresh: bool) -> None:
    world.clock.move(microseconds=123_456)
    code = {"Account": "AccountCode", "Contact": "UserCode"}[record]
    at = crm.account(manager) if record == "Account" else crm.contact(manager, "Jane")
    seen = manager.call_tool(f"get_{record.lower()}", **{code: at}).result[record]["UpdatedDate"]
    answer = manager.call_tool(f"update_{record.lower()}", **{code: at}, Website="o.example", IfUpdated=said(seen))
    if fresh:
        assert answer.result[record]["Website"] == "o.example"
    else:
        assert (answer.error["type"], answer.error["details"]["argument"]) == ("conflict", "IfUpdated")
        assert answer.error["details"]["UpdatedDate"] == seen


def test_two_changes_in_one_moment_are_two_versions(manager: WorldClient) -> None:
    """With a stopped clock, a change still never overwrites one that its caller has not seen."""
    at = crm.account(manager)
    seen = manager.call_tool("get_account", AccountCode=at).result["Account"]["UpdatedDate"]
    assert manager.call_tool("update_account", AccountCode=at, City="Leeds", IfUpdated=seen).result
    assert manager.call_tool("update_account", AccountCode=at, City="York", IfUpdated=seen).error["type"] == "conflict"
