"""The number of store operations of each call: the same for twenty records and for two thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from affino_mcp.catalogue.matching import match_arguments
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.instance.builtin.instance import BuiltinInstance
from affino_mcp.instance.port import Call, NoCallLog
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, WriteOp
from tests.flow.market import visited
from tests.world import World, WorldClient

AUDIT = Settings().audit_table
Cost = list[str] | None


@dataclass
class Market:
    """A world with so many accounts, contacts, tasks and notes, and a client in it."""

    world: World
    client: WorldClient

    def __post_init__(self) -> None:
        names = self.world.settings
        self.short = {names.records_table: "records", names.words_table: "words", names.audit_table: "log"}
        self.short |= {f"{names.audit_table}+{names.records_table}": "both"}
        self.short |= {f"{names.audit_table}+{names.records_table}+{names.words_table}": "both"}
        self.client.call_tool("list_accounts")

    def cost(self, tool: str, **arguments: Any) -> list[str]:
        """The operations of a call on records and log, in short words; asserts that the gate made its two."""
        self.world.clock.move(seconds=1)
        self.world.watched.calls.clear()
        answer = self.client.call_tool(tool, **arguments)
        assert answer.status == 200
        gate = [method for method, table in self.world.watched.calls if table == self.world.settings.gate_table]
        assert sorted(gate) == ["get_many", "update"]
        return [f"{method} {self.short[table]}" for method, table in self.world.watched.calls if table in self.short]


def _market(count: int) -> Market:
    world = World()
    handler = world.new_handler()
    client = WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Una", "Mighty", *SECURITY_GROUPS))
    )
    tables = (world.settings.records_table, world.settings.words_table)
    instance, actor = BuiltinInstance(world.database, *tables), world.people.get(1)
    assert actor

    def do(tool: str, n: int, **arguments: Any) -> None:
        at = world.clock() - timedelta(days=1) + timedelta(seconds=n)
        call = Call(actor, "seed", lambda _: True, at, "", b"", NoCallLog())
        instance.perform(METHODS[tool], match_arguments(METHODS[tool], arguments).values, call)

    for n in range(count):
        do(
            "create_account",
            n,
            Name=f"Account {n:04d}",
            IndustryCode=1 + n % 5,
            TopicCodes=[1 + n % 7],
            City=f"City{n % 9}",
        )
        do("create_contact", n, Email=f"c{n}@o.example", FirstName=f"First{n % 50}", LastName=f"Last{n}", AccountCode=1)
        do("create_task", n, Title=f"Task {n}", DueDate=f"2026-12-{1 + n % 28:02d}", AccountCode=1 + n % 20)
        do("create_note", n, Body=f"Note {n}", UserCode=2)
    return Market(world, client)


@pytest.fixture(scope="module")
def small() -> Iterator[Market]:
    market = _market(20)
    yield market
    market.client.handler.close()


@pytest.fixture(scope="module")
def large() -> Iterator[Market]:
    market = _market(2000)
    yield market
    market.client.handler.close()


LIST = ["query records", "get_many records", "put log"]
SEARCH = ["query words", "get_many records", "put log"]
READS: list[tuple[str, dict[str, Any], Cost]] = [
    ("get_current_user", {}, ["get_many records", "put log"]),
    ("list_topics", {}, ["get_many records", "put log"]),
    ("list_account_lookups", {}, ["get_many records", "put log"]),
    ("list_permissions", {}, ["get_many records", "put log"]),
    ("list_accounts", {}, LIST),
    ("list_accounts", {"PageSize": 3}, LIST),
    ("list_accounts", {"SortBy": "Name"}, LIST),
    ("list_accounts", {"SortBy": "Updated", "SortOrder": "desc"}, LIST),
    ("list_accounts", {"IndustryCode": 2, "PageSize": 4}, ["get_many records", *LIST]),
    ("list_accounts", {"Mine": True}, LIST),
    ("list_accounts", {"IndustryCode": 2, "Mine": True, "PageSize": 4}, ["get_many records", *LIST]),
    ("list_accounts", {"TopicCodes": [1, 2], "PageSize": 3}, LIST),
    ("list_accounts", {"DateFilter": "2026-11-01T00:00:00Z"}, LIST),
    ("list_accounts", {"Search": "0007"}, ["query words", "get_many records", "get_many records", "put log"]),
    ("list_contacts", {"AccountCode": 1}, ["query records", "get_many records", *LIST[1:]]),
    ("list_contacts", {"Search": "last17 first17"}, SEARCH),
    ("list_contacts", {"Email": "c7@o.example"}, ["get records", "query records", "put log"]),
    ("list_tasks", {}, ["query records", "get_many records", "get_many records", "put log"]),
    (
        "list_tasks",
        {"Timing": "upcoming", "PageSize": 5},
        ["query records", "get_many records", "get_many records", "put log"],
    ),
    ("list_notes", {"UserCode": 2}, ["query records", "get_many records", "get_many records", "put log"]),
    ("get_account", {"AccountCode": 7}, None),
    ("get_account", {"AccountCode": 1}, None),
    ("get_contact", {"UserCode": 7}, None),
    ("get_contact", {"Email": "c7@o.example"}, None),
    ("get_task", {"AppUserTaskCode": 7}, ["query records", "query records", "get_many records", "put log"]),
    ("get_note", {"NoteCode": 7}, ["query records", "get_many records", "put log"]),
    ("list_contact_permissions", {"UserCode": 7}, ["query records", "put log"]),
]


@pytest.mark.parametrize(("tool", "asked", "expected"), READS, ids=[f"{tool} {asked}" for tool, asked, _ in READS])
def test_a_read_costs_the_same_at_any_size(
    small: Market, large: Market, tool: str, asked: dict[str, Any], expected: Cost
) -> None:
    cost = small.cost(tool, **asked)
    assert cost == large.cost(tool, **asked)
    if expected is not None:
        assert cost == expected
    assert cost[-1] == "put log"
    assert len(cost) <= 7


NEW = {"Email": "new@o.example", "FirstName": "New", "LastName": "Person"}
WRITES: list[tuple[str, dict[str, Any], Cost]] = [
    ("create_contact", NEW, []),
    ("create_contact", {**NEW, "Email": "other@o.example", "AccountCode": 7}, ["query"]),
    ("create_task", {"Title": "Call"}, []),
    ("create_task", {"Title": "Call", "AccountCode": 7}, ["get_many"]),
    ("create_note", {"Body": "Called", "AccountCode": 7}, ["get_many"]),
    ("create_account", {"Name": "New"}, ["query"]),
    ("create_account", {"Name": "Newer", "ParentCode": 7}, ["get_many", "query"]),
    ("update_task", {"AppUserTaskCode": 7, "Priority": "high"}, ["query", "get_many"]),
    ("update_note", {"NoteCode": 7, "Body": "Other"}, ["query", "get_many"]),
    ("update_contact", {"UserCode": 7, "JobTitle": "CTO", "IdempotencyKey": "k"}, None),
    ("link_contact_to_account", {"UserCode": 7, "AccountCode": 9}, ["query", "query"]),
    ("grant_contact_permission", {"UserCode": 7, "PermissionCode": 1}, ["query", "get_many"]),
    ("delete_account", {"AccountCode": 19}, [*["query"] * 5, "get", "get"]),
]


@pytest.mark.parametrize(("tool", "asked", "reads"), WRITES, ids=[f"{tool} {list(asked)}" for tool, asked, _ in WRITES])
def test_a_write_is_one_transaction_of_any_size(
    small: Market,
    large: Market,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    asked: dict[str, Any],
    reads: Cost,
) -> None:
    for market in (small, large):
        market.cost("create_task", Title="so that the process knows the last code")
        for warm in ("create_account", "create_contact", "create_note", "link_contact_to_account"):
            _warm(market, warm)
        sizes = _sizes(market.world.database, monkeypatch)
        cost = market.cost(tool, **asked)
        assert cost[-1] == "transact both"
        assert all(step.split()[0] in ("get", "get_many", "query") for step in cost[:-1])
        assert reads is None or cost[:-1] == [f"{read} records" for read in reads]
        ((operations, logged),) = sizes
        assert operations <= 100
        assert logged == 1


def _warm(market: Market, tool: str) -> None:
    """Makes one call of its kind, so that the process knows the last code of the family."""
    fresh = f"{tool} {market.world.clock().isoformat()}"
    arguments: dict[str, dict[str, Any]] = {
        "create_account": {"Name": fresh},
        "create_contact": {
            "Email": f"w{market.world.clock().timestamp()}@o.example",
            "FirstName": "W",
            "LastName": "W",
        },
        "create_note": {"Body": fresh, "AccountCode": 8},
        "link_contact_to_account": {"UserCode": 8, "AccountCode": 9},
    }
    market.cost(tool, **arguments[tool])


def _sizes(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of all later transactions: the number of operations, and how many of them write to the log."""
    found: list[tuple[int, int]] = []
    carry_out = db.transact

    def noted(ops: list[WriteOp], token: str) -> None:
        found.append((len(ops), sum(op.table == AUDIT for op in ops)))
        carry_out(ops, token)

    monkeypatch.setattr(db, "transact", noted)
    return found


