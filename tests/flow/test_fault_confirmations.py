"""Grave calls of a confirming profile whose stores fail: what the person agreed to is done once, and told as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.confirming import YES, Modern
from tests.flow.faulty_calls import WRITES
from tests.flow.faulty_stage import MANY_CALLS, FaultyStage
from tests.flow.faulty_truth import WRITING, Told, Traces, told
from tests.flow.office import Fields
from tests.world import Response, WorldClient

GRAVE = ("delete_contact", "delete_note", "moderate_forum_thread", "update_article", "undo_change")
Send = Callable[[Fields], Response]
Agree = Callable[[WorldClient, str, Fields], Send]


@pytest.fixture(scope="module")
def stage() -> Iterator[FaultyStage]:
    made = FaultyStage.build(confirm=True)
    yield made
    made.close()


def by_argument(client: WorldClient, tool: str, arguments: Fields) -> Send:
    return lambda more: client.call_tool(tool, **arguments, **more, Confirm=True)


def by_form(client: WorldClient, tool: str, arguments: Fields) -> Send:
    modern = Modern(client.world, client.handler, client.headers)
    state = modern.asked(tool, **arguments)["requestState"]
    return lambda more: modern.answered(tool, YES, state, **arguments, **more)


def clean_run(stage: FaultyStage, agree: Agree, tool: str, arguments: Fields) -> tuple[list[int], Traces]:
    """The numbers of the store calls that write outside the gate, and what the call leaves behind."""
    send = agree(stage.new_process(), tool, arguments)
    stage.database.arm({})
    assert told(send({})) is Told.DONE
    calls = enumerate(stage.database.calls)
    return [n for n, (method, tables) in calls if method in WRITING and "gate" not in tables], stage.traces()


@pytest.mark.parametrize("down", [False, True], ids=["the store answers again", "nothing answers after it"])
@pytest.mark.parametrize("fault", StoreFault)
@pytest.mark.parametrize("agree", [by_argument, by_form])
@pytest.mark.parametrize("tool", GRAVE)
def test_what_was_agreed_to_is_done_once(
    stage: FaultyStage, tool: str, agree: Agree, fault: StoreFault, down: bool
) -> None:
    arguments = stage.given.arguments(WRITES[tool][1])
    numbers, clean = clean_run(stage, agree, tool, arguments)
    assert numbers
    for number in numbers:
        send = agree(stage.new_process(), tool, arguments)
        later = dict.fromkeys(range(number + 1, MANY_CALLS), StoreFault.BEFORE) if down else {}
        stage.database.arm({number: fault} | later)
        answer = send({})
        stage.database.arm({})
        require_truth(answer, stage.traces(), clean)
        if told(answer) is not Told.DONE:
            more: dict[str, Any] = answer.document["error"]["data"].get("repeat_with", {})
            assert told(send(more)) is Told.DONE
        stage.deliver()
        stage.settle(minutes=16)
        found = stage.traces()
        assert (found.effect, found.done_rows()) == (clean.effect, clean.done_rows())
        assert "begun" not in found.outcomes()
        assert not stage.blamed()


def require_truth(answer: Response, found: Traces, clean: Traces) -> None:
    match told(answer):
        case Told.DONE:
            assert found.effect == clean.effect
            assert found.done_with_records() == clean.done_with_records()
        case Told.UNAVAILABLE:
            assert not found.effect
            assert not found.done_with_records()
        case Told.UNKNOWN:
            assert found.done_with_records() == (clean.done_with_records() if found.effect else 0)
        case other:
            raise AssertionError(other)
