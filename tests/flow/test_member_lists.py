"""Contact lists and account lists: the same tests for both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from affino_mcp.instance.port import RecordRef
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import WriteOp
from tests.flow import crm
from tests.flow.member_lists import KINDS, Lists
from tests.world import EVERYTHING, World, WorldClient


@pytest.fixture(params=KINDS)
def lists(request: pytest.FixtureRequest, manager: WorldClient) -> Lists:
    kind, make = request.param
    return Lists(kind, manager, make)


def test_a_list_from_its_beginning_to_its_end(lists: Lists) -> None:
    code = lists.code(Description="For the campaign", TopicCodes=[1, 99])
    made = lists.get(code)
    assert (made["Title"], made["MemberCount"], made["CreatedBy"]["Name"]) == ("Spring 2026", 0, "Sam Manager")
    assert made["Topics"] == [{"TopicCode": 1, "Name": "Platform Expansion"}]
    again = lists.client.call_tool(f"create_{lists.kind.method_stem}", Title="SPRING 2026").result["Warnings"]
    assert again[0]["PossibleDuplicates"] == [{lists.kind.record.code: code}]
    update = {lists.kind.record.code: code, "Title": "Summer 2026", "Description": None}
    changed = lists.client.call_tool(f"update_{lists.kind.method_stem}", **update).result
    assert (changed[lists.kind.record.name]["Title"], lists.get(code)["Description"]) == ("Summer 2026", None)
    assert crm.codes(lists.client.call_tool(f"update_{lists.kind.method_stem}", **update).result["Warnings"]) == [
        "NO_CHANGE"
    ]
    (member,) = lists.members(1)
    lists.add(code, member)
    assert lists.client.call_tool(f"delete_{lists.kind.method_stem}", **{lists.kind.record.code: code}).result[
        "Deleted"
    ]
    assert (
        lists.client.call_tool(f"get_{lists.kind.method_stem}", **{lists.kind.record.code: code}).error["type"]
        == "not_found"
    )
    assert lists.of(member) == []


def test_members_come_and_go_item_by_item(lists: Lists) -> None:
    code, (one, two, three) = lists.code(), lists.members(3)
    first = lists.add(code, one, two, 999)
    assert (lists.named(first["Added"]), first["AlreadyMembers"], first["NotFound"]) == ([one, two], [], [999])
    assert crm.codes(first["Warnings"]) == ["UNKNOWN_REFERENCE"]
    assert "Name" in first["Added"][0]
    second = lists.add(code, two, three)
    assert (lists.named(second["Added"]), lists.named(second["AlreadyMembers"])) == ([three], [two])
    assert crm.codes(second["Warnings"]) == ["NO_CHANGE"]
    assert (lists.on(code), lists.get(code)["MemberCount"]) == ([one, two, three], 3)
    gone = lists.remove(code, one, 999)
    assert (lists.named(gone["Removed"]), lists.named(gone["NotMembers"])) == ([one], [999])
    assert (lists.on(code), lists.get(code)["MemberCount"], lists.of(one), lists.of(two)) == (
        [two, three],
        2,
        [],
        [code],
    )


def test_five_hundred_at_once_in_one_call_with_a_row_for_each_share(world: World, lists: Lists) -> None:
    code, members = lists.code(), lists.members(101)
    before = len(world.audit_rows())
    answer = lists.add(code, *members, *range(5000, 5399))
    assert (len(answer["Added"]), len(answer["NotFound"])) == (101, 399)
    rows = world.audit_rows()[before:]
    assert [row["share"] for row in rows] == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"]
    assert {(row["method"], row["person_name"], row["record"], row["outcome"]) for row in rows} == {
        (f"add_{lists.kind.method_stem}_members", "Sam Manager", f"R#{lists.kind.record.family}#{code}", "ok")
    }
    assert len({row["request_id"] for row in rows}) == 1
    named = ", ".join(row["changes"][0]["fields"]["Members"]["after"] for row in rows)
    assert named == ", ".join(map(str, members))
    assert (lists.get(code)["MemberCount"], lists.on(code, PageSize=30)) == (101, members)
    assert lists.page(code, PageSize=2)["TotalRecords"] == 101
    assert len(lists.remove(code, *members)["Removed"]) == 101
    assert lists.get(code)["MemberCount"] == 0


def test_a_share_and_its_row_are_one_transaction(world: World, lists: Lists) -> None:
    code, members = lists.code(), lists.members(57)
    world.watched.calls.clear()
    lists.add(code, *members)
    writes = [table for name, table in world.watched.calls if name == "transact"]
    assert ["audit" in table for table in writes] == [True, True, True]


@pytest.mark.parametrize("count", [0, 501])
def test_one_to_five_hundred(lists: Lists, count: int) -> None:
    asked = {lists.kind.record.code: lists.code(), lists.kind.members_argument.name: list(range(1, count + 1))}
    error = lists.client.call_tool(f"add_{lists.kind.method_stem}_members", **asked).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", lists.kind.members_argument.name)


def test_members_themselves_never_change(lists: Lists) -> None:
    code, (member,) = lists.code(), lists.members(1)
    place = RecordRef(lists.kind.member.family, member)
    before = lists.client.world.records.load_documents([place])
    lists.client.world.clock.move(minutes=5)
    lists.add(code, member)
    lists.remove(code, member)
    assert lists.client.world.records.load_documents([place]) == before


def test_a_deleted_member_is_on_no_list_and_in_no_count(lists: Lists) -> None:
    code, (one, two) = lists.code(), lists.members(2)
    lists.add(code, one, two)
    lists.delete_member(one)
    assert (lists.on(code), lists.get(code)["MemberCount"], lists.of(two)) == ([two], 1, [code])
    assert lists.refused(one) == ("not_found", lists.kind.member.code)
    assert lists.named(lists.remove(code, one)["NotMembers"]) == [one]
    assert lists.add(code, one)["NotFound"] == [one]


def test_a_rehearsal_writes_nothing(lists: Lists) -> None:
    code, members = lists.code(), lists.members(60)
    answer = lists.add(code, *members, DryRun=True)
    assert (len(answer["Added"]), crm.codes(answer["Warnings"]), answer["DryRun"]) == (60, ["DRY_RUN"], True)
    assert (lists.get(code)["MemberCount"], lists.on(code)) == (0, [])


def test_the_same_key_is_the_same_call(lists: Lists) -> None:
    code, members = lists.code(), lists.members(60)
    first = lists.add(code, *members, IdempotencyKey="k1")
    lists.remove(code, *members[:2])
    again = lists.add(code, *members, IdempotencyKey="k1")
    assert again["Added"] == first["Added"]
    assert crm.codes(again["Warnings"]) == ["REPLAYED"]
    asked = {lists.kind.record.code: code, lists.kind.members_argument.name: members[:1], "IdempotencyKey": "k1"}
    assert lists.client.call_tool(f"add_{lists.kind.method_stem}_members", **asked).error["type"] == "conflict"
    assert lists.get(code)["MemberCount"] == 58


class Failing:
    """A store that refuses transactions after a number of them."""

    def __init__(self, world: World, after: int) -> None:
        self._inner, self.left = world.database, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoreUnavailable
        self._inner.transact(ops, token)


def test_what_broke_off_is_told_and_completed_by_the_same_call(world: World, lists: Lists) -> None:
    code, members = lists.code(), lists.members(70)
    world.watched.inner = Failing(world, after=2)
    before = len(world.audit_rows())
    answer = lists.add(code, *members, IdempotencyKey="k1")
    assert (lists.named(answer["Added"]), answer["NotProcessed"]) == (members[:56], members[56:])
    assert crm.codes(answer["Warnings"]) == ["INCOMPLETE"]
    world.watched.inner = world.database
    rows = world.audit_rows()[before:]
    assert [(row["share"], row["outcome"]) for row in rows] == [
        ("1 of 3", "ok"),
        ("2 of 3", "ok"),
        ("3 of 3", "incomplete"),
    ]
    assert [warning["Code"] for warning in rows[2]["warnings"]] == ["INCOMPLETE"]
    assert rows[2]["changes"][0]["fields"]["NotProcessed"]["after"] == ", ".join(map(str, members[56:]))
    assert lists.get(code)["MemberCount"] == 56
    again = lists.add(code, *members, IdempotencyKey="k1")
    assert (lists.named(again["Added"]), len(again["AlreadyMembers"])) == (members[56:], 56)
    assert (lists.get(code)["MemberCount"], lists.on(code, PageSize=100)) == (70, members)


def test_search_filters_and_sorting_among_members(lists: Lists) -> None:
    code, members = lists.code(), lists.members(12)
    lists.add(code, *members[:11])
    assert lists.on(code, Search="member1") == [members[1], members[10]]
    assert lists.on(code, Search="nobody") == []
    other = lists.code("Autumn")
    lists.add(other, members[0])
    assert lists.of(members[0], SortBy="Title") == [other, code]
    assert lists.of(members[0], Search="aut") == [other]
    assert lists.of(members[0], Mine=True) == [code, other]
    assert lists.of(members[11]) == []


def test_without_sight_of_members_there_are_only_codes(world: World, handler: LambdaHandler, lists: Lists) -> None:
    code, (member,) = lists.code(), lists.members(1)
    lists.add(code, member)
    profile = world.create_profile("lists only", {lists.kind.record.family: EVERYTHING[lists.kind.record.family]})
    blind = Lists(lists.kind, WorldClient(world, handler, world.log_in(profile, 1)), lists.make)
    page = blind.page(code)
    assert page["Items"] == [
        {
            lists.kind.member.code: member,
            "AddedAt": page["Items"][0]["AddedAt"],
            "AddedBy": {"UserCode": 1, "Name": "Sam Manager"},
        }
    ]
    assert crm.codes(page["Warnings"]) == ["NOT_SHOWN"]
    asked = {lists.kind.record.code: code, "Search": "member"}
    assert (
        blind.client.call_tool(f"list_{lists.kind.method_stem}_members", **asked).error["details"]["argument"]
        == "Search"
    )
    tool, wanted = f"add_{lists.kind.method_stem}_members", lists.kind.members_argument.name
    closed = blind.client.call_tool(tool, **{lists.kind.record.code: code, wanted: [member]}).error
    assert (closed["type"], closed["details"]["argument"]) == ("tool_disabled", wanted)
    assert blind.remove(code, member)["Removed"] == [{lists.kind.member.code: member}]


def test_lists_of_nobody_and_unknown_lists(lists: Lists) -> None:
    (nowhere,) = lists.members(1)
    assert lists.of(nowhere) == []
    assert lists.refused(12345) == ("not_found", lists.kind.member.code)
    for deed in ("add", "remove"):
        asked = {lists.kind.record.code: 77, lists.kind.members_argument.name: [1]}
        assert lists.client.call_tool(f"{deed}_{lists.kind.method_stem}_members", **asked).error["type"] == "not_found"


def test_history_says_who_came_and_went(lists: Lists) -> None:
    code, (one, two) = lists.code(), lists.members(2)
    lists.add(code, one, two)
    lists.remove(code, one)
    world = lists.client.world
    rows = [row for row in world.database.list_rows(world.settings.records_table) if row["sk"].startswith("H#")]
    entries = [json.loads(row["entry"]) for row in rows if row["pk"] == f"{lists.kind.record.family}#{code}"]
    assert [entry["after"].get("Members") for entry in entries] == [None, [one, two], None]
    assert entries[2]["before"] == {"Members": [one]}
