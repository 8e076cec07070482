"""Changes of many members: each share has its row, and what the caller is told, the rows and the list agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow import crm
from tests.flow.faulty_truth import Told, record_transactions, told
from tests.flow.member_lists import KINDS, Lists
from tests.remote.limited_context import LimitedContext
from tests.world import REMOTE, World, WorldClient

SHARE = 28


@pytest.fixture(params=KINDS)
def lists(request: pytest.FixtureRequest, manager: WorldClient) -> Lists:
    kind, make = request.param
    return Lists(kind, manager, make)


@pytest.fixture
def faulty(world: World) -> FaultyDatabase:
    world.watched.inner = FaultyDatabase(world.database)
    return world.watched.inner


def named_by(row: dict[str, Any], word: str) -> list[int]:
    """The members that a row of the API Log names under this word."""
    texts = [change["fields"].get(word, {}).get("after", "") for change in row["changes"]]
    return [int(code) for text in texts for code in text.split(", ") if code]


def members_by_rows(rows: Sequence[dict[str, Any]]) -> list[int]:
    """The members that the rows say were added."""
    return [member for row in rows if row["outcome"] == "ok" for member in named_by(row, "Members")]


FAULTS = [
    ("before", StoreFault.BEFORE, False),
    ("lost", StoreFault.LOST, False),
    ("vanished", StoreFault.VANISHED, False),
    ("lost and down", StoreFault.LOST, True),
    ("vanished and down", StoreFault.VANISHED, True),
    ("somebody was faster", StoreFault.CONDITION, False),
    ("sent twice", StoreFault.RESEND, False),
]


@pytest.mark.parametrize("share", [0, 1, 2])
@pytest.mark.parametrize(("fault", "lasting"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_what_is_told_is_what_happened(
    world: World, lists: Lists, faulty: FaultyDatabase, share: int, fault: StoreFault, lasting: bool
) -> None:
    code, members = lists.code(), lists.members(2 * SHARE + 4)
    asked = {lists.kind.record.code: code, lists.kind.members_argument.name: members}
    tool = f"add_{lists.kind.method_stem}_members"
    faulty.arm({})
    lists.client.call_tool(tool, **asked, DryRun=True)
    other = lists.code("a clean run")
    faulty.arm({})
    lists.client.call_tool(tool, **(asked | {lists.kind.record.code: other}))
    place = record_transactions(faulty.calls)[share]
    before = {row["id"] for row in world.record_rows()}
    faulty.arm({place: fault}, lasting=lasting)
    limited = replace(lists.client, context=None if share else LimitedContext(faulty))
    answer = limited.call_tool(tool, **asked)
    faulty.arm({})
    new = [row for row in world.record_rows() if row["id"] not in before and row["method"] == tool]
    stored, rows = lists.on(code, PageSize=100), sorted(new, key=lambda row: str(row["share"]))
    assert members_by_rows(rows) == stored
    assert len({row["request_id"] for row in rows}) <= 1
    repeat: dict[str, Any] = {}
    if answer.status == 200:
        found = answer.result
        unsure = members[share * SHARE : (share + 1) * SHARE] if lasting else []
        assert set(lists.named(found["Added"])) == set(stored) - set(unsure)
        assert set(found.get("NotProcessed", [])) == set(members) - set(lists.named(found["Added"]))
        assert ("INCOMPLETE" in crm.codes(found["Warnings"])) == bool(found.get("NotProcessed"))
        if found.get("NotProcessed") and not lasting:
            assert rows[-1]["outcome"] == "incomplete"
            assert named_by(rows[-1], "NotProcessed") == found["NotProcessed"]
    else:
        kind = told(answer)
        unknown = kind is Told.UNKNOWN
        assert (unknown, [] if unknown else stored) == (lasting, [])
        repeat = answer.document["error"]["data"].get("repeat_with", {})
    assert lists.client.call_tool(tool, **asked, **repeat).status == 200
    assert lists.on(code, PageSize=100) == members
    assert lists.get(code)["MemberCount"] == len(members)


class SlowStore:
    """A store of which each call takes 0.9 s of the invocation's time, and the invocation's Lambda context."""

    def __init__(self, world: World, seconds: float) -> None:
        self._inner, self.left = world.database, seconds

    def get_remaining_time_in_millis(self) -> int:
        """See the context object of AWS Lambda for Python."""
        return int(self.left * 1000)

    def __getattr__(self, name: str) -> Any:
        work = getattr(self._inner, name)

        def slow(*given: Any) -> Any:
            self.left -= 0.9
            assert self.left > 0, "the function would have been cut off"
            return work(*given)

        return slow

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        self.left -= 0.9
        self._inner.transact(ops, token)


def test_the_work_ends_before_the_function_does(world: World, lists: Lists) -> None:
    code, members = lists.code(), lists.members(180)
    before = {row["id"] for row in world.record_rows()}
    world.watched.inner = slow = SlowStore(world, seconds=18)
    client = replace(lists.client, context=slow)
    told = replace(lists, client=client).add(code, *members)
    world.watched.inner = world.database
    logs = 2 if world.kind == REMOTE else 1
    assert slow.left >= 3 - 0.9 * logs  # the rows are written in the time that is kept for them
    added = lists.named(told["Added"])
    assert 0 < len(added) < 180
    assert told["NotProcessed"] == members[len(added) :]
    assert crm.codes(told["Warnings"]) == ["INCOMPLETE"]
    rows = sorted((row for row in world.record_rows() if row["id"] not in before), key=lambda row: str(row["share"]))
    assert members_by_rows(rows) == added == lists.on(code, PageSize=100)
    assert rows[-1]["outcome"] == "incomplete"
    assert named_by(rows[-1], "NotProcessed") == told["NotProcessed"]
    assert [row["share"] for row in rows] == [f"{n} of 7" for n in range(1, len(rows) + 1)]
