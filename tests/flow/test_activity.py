"""The activity of a record: what happened with it and all that hangs on it, as the histories merged by hand say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.instance.builtin.history import activity, activity_records
from tests.flow import crm
from tests.world import World, WorldClient

Row = dict[str, Any]
LONG = "x" * 1600
CODES = {"accounts": "AccountCode", "contacts": "UserCode", "opportunities": "OpportunityCode"}


class Orbital:
    """An account that much happens with, a minute or a day apart, and another one beside it."""

    def __init__(self) -> None:
        self.world = World()
        self.handler, self.profile = self.world.new_handler(), self.world.create_profile()
        self.sam = self.world.create_person("Sam", "Manager", "Sales Managers", "Legal")
        self.client = self._log_in()
        self.refs: dict[str, tuple[str, int]] = {}
        self._fill()

    def _log_in(self) -> WorldClient:
        return WorldClient(self.world, self.handler, self.world.log_in(self.profile, self.sam))

    def _do(self, tool: str, **arguments: Any) -> Row:
        self.world.clock.move(minutes=1)
        return self.client.call_tool(tool, **arguments).result

    def _note(self, name: str, kind: str, **arguments: Any) -> None:
        made = self._do(f"create_{kind}", **arguments)
        code = "NoteCode" if kind == "note" else "AppUserTaskCode"
        self.refs[name] = (f"{kind}s", made["Note" if kind == "note" else "Task"][code])

    def _fill(self) -> None:
        for name in ("orbital", "lunar"):
            self.refs[name] = ("accounts", crm.account(self.client, name))
        at = self.refs["orbital"][1]
        for name in ("Jane", "Kim"):
            self.refs[name] = ("contacts", crm.contact(self.client, name))
            self._do("link_contact_to_account", UserCode=self.refs[name][1], AccountCode=at)
        self.refs["deal"] = ("opportunities", crm.opportunity(self.client, at, PrimaryContactCode=self.refs["Jane"][1]))
        self._note("on account", "note", AccountCode=at, Body=LONG)
        self._note("on contact", "note", UserCode=self.refs["Jane"][1], Body="Called.")
        self.world.clock.move(hours=24)
        self.client = self._log_in()
        self._note("task on deal", "task", OpportunityCode=self.refs["deal"][1], Title="Send the offer")
        self._note("task on kim", "task", UserCode=self.refs["Kim"][1], Title="Call Kim")
        self._note("elsewhere", "note", AccountCode=self.refs["lunar"][1], Body="Elsewhere.")
        for city in ("Leeds", "York", "Bath", "Hull", "Bonn", "Rome"):
            self._do("update_account", AccountCode=at, City=city)
        self._do("update_task", AppUserTaskCode=self.refs["task on deal"][1], Status="completed")
        self._do("update_opportunity", OpportunityCode=self.refs["deal"][1], Value=40000)

    def by_hand(self, *names: str) -> list[tuple[str, str, int, int]]:
        """The changes of these records by their histories, newest first."""
        rows = list[tuple[str, str, int, int]]()
        for family, code in (self.refs[name] for name in names):
            told = self.client.call_tool("list_record_history", Family=family, Code=code, PageSize=100).result["Items"]
            rows += [(row["Date"], family, code, row["Version"]) for row in told]
        return sorted(rows, key=lambda row: (row[0], f"{row[1]}#{row[2]}", row[3]), reverse=True)

    def pages(self, asked: Row, client: WorldClient | None = None) -> list[tuple[str, str, int, int]]:
        """The changes on all pages of the activity."""
        rows, cursor = list[Row](), None
        for _ in range(60):
            more: Row = {"Cursor": cursor} if cursor else {}
            page = (client or self.client).call_tool("list_activity", **asked, **more).result
            rows += page["Items"]
            cursor = page["NextCursor"]
            if cursor is None:
                return [(row["Date"], row["Family"], row["Code"], row["Version"]) for row in rows]
        raise AssertionError("no last page")

    def which(self, name: str) -> Row:
        """The argument that names a record."""
        return {CODES[self.refs[name][0]]: self.refs[name][1]}


ON_DEAL = ("deal", "task on deal")
ON_JANE = ("Jane", "on contact", *ON_DEAL)
ON_ORBITAL = ("orbital", "Kim", "on account", "task on kim", *ON_JANE)


@pytest.fixture(scope="module")
def office() -> Iterator[Orbital]:
    made = Orbital()
    yield made
    made.handler.close()


@pytest.mark.parametrize("few", [0, 5], ids=["by queries", "by keys"])
@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("name", "parts"),
    [("orbital", ON_ORBITAL), ("Jane", ON_JANE), ("deal", ON_DEAL), ("lunar", ("lunar", "elsewhere"))],
    ids=["account", "contact", "opportunity", "another account"],
)
def test_pages_are_the_histories_merged_by_hand(
    office: Orbital, monkeypatch: pytest.MonkeyPatch, name: str, parts: tuple[str, ...], size: int, few: int
) -> None:
    monkeypatch.setattr(activity, "FEW_VERSIONS", few)
    monkeypatch.setattr(activity, "RECORDS_AT_ONCE", 2)
    assert office.pages({**office.which(name), "PageSize": size}) == office.by_hand(*parts)


@pytest.mark.parametrize(
    "days",
    [
        {"DateFrom": "2026-11-24"},
        {"DateTo": "2026-11-23"},
        {"DateFrom": "2026-11-23", "DateTo": "2026-11-24"},
        {"DateFrom": "2026-11-25"},
        {"DateTo": "2026-11-22"},
    ],
    ids=["from", "to", "both", "after all", "before all"],
)
def test_days_narrow_it(office: Orbital, days: dict[str, str]) -> None:
    wanted = [
        row
        for row in office.by_hand(*ON_ORBITAL)
        if days.get("DateFrom", "") <= row[0][:10] <= days.get("DateTo", "9999")
    ]
    for size in (2, 100):
        assert office.pages({**office.which("orbital"), **days, "PageSize": size}) == wanted


def test_a_row_says_what_was_done_by_whom_to_what(office: Orbital) -> None:
    rows = office.client.call_tool("list_activity", AccountCode="orbital", PageSize=100).result["Items"]
    value = {"Attribute": "Value", "Before": None, "After": 40000}
    assert {name: rows[0][name] for name in ("Family", "Name", "Tool", "Kind", "Changes")} == {
        "Family": "opportunities",
        "Name": "Platform expansion",
        "Tool": "update_opportunity",
        "Kind": "changed",
        "Changes": [value],
    }
    assert rows[0]["By"]["Name"] == "Sam Manager"
    bodies = [each["After"] for row in rows if row["Family"] == "notes" for each in row["Changes"]]
    assert {"Length": len(LONG)} in bodies
    assert office.world.audit_rows()[-1]["record"].endswith(f"accounts#{office.refs['orbital'][1]}")


@pytest.mark.parametrize("closed", ["contacts", "opportunities", "notes", "tasks"])
def test_what_may_not_be_read_is_left_out_and_told(office: Orbital, closed: str) -> None:
    families: FamilyAccess = {each: frozenset(Access) for each in SWITCHED_FAMILIES if each != closed}
    client = WorldClient(
        office.world,
        office.handler,
        office.world.log_in(office.world.create_profile(f"no {closed}", families), office.sam),
    )
    gone = {
        "contacts": ("Jane", "Kim", "on contact", "task on kim"),
        "opportunities": ON_DEAL,
        "notes": ("on account", "on contact"),
        "tasks": ("task on deal", "task on kim"),
    }[closed]
    shown = [name for name in ON_ORBITAL if name not in gone]
    assert office.pages(office.which("orbital"), client) == office.by_hand(*shown)
    told = client.call_tool("list_activity", **office.which("orbital")).result["Warnings"]
    assert {(each["Code"], closed in each["Message"]) for each in told} == {("NOT_SHOWN", True)}


def test_of_too_many_records_what_is_shown_is_whole(office: Orbital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity_records, "MAX_ACTIVE_RECORDS", 3)
    every, shown = office.by_hand(*ON_ORBITAL), office.pages(office.which("orbital"))
    assert 0 < len(shown) < len(every)
    assert shown == every[: len(shown)]
    told = office.client.call_tool("list_activity", **office.which("orbital"), PageSize=100).result["Warnings"]
    assert [each["Code"] for each in told] == ["INCOMPLETE"]


def test_too_many_contacts_are_told(office: Orbital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity_records, "MAX_HOLDERS", 1)
    page = office.client.call_tool("list_activity", **office.which("orbital"), PageSize=100).result
    assert [(each["Code"], "contacts" in each["Message"]) for each in page["Warnings"]] == [("INCOMPLETE", True)]


REFUSED: dict[str, tuple[Row, str, str]] = {
    "no record": ({}, "validation_error", "AccountCode"),
    "two records": ({"AccountCode": 1, "UserCode": 1}, "validation_error", "UserCode"),
    "a record that is not there": ({"OpportunityCode": 987}, "not_found", "OpportunityCode"),
    "days the wrong way round": (
        {"AccountCode": 1, "DateFrom": "2026-11-24", "DateTo": "2026-11-23"},
        "validation_error",
        "DateTo",
    ),
}


@pytest.mark.parametrize(("asked", "kind", "argument"), REFUSED.values(), ids=REFUSED)
def test_refused(office: Orbital, asked: Row, kind: str, argument: str) -> None:
    error = office.client.call_tool("list_activity", **asked).error
    assert (error["type"], error["details"]["argument"]) == (kind, argument)


@pytest.mark.parametrize("name", ["orbital", "Jane", "deal"])
def test_the_activity_of_a_closed_family_is_refused(office: Orbital, name: str) -> None:
    family = office.refs[name][0]
    families: FamilyAccess = {each: frozenset(Access) for each in SWITCHED_FAMILIES if each != family}
    profile = office.world.create_profile(f"closed {family}", families)
    client = WorldClient(office.world, office.handler, office.world.log_in(profile, office.sam))
    for code in (office.refs[name][1], 987):
        error = client.call_tool("list_activity", **{CODES[family]: code}).error
        assert (error["type"], error["details"]["argument"]) == ("tool_disabled", CODES[family])


def test_its_cost_is_bounded(office: Orbital) -> None:
    office.world.watched.calls.clear()
    office.client.call_tool("list_activity", **office.which("orbital"), PageSize=5)
    reads = [method for method, table in office.world.watched.calls if table == office.world.settings.records_table]
    assert len(reads) <= 20
