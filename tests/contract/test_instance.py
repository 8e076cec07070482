"""The contract of an instance, tested through its port only: the builtin one in memory and on DynamoDB."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import DEFAULT_GROUPS
from affino_mcp.instance.builtin.crm.staff import enrol_staff
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.local.places import EMULATOR_PROGRAM
from affino_mcp.local.stores import open_dynamodb
from affino_mcp.local.tables import make_tables, read_tables
from affino_mcp.settings import Settings
from affino_mcp.store.dynamodb import DynamoDatabase
from affino_mcp.store.ops import Database
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound, PermissionDenied
from tests.clock import START
from tests.contract.instance_desk import Adapter, Desk

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
EMULATED = [
    pytest.mark.emulator,
    pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it"),
]


@pytest.fixture(params=["builtin, memory", pytest.param("builtin, dynamodb", marks=EMULATED)])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Every adapter of the port, new and empty."""
    table = f"records-{uuid.uuid4().hex}"
    words = f"words-{table}"
    db: Database = MemoryDatabase()
    if request.param == "builtin, dynamodb":
        emulated: Settings = request.getfixturevalue("emulated")
        endpoint, named = open_dynamodb(emulated), Settings(records_table=table, words_table=words)
        make_tables(endpoint, [wanted for wanted in read_tables(TEMPLATE, named) if wanted.name in (table, words)])
        db = DynamoDatabase(endpoint)
    records = Records(db, table, words, FACETS)
    return Adapter(
        lambda: BuiltinInstance(db, table, words),
        lambda first, last, email: enrol_staff(records, first, last, email, START),
    )


@pytest.fixture
def desk(adapter: Adapter) -> Desk:
    """Sam, on a new and empty instance."""
    code = adapter.enrol("Sam", "Manager", "sam@affino.example")
    sam = Person(code, "Sam Manager", "sam@affino.example", tuple(SECURITY_GROUPS))
    return Desk(adapter.make, DEFAULT_GROUPS.grant(sam))


def contact(desk: Desk, name: str, **more: Any) -> int:
    code: int = desk.do("create_contact", Email=f"{name}@o.example", FirstName=name, LastName="Doe", **more)["UserCode"]
    return code


def account(desk: Desk, name: str = "Orbital Labs", **more: Any) -> int:
    code: int = desk.do("create_account", Name=name, **more)["AccountCode"]
    return code


def test_a_days_work(desk: Desk) -> None:
    jane = contact(desk, "Jane", JobTitle="VP of Engineering")
    made = desk.do("create_account", Name="Orbital Labs", IndustryCode="technology", PrimaryContactCode=jane)
    assert (made["Industry"]["Name"], made["PrimaryContact"]["Name"], made["ContactCount"]) == (
        "Technology",
        "Jane Doe",
        1,
    )
    at = made["AccountCode"]
    assert desk.do("get_account", AccountCode=at) == made
    joe = contact(desk, "Joe", AccountCode=at)
    desk.do("update_contact_account_link", UserCode=joe, AccountCode=at, Primary=True)
    found = desk.do("get_account", AccountCode=at)
    assert [(c["UserCode"], c["Primary"]) for c in found["Contacts"]] == [(jane, False), (joe, True)]
    assert desk.do("grant_contact_permission", UserCode=jane, PermissionCode=1)["Status"] == "granted"
    task = desk.do("create_task", Title="Call Jane", DueDate="2026-11-24", UserCode=jane)
    assert (task["Owner"]["Name"], task["Scope"]["Name"], task["Status"]) == ("Sam Manager", "Jane Doe", "pending")
    done = desk.do("update_task", AppUserTaskCode=task["AppUserTaskCode"], Status="completed")
    history = desk.do("get_task", AppUserTaskCode=task["AppUserTaskCode"])["History"]
    assert (done["CompletedDate"] is not None, len(history)) == (True, 2)
    note = desk.do("create_note", Body="Called Jane", UserCode=jane)
    assert [row["NoteCode"] for row in desk.do("list_notes", UserCode=jane)["Items"]] == [note["NoteCode"]]
    desk.do("unlink_contact_from_account", UserCode=joe, AccountCode=at)
    assert desk.do("get_account", AccountCode=at)["PrimaryContact"] is None
    assert desk.do("delete_contact", UserCode=joe) == {"UserCode": joe, "Deleted": True, "Hanging": {}}
    assert desk.do("delete_account", AccountCode=at)["Deleted"] is True
    assert desk.do("list_accounts")["Items"] == []


def test_refusals_are_of_the_port_s_own_kinds(desk: Desk) -> None:
    jane = contact(desk, "Jane")
    assert isinstance(desk.refused("get_account", AccountCode=4711), NotFound)
    conflict = desk.refused("create_contact", Email="JANE@o.example", FirstName="J", LastName="D")
    assert isinstance(conflict, Conflict)
    assert conflict.details["existing"] == {"UserCode": jane}
    assert isinstance(desk.refused("list_accounts", Cursor="x"), InvalidArgument)
    assert isinstance(desk.refused("create_note", Body="x"), InvalidArgument)
    note = desk.do("create_note", Body="x", UserCode=jane)["NoteCode"]
    desk.person = DEFAULT_GROUPS.grant(Person(77, "Len", "len@affino.example", ("Sales",)))
    assert isinstance(desk.refused("update_note", NoteCode=note, Body="y"), PermissionDenied)