def test_a_rehearsal_writes_its_row_and_nothing_else(small: Market) -> None:
    _warm(small, "create_account")
    cost = small.cost("create_account", Name="Rehearsed", DryRun=True)
    assert cost[-1] == "put log"
    assert {step.split()[0] for step in cost[:-1]} <= {"get", "get_many", "query"}


def test_sparse_filters_are_bounded(large: Market) -> None:
    """A topic that none of two thousand records has: a handful of reads, and an answer."""
    cost = large.cost("list_accounts", TopicCodes=[12])
    assert cost.count("query records") <= 5
    answer = large.client.call_tool("list_accounts", TopicCodes=[12]).result
    assert (answer["Items"], answer["TotalRecords"], answer["NextCursor"]) == ([], 0, None)


def test_a_rare_record_is_found_on_the_first_page(large: Market) -> None:
    def found(**asked: Any) -> list[str]:
        large.world.clock.move(seconds=1)
        return [row["Name"] for row in large.client.call_tool("list_accounts", **asked).result["Items"]]

    assert found(Search="account 1987") == ["Account 1987"]
    assert found(Search="1987 city7 account") == ["Account 1987"]
    assert found(DateFilter="2026-11-22T09:33:18Z", PageSize=2)[0] == "Account 1999"
    many = large.client.call_tool("list_accounts", Search="account", PageSize=5, SortBy="Name").result
    assert len(many["Items"]) == 5
    assert [w["Code"] for w in many["Warnings"]] == ["IGNORED"]


def test_a_long_search_shows_every_record_once(large: Market) -> None:
    seen = visited(large.client, "list_contacts", Search="first1 last", PageSize=100)
    expected = [n for n in range(2000) if str(n % 50).startswith("1")]
    assert len(seen) == len(set(seen)) == len(expected)


def test_the_store_has_no_scan() -> None:
    operations = {name for name in dir(Database) if not name.startswith("_")}
    assert operations == {"get", "get_many", "put", "update", "delete", "query", "transact"}
