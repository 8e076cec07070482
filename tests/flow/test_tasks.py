"""Tasks: subject, due date, owner, and history."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from tests.flow import crm
from tests.flow.market import visited
from tests.world import World, WorldClient


def task(client: WorldClient, title: str = "Call Jane", **more: Any) -> int:
    code: int = client.call_tool("create_task", Title=title, **more).result["Task"]["AppUserTaskCode"]
    return code


def titles(client: WorldClient, **filters: Any) -> list[str]:
    return [row["Title"] for row in client.call_tool("list_tasks", **filters).result["Items"]]


def test_a_task_starts_pending_and_normal(manager: WorldClient) -> None:
    answer = manager.call_tool("create_task", Title="Call Jane", Status="completed").result
    made = answer["Task"]
    assert (made["Status"], made["Priority"], made["Scope"], made["DueDate"], made["Overdue"]) == (
        "pending", "normal", None, None, False,
    )  # fmt: skip
    assert crm.codes(answer["Warnings"]) == ["READ_ONLY", "DEFAULTED"]


SCOPES = [
    ("AccountCode", "account", "Orbital Labs"),
    ("UserCode", "contact", "Jane Doe"),
    ("OpportunityCode", "opportunity", "Expansion"),
]


@pytest.fixture
def things(manager: WorldClient) -> dict[str, int]:
    at = crm.account(manager)
    return {
        "AccountCode": at,
        "UserCode": crm.contact(manager, "Jane"),
        "OpportunityCode": crm.opportunity(manager, at, "Expansion"),
    }


@pytest.mark.parametrize(("argument", "kind", "name"), SCOPES)
@pytest.mark.parametrize("record", ["Task", "Note"])
def test_what_it_is_about(
    manager: WorldClient, things: dict[str, int], record: str, argument: str, kind: str, name: str
) -> None:
    what = {"Title": "Call"} if record == "Task" else {"Body": "Called"}
    made = manager.call_tool(f"create_{record.lower()}", **what, **{argument: things[argument]}).result[record]
    assert made["Scope"] == {"Type": kind, "Code": things[argument], "Name": name}
    listed = manager.call_tool(f"list_{record.lower()}s", **{argument: things[argument]}).result
    assert [row["Scope"] for row in listed["Items"]] == [made["Scope"]]
    for other in things:
        if other != argument:
            assert manager.call_tool(f"list_{record.lower()}s", **{other: things[other]}).result["Items"] == []


@pytest.mark.parametrize("tool", ["create_task", "create_note"])
def test_at_most_one_scope(manager: WorldClient, things: dict[str, int], tool: str) -> None:
    what = {"Title": "x"} if tool == "create_task" else {"Body": "x"}
    two = {name: things[name] for name in ("AccountCode", "UserCode")}
    error = manager.call_tool(tool, **what, **two).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "UserCode")
    for name in things:
        error = manager.call_tool(tool, **what, **{name: 4711}).error
        assert (error["type"], error["details"]["argument"]) == ("not_found", name)


@pytest.mark.parametrize("tool", ["create_task", "create_note"])
def test_a_scope_that_may_not_be_read_is_refused_whether_it_exists_or_not(
    world: World, manager: WorldClient, things: dict[str, int], tool: str
) -> None:
    what = {"Title": "x"} if tool == "create_task" else {"Body": "x"}
    rights = {f"{family}.{deed}": None for family in ("tasks", "notes") for deed in ("read", "write")}
    nobody = world.people.create(77, "Len Limited", "len@affino.example", rights=rights).user_code
    person = WorldClient(world, manager.handler, world.log_in(world.create_profile("everything"), nobody))
    both = {family: frozenset(Access) for family in ("tasks", "notes")}
    sam = manager.call_tool("get_current_user").result["UserCode"]
    profile = WorldClient(world, manager.handler, world.log_in(world.create_profile("tasks only", both), sam))
    for code in (things["AccountCode"], 4711):
        error = person.call_tool(tool, **what, AccountCode=code).error
        assert (error["type"], error["details"]["rule"]) == ("permission_denied", "accounts.read")
        error = profile.call_tool(tool, **what, AccountCode=code).error
        assert (error["type"], error["details"]["rule"]) == ("tool_disabled", "accounts.read")


@pytest.mark.parametrize(("record", "what"), [("Task", {"Title": "Call"}), ("Note", {"Body": "Called"})])
def test_the_name_of_a_scope_shows_only_where_it_may_be_read(
    world: World, manager: WorldClient, things: dict[str, int], record: str, what: dict[str, str]
) -> None:
    made = manager.call_tool(f"create_{record.lower()}", **what, AccountCode=things["AccountCode"]).result[record]
    code = "AppUserTaskCode" if record == "Task" else "NoteCode"
    only = {f"{record.lower()}s": frozenset(Access)}
    sam = manager.call_tool("get_current_user").result["UserCode"]
    limited = WorldClient(world, manager.handler, world.log_in(world.create_profile("limited", only), sam))
    read = limited.call_tool(f"get_{record.lower()}", **{code: made[code]}).result
    assert read[record]["Scope"] == {"Type": "account", "Code": things["AccountCode"]}
    listed = limited.call_tool(f"list_{record.lower()}s").result
    assert listed["Items"][0]["Scope"] == {"Type": "account", "Code": things["AccountCode"]}
    assert crm.codes(read["Warnings"]) == crm.codes(listed["Warnings"]) == ["NOT_SHOWN"]


DUE = {
    "long ago": "2020-01-01T00:00:00Z",
    "a moment ago": "2026-11-23T08:59:59.999999Z",
    "now": "2026-11-23T09:00:00Z",
    "in a moment": "2026-11-23T09:00:00.000001Z",
    "tonight": "2026-11-23T23:59:59Z",
    "tomorrow": "2026-11-24T00:00:00+00:00",
    "far away": "9999-12-31T23:59:59Z",
    "some time": None,
}
TIMINGS: list[tuple[dict[str, Any], list[str]]] = [
    ({"Timing": "overdue"}, ["long ago", "a moment ago"]),
    ({"Timing": "upcoming"}, ["tomorrow", "far away"]),
    ({"Timing": "today"}, ["now", "in a moment", "tonight"]),
    ({"Timing": "all"}, list(DUE)),
    ({}, list(DUE)),
    ({"DueFrom": "2026-11-24"}, ["tomorrow", "far away"]),
    ({"DueTo": "2026-11-23"}, ["long ago", "a moment ago", "now", "in a moment", "tonight"]),
    ({"DueFrom": "2026-11-23", "DueTo": "2026-11-23"}, ["a moment ago", "now", "in a moment", "tonight"]),
    ({"Timing": "upcoming", "DueTo": "2026-11-24"}, ["tomorrow"]),
    ({"Timing": "overdue", "DueFrom": "2026-11-23"}, ["a moment ago"]),
    ({"Timing": "overdue", "DueFrom": "2027-01-01"}, []),
    ({"Timing": "upcoming", "DueTo": "2026-11-23"}, []),
    ({"Timing": "today", "SortOrder": "desc"}, ["tonight", "in a moment", "now"]),
    ({"Timing": "today", "SortBy": "Code"}, ["now", "in a moment", "tonight"]),
    ({"Timing": "today", "SortBy": "Title"}, ["in a moment", "now", "tonight"]),
    ({"Timing": "overdue", "Search": "ago"}, ["long ago", "a moment ago"]),
    ({"Timing": "upcoming", "Search": "ago"}, []),
    ({"DueTo": "2026-11-23", "Search": "moment"}, ["a moment ago", "in a moment"]),
    ({"SortBy": "Due"}, list(DUE)),
    ({"SortBy": "Due", "SortOrder": "desc"}, list(DUE)[::-1]),
]


@pytest.mark.parametrize(("filters", "expected"), TIMINGS, ids=[str(filters) for filters, _ in TIMINGS])
def test_when_tasks_are_due(manager: WorldClient, filters: dict[str, Any], expected: list[str]) -> None:
    for title, due in DUE.items():
        task(manager, title, DueDate=due)
    assert titles(manager, **filters) == expected
    assert len(visited(manager, "list_tasks", **filters, PageSize=1)) == len(expected)


def test_overdue_and_the_flag_agree(manager: WorldClient) -> None:
    for title, due in DUE.items():
        task(manager, title, DueDate=due)
    rows = manager.call_tool("list_tasks", PageSize=100).result["Items"]
    assert [row["Title"] for row in rows if row["Overdue"]] == ["long ago", "a moment ago"]


def test_no_day_lies_between(manager: WorldClient) -> None:
    error = manager.call_tool("list_tasks", DueFrom="2026-11-24", DueTo="2026-11-23").error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "DueTo")


@pytest.mark.parametrize(
    ("order", "minutes", "expected"),
    [("asc", 25, ["at 30"]), ("asc", 45, []), ("desc", 15, ["at 20"]), ("desc", 25, []), ("desc", 45, [])],
)
def test_a_cursor_that_time_has_left_behind(
    world: World, manager: WorldClient, order: str, minutes: int, expected: list[str]
) -> None:
    for minute in range(10, 40, 10):
        task(manager, f"at {minute}", DueDate=f"2026-11-23T09:{minute}:00Z")
    asked = {"Timing": "today", "SortOrder": order, "PageSize": 1}
    first = manager.call_tool("list_tasks", **asked).result
    world.clock.move(minutes=minutes)
    rest = manager.call_tool("list_tasks", **asked, Cursor=first["NextCursor"]).result
    assert [row["Title"] for row in rest["Items"]] == expected


def test_done_is_done(world: World, manager: WorldClient) -> None:
    code = task(manager, DueDate="2026-11-23T08:00:00Z")
    world.clock.move(minutes=5)
    done = manager.call_tool("update_task", AppUserTaskCode=code, Status="Completed").result["Task"]
    assert (done["Status"], done["CompletedDate"], done["Overdue"]) == (
        "completed",
        "2026-11-23T09:05:00.000000Z",
        False,
    )
    assert titles(manager, Timing="overdue") == []
    assert titles(manager, Status="completed") == ["Call Jane"]
    again = manager.call_tool("update_task", AppUserTaskCode=code, Status="in_progress").result["Task"]
    assert (again["CompletedDate"], again["Overdue"]) == (None, True)


@pytest.mark.parametrize("name", ["Title", "OwnerCode", "Status", "Priority"])
def test_what_a_task_cannot_be_without(manager: WorldClient, name: str) -> None:
    error = manager.call_tool("update_task", AppUserTaskCode=task(manager), **{name: None}).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", name)


@pytest.mark.parametrize("name", ["Memo", "DueDate"])
def test_what_can_be_cleared(manager: WorldClient, name: str) -> None:
    code = task(manager, Memo="Ask for Joe", DueDate="2026-12-24")
    assert manager.call_tool("update_task", AppUserTaskCode=code, **{name: None}).result["Task"][name] is None


def test_the_history_says_who_changed_what(world: World, manager: WorldClient) -> None:
    code = task(manager)
    world.clock.move(minutes=1)
    manager.call_tool("update_task", AppUserTaskCode=code, Priority="high", Memo="soon")
    latest, first = manager.call_tool("get_task", AppUserTaskCode=code).result["Task"]["History"]
    assert latest["By"]["Name"] == "Sam Manager"
    assert latest["Date"] == "2026-11-23T09:01:00.000000Z"
    assert {(c["Attribute"], c["Before"], c["After"]) for c in latest["Changes"]} == {
        ("Priority", "normal", "high"),
        ("Memo", None, "soon"),
    }
    assert ("Title", None, "Call Jane") in {(c["Attribute"], c["Before"], c["After"]) for c in first["Changes"]}


def test_own_and_assigned_tasks_are_ones_own(world: World, manager: WorldClient, seller: WorldClient) -> None:
    sal = seller.call_tool("get_current_user").result["UserCode"]
    sams, given, sals = task(manager, "Sam's"), task(manager, "Given", OwnerCode=sal), task(seller, "Sal's")
    assert titles(seller) == ["Sam's", "Given", "Sal's"]
    assert titles(seller, Mine=True) == titles(seller, OwnerCode=sal) == ["Given", "Sal's"]
    assert titles(manager, Mine=True, OwnerCode=sal) == []
    for code in (given, sals):
        assert seller.call_tool("update_task", AppUserTaskCode=code, Priority="high").result
    error = seller.call_tool("update_task", AppUserTaskCode=sams, Priority="high").error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "tasks.all")
    assert world.audit_rows()[-1]["status"] == 403
    assert manager.call_tool("update_task", AppUserTaskCode=sals, Priority="low").result
    denied = seller.call_tool("delete_task", AppUserTaskCode=sals).error
    assert (denied["type"], denied["details"]["rule"]) == ("permission_denied", "tasks.delete")
    assert manager.call_tool("delete_task", AppUserTaskCode=sals).result["Deleted"] is True
    assert manager.call_tool("delete_task", AppUserTaskCode=sals).error["type"] == "not_found"


def test_the_right_to_delete_is_not_the_right_to_all(world: World, manager: WorldClient, seller: WorldClient) -> None:
    rights = {"tasks.read": None, "tasks.delete": None, "notes.delete": None}
    len_ = world.people.create(77, "Len", "len@affino.example", rights=rights).user_code
    limited = WorldClient(world, manager.handler, world.log_in(world.create_profile("all of it"), len_))
    note = manager.call_tool("create_note", Body="x", AccountCode=crm.account(manager)).result["Note"]["NoteCode"]
    assert limited.call_tool("delete_task", AppUserTaskCode=task(manager)).error["details"]["rule"] == "tasks.all"
    assert limited.call_tool("delete_note", NoteCode=note).error["details"]["rule"] == "notes.all"
