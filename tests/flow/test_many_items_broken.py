"""Calls of many items that break off: what is told is what happened, and the repeat goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow import crm
from tests.flow.faulty_truth import record_transactions
from tests.flow.test_many_items import people, statuses
from tests.flow.test_shares import SlowStore
from tests.world import REMOTE, World, WorldClient

COUNT = 4


@pytest.fixture
def faulty(world: World) -> FaultyDatabase:
    """The store in front of the world's; no call fails until it is armed."""
    world.watched.inner = FaultyDatabase(world.database)
    return world.watched.inner


def rows_of(world: World) -> list[dict[str, Any]]:
    """The rows of the calls, where the records are."""
    return [row for row in world.record_rows() if row["method"] == "create_contacts"]


def listed(client: WorldClient) -> list[str]:
    """The e-mail addresses of the contacts that were made."""
    rows = client.call_tool("list_contacts", PageSize=100).result["Items"]
    return [row["Email"] for row in rows if row["Email"].endswith("@o.example")]


FAULTS = [
    ("before", StoreFault.BEFORE, False, "not begun"),
    ("lost", StoreFault.LOST, False, "done"),
    ("vanished", StoreFault.VANISHED, False, "not begun"),
    ("lost and down", StoreFault.LOST, True, "unknown"),
    ("vanished and down", StoreFault.VANISHED, True, "unknown"),
    ("somebody was faster", StoreFault.CONDITION, False, "done"),
    ("sent twice", StoreFault.RESEND, False, "done"),
]


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("key", ["", "own"], ids=["without a key", "with a key"])
@pytest.mark.parametrize(("fault", "lasting", "told"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_what_is_told_is_what_happened(
    world: World,
    manager: WorldClient,
    faulty: FaultyDatabase,
    place: int,
    fault: StoreFault,
    lasting: bool,
    told: str,
    key: str,
) -> None:
    more: dict[str, Any] = {"IdempotencyKey": key} if key else {}
    trial = [{**each, "Email": f"x{each['Email']}".replace("@o.", "@x.")} for each in people(COUNT)]
    manager.call_tool("create_contacts", Items=trial[:1])
    faulty.arm({})
    manager.call_tool("create_contacts", Items=trial[1:], **({"IdempotencyKey": "trial"} if key else {}))
    number = record_transactions(faulty.calls)[place]
    faulty.arm({number: fault}, lasting=lasting)
    answer = manager.call_tool("create_contacts", Items=people(COUNT), **more).result
    faulty.arm({})
    found = statuses(answer)
    assert found[:place] == ["done"] * place
    assert found[place] == told
    rest = ["done" if told == "done" else "not begun"] * (COUNT - place - 1)
    assert found[place + 1 :] == rest
    known = [each["Email"] for each, status in zip(people(COUNT), found, strict=True) if status == "done"]
    assert (
        set(known) <= set(listed(manager)) <= {*known, *([people(COUNT)[place]["Email"]] if told == "unknown" else [])}
    )
    own = [row for row in rows_of(world) if row["share"].endswith(f"of {COUNT}")]
    assert len([row for row in own if row["outcome"] == "ok"]) == len(listed(manager))
    if told == "done":
        assert "INCOMPLETE" not in crm.codes(answer["Warnings"])
        return
    (warned,) = [w["Message"] for w in answer["Warnings"] if w["Code"] == "INCOMPLETE"]
    repeat = key or warned.split("IdempotencyKey ")[1].split(":")[0]
    again = manager.call_tool("create_contacts", Items=people(COUNT), IdempotencyKey=repeat).result
    assert again["Totals"] == {"asked": COUNT, "done": COUNT}
    assert sorted(listed(manager)) == sorted(each["Email"] for each in people(COUNT))


def test_a_receipt_that_cannot_be_written_hides_nothing(
    world: World, manager: WorldClient, faulty: FaultyDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.arm({})
    manager.call_tool("create_contacts", Items=people(2), DryRun=True)
    manager.call_tool("create_tasks", Items=[{"Title": "Call"}] * 2)
    faulty.arm({})
    manager.call_tool("create_tasks", Items=[{"Title": "Call"}] * 2)
    last = len(faulty.calls) - 1
    assert faulty.calls[last][0] == "put"
    faulty.arm({last: StoreFault.BEFORE})
    assert statuses(manager.call_tool("create_tasks", Items=[{"Title": "Call"}] * 2).result) == ["done", "done"]
    said = [record.getMessage() for record in caplog.records]
    assert ("closing row late" if world.kind == REMOTE else "audit row lost") in said


def test_the_work_ends_before_the_function_does_and_the_repeat_goes_on(world: World, manager: WorldClient) -> None:
    world.watched.inner = slow = SlowStore(world, seconds=40)
    client = replace(manager, context=slow)
    answer = client.call_tool("create_contacts", Items=people(30), IdempotencyKey="k").result
    world.watched.inner = world.database
    found = statuses(answer)
    done = found.count("done")
    assert 0 < done < 30
    assert found == ["done"] * done + ["not begun"] * (30 - done)
    (row,) = [row for row in rows_of(world) if not row["share"]]
    assert (row["outcome"], row["result"]) == ("incomplete", f"{done} of 30 items done, {30 - done} not begun")
    again = manager.call_tool("create_contacts", Items=people(30), IdempotencyKey="k").result
    assert again["Totals"] == {"asked": 30, "done": 30}
    assert len(listed(manager)) == 30
    assert again["Items"][:done] == answer["Items"][:done]
