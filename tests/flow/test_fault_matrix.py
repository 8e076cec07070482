"""Every store call of every write tool, and of some reads, fails in every way: what is said is what happened.

After each fault, what the caller is told, the API Log, the log line and the records agree; nobody is blamed; and the call
repeated as the caller is told has one effect in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.faulty_calls import READS, WRITES
from tests.flow.faulty_stage import (
    MANY_CALLS,
    Clean,
    FaultyStage,
    Told,
    log_lines,
    require_truth,
    run_clean,
    told,
)
from tests.flow.office import Fields
from tests.world import Response, WorldClient

CASES = WRITES | READS
EVERY_CASE = pytest.mark.parametrize(("tool", "named"), CASES.values(), ids=CASES)
EVERY_WRITE = pytest.mark.parametrize(("tool", "named"), WRITES.values(), ids=WRITES)
MIN_TRIALS = 2_500

trials: list[str] = []


@pytest.fixture(scope="module")
def stage() -> Iterator[FaultyStage]:
    made = FaultyStage.build()
    with log_lines(made.lines):
        yield made


def test_every_write_tool_is_here() -> None:
    assert {tool for tool, _ in WRITES.values()} == {
        name for name, method in METHODS.items() if method.access is Access.WRITE
    }


def repeat_until_done(client: WorldClient, tool: str, clean: Clean, answer: Response) -> None:
    """Repeats the call as its answer says; a call with an IdempotencyKey is repeated in any case."""
    if told(answer) in (Told.UNAVAILABLE, Told.UNKNOWN, Told.INCOMPLETE):
        given: dict[str, Any] = answer.document.get("error", {}).get("data", {}).get("repeat_with", {})
        again = client.call_tool(tool, **clean.arguments | given)
        assert told(again) is Told.DONE, again.document
    if clean.replays:
        assert told(client.call_tool(tool, **clean.arguments)) is Told.DONE


def require_one_effect(stage: FaultyStage, clean: Clean, tool: str) -> None:
    """There is one effect, with its rows; nobody is blamed."""
    found = stage.traces()
    assert found.effect == clean.traces.effect
    if METHODS[tool].access is Access.WRITE:
        assert found.done_rows() == clean.traces.done_rows()
    assert not stage.blamed()
    assert not stage.missing_files()


@EVERY_CASE
@pytest.mark.parametrize("fault", StoreFault)
def test_one_store_call_fails(stage: FaultyStage, tool: str, named: Fields, fault: StoreFault) -> None:
    clean = run_clean(stage, tool, named)
    for number, call in enumerate(clean.calls):
        with stage.process() as client:
            stage.database.arm({number: fault})
            answer = client.call_tool(tool, **clean.arguments)
            assert len(stage.database.calls) > number, call
            require_truth(answer, stage.traces(), clean)
            harmless = fault in (StoreFault.RESEND, StoreFault.CONDITION)
            assert told(answer) is Told.DONE or not harmless, call
            assert told(answer) is not Told.UNKNOWN, (call, "the store answers again, so that it can be found out")
            repeat_until_done(client, tool, clean, answer)
            require_one_effect(stage, clean, tool)
        trials.append(f"{tool} {call} {fault}")


@EVERY_WRITE
@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST])
def test_a_write_fails_and_then_everything(stage: FaultyStage, tool: str, named: Fields, fault: StoreFault) -> None:
    clean = run_clean(stage, tool, named)
    for number in clean.writes():
        with stage.process() as client:
            stage.database.arm({number: fault} | dict.fromkeys(range(number + 1, MANY_CALLS), StoreFault.BEFORE))
            answer = client.call_tool(tool, **clean.arguments)
            require_truth(answer, stage.traces(), clean)
            stage.database.arm({})
            repeat_until_done(client, tool, clean, answer)
            require_one_effect(stage, clean, tool)
        trials.append(f"{tool} {clean.calls[number]} {fault}, then everything")


@EVERY_WRITE
@pytest.mark.parametrize("others_work", [True, False], ids=["the store answers again", "nothing answers after it"])
@pytest.mark.parametrize("repeated_first", [True, False], ids=["arrives after the repeat", "arrives before the repeat"])
def test_a_write_arrives_late(
    stage: FaultyStage, tool: str, named: Fields, others_work: bool, repeated_first: bool
) -> None:
    """A transaction that was not answered may still be on its way when the caller is told what became of it."""
    clean = run_clean(stage, tool, named)
    for number in [n for n in clean.writes() if clean.calls[n][0] == "transact"]:
        with stage.process() as client:
            down = {} if others_work else dict.fromkeys(range(number + 1, MANY_CALLS), StoreFault.BEFORE)
            stage.database.arm(down, late=[number])
            answer = client.call_tool(tool, **clean.arguments)
            waiting = stage.database.waiting
            stage.database.arm({})
            if not repeated_first:
                stage.database.deliver(waiting)
                require_truth(answer, stage.traces(), clean)
            repeat_until_done(client, tool, clean, answer)
            stage.database.deliver(waiting)
            require_one_effect(stage, clean, tool)
        trials.append(f"{tool} late")


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
@pytest.mark.parametrize("case", ["attach_media_file", "attach_media_file by ticket"])
def test_one_request_for_a_file_fails(stage: FaultyStage, case: str, fault: StoreFault) -> None:
    tool, named = WRITES[case]
    clean = run_clean(stage, tool, named)
    assert clean.files
    for number, request in enumerate(clean.files):
        with stage.process() as client:
            stage.files.arm({number: fault})
            answer = client.call_tool(tool, **clean.arguments)
            require_truth(answer, stage.traces(), clean)
            assert told(answer) is Told.DONE or fault is not StoreFault.RESEND, request
            repeat_until_done(client, tool, clean, answer)
            require_one_effect(stage, clean, tool)
        trials.append(f"{tool} file {request} {fault}")


def test_the_secrets_are_down(stage: FaultyStage) -> None:
    clean = run_clean(stage, *WRITES["create_account"])
    assert clean.secrets
    with stage.process() as client:
        stage.secrets.broken = True
        answer = client.call_tool("create_account", **clean.arguments)
        require_truth(answer, stage.traces(), clean)
        assert told(answer) is Told.UNAVAILABLE
        stage.secrets.broken = False
        repeat_until_done(client, "create_account", clean, answer)
        require_one_effect(stage, clean, "create_account")
    trials.append("create_account secrets")


def test_there_were_enough_trials(request: pytest.FixtureRequest) -> None:
    """Stands last: the tests above ran in this process, unless some were left out by name."""
    print(f"fault matrix of /mcp: {len(trials)} trials")
    ran = {item.name for item in request.session.items if item.path == request.node.path}
    if len(ran) > len(CASES) * len(StoreFault):
        assert len(trials) >= MIN_TRIALS