SORTS: list[dict[str, Any]] = [
    {},
    {"SortOrder": "desc"},
    {"SortBy": "Name"},
    {"SortBy": "Created", "SortOrder": "desc"},
    {"SortBy": "Updated"},
    {"Mine": True, "SortBy": "Name"},
    {"IndustryCode": 1},
    {"IndustryCode": 1, "Mine": True, "SortBy": "Updated", "SortOrder": "desc"},
    {"TopicCodes": [1]},
    {"TopicCodes": [1], "SortBy": "Name", "StartCode": 4},
    {"DateFilter": "2026-11-23T09:00:00.010Z"},
    {"DateFilter": "2026-11-23T09:00:00.010Z", "SortBy": "Updated"},
    {"DateFilter": "2026-11-23T09:00:00.010Z", "SortBy": "Name", "SortOrder": "desc"},
    {"Search": "orbital"},
    {"Search": "orb acc", "SortBy": "Updated", "SortOrder": "desc"},
    {"StartCode": 7},
    {"StartCode": 7, "SortOrder": "desc"},
]


def test_lists_show_the_same_whatever_the_size_of_a_page(desk: Desk) -> None:
    for n in range(14):
        account(desk, f"Orbital {'ÄBC'[n % 3]} account {n}", IndustryCode=1 + n % 2, TopicCodes=[1] if n % 3 else [])
    desk.do("update_account", AccountCode=3, City="Leeds")
    for filters in SORTS:
        whole = desk.pages("list_accounts", **filters, PageSize=100)
        assert whole, filters
        for size in (1, 3, 7):
            assert desk.pages("list_accounts", **filters, PageSize=size) == whole, (filters, size)


def test_tasks_by_the_day_they_are_due(desk: Desk) -> None:
    for title, due in (
        ("b", "2026-11-22"),
        ("a", "2026-12-24T10:00:00Z"),
        ("c", None),
        ("d", "2026-11-23T09:00:30.5Z"),
    ):
        desk.do("create_task", Title=title, DueDate=due)
    asked: list[tuple[dict[str, Any], str]] = [
        ({"Timing": "overdue"}, "b"),
        ({"Timing": "upcoming"}, "a"),
        ({"Timing": "today"}, "d"),
        ({"DueFrom": "2026-11-23", "SortBy": "Title"}, "ad"),
        ({"Timing": "upcoming", "DueTo": "2026-11-01"}, ""),
        ({"SortBy": "Due"}, "bdac"),
    ]
    for filters, titles in asked:
        assert "".join(row["Title"] for row in desk.do("list_tasks", **filters)["Items"]) == titles, filters


def test_a_rehearsal_leaves_no_trace_and_a_key_is_good_once(desk: Desk) -> None:
    rehearsed = desk.do("create_task", Title="x", IdempotencyKey="k", DryRun=True)
    assert (rehearsed["Task"]["AppUserTaskCode"], rehearsed["DryRun"]) == (None, True)
    assert desk.do("list_tasks")["Items"] == []
    first = desk.do("create_task", Title="x", IdempotencyKey="k")
    assert desk.again().do("create_task", Title="x", IdempotencyKey="k") == first
    assert isinstance(desk.refused("create_task", Title="y", IdempotencyKey="k"), Conflict)
    assert len(desk.do("list_tasks")["Items"]) == 1


def test_the_largest_changes_fit(desk: Desk) -> None:
    many = [" ".join(f"{word}{n}" for n in range(30)) for word in ("one", "two")]
    at = [account(desk, f"Account {n}") for n in range(25)]
    jane = contact(desk, "Jane", JobTitle=many[0], ExternalID="ﷺ" * 150, TopicCodes=list(range(1, 13)))
    for code in at:
        desk.do("link_contact_to_account", UserCode=jane, AccountCode=code)
    for permission in (1, 2, 3):
        desk.do("grant_contact_permission", UserCode=jane, PermissionCode=permission)
    desk.do("update_contact", UserCode=jane, JobTitle=many[1], ExternalID="x", Email="n@o.example", IdempotencyKey="k")
    desk.do("delete_contact", UserCode=jane, IdempotencyKey="d")
    assert desk.do("get_account", AccountCode=at[0])["ContactCount"] == 0
    body = "🙂" * 8000
    note = desk.do("create_note", Body=body, AccountCode=at[0], IdempotencyKey="n")
    assert desk.read_text("get_note", "Body", NoteCode=note["NoteCode"]) == body


def test_a_crowd_of_processes_loses_nothing(desk: Desk) -> None:
    at = account(desk)
    names = ("City", "Address1", "Address2", "Telephone")
    desks = [desk.again() for _ in names]

    def work(place: int) -> list[int]:
        codes = []
        for n in range(4):
            codes.append(contact(desks[place], f"p{place}n{n}", AccountCode=at))
            desks[place].do("update_account", AccountCode=at, **{names[place]: f"change {n}"})
        return codes

    with ThreadPoolExecutor(len(desks)) as pool:
        codes = [code for found in pool.map(work, range(len(desks))) for code in found]
    assert len(set(codes)) == 16
    found = desk.do("get_account", AccountCode=at)
    assert (found["ContactCount"], [found[name] for name in names]) == (16, ["change 3"] * 4)
    assert len(desk.pages("list_contacts", AccountCode=at)) == 16


@pytest.mark.emulator
@pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it")
def test_tables_that_are_there_are_the_templates(emulated: Settings) -> None:
    """What DescribeTable says of a table that was made from the template is taken for the same table at the next start."""
    for _ in range(2):
        make_tables(open_dynamodb(emulated), read_tables(TEMPLATE, emulated))
