"""Every store call of every write tool, and of some reads, fails in every way: what is said is what happened.

After each fault, what the caller is told, the API Log, the log line and the records agree; nobody is blamed; and the call
repeated as the caller is told has one effect in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.faulty_calls import READS, WRITES
from tests.flow.faulty_stage import MANY_CALLS, FaultyStage, log_lines, run_clean
from tests.flow.faulty_truth import WRITING, Clean, Told, require_truth, told
from tests.flow.office import Fields
from tests.world import Response, WorldClient

CASES = WRITES | READS
EVERY_CASE = pytest.mark.parametrize(("tool", "named"), CASES.values(), ids=CASES)
EVERY_WRITE = pytest.mark.parametrize(("tool", "named"), WRITES.values(), ids=WRITES)
MIN_TRIALS = 2_400
pytestmark = pytest.mark.slow  # all of them together: the file begins early
FRESH_EACH_TIME = "request_media_upload"
"""Its answer holds a secret and is not kept: the same call again gives a ticket of its own, which changes no record."""

trials: list[str] = []


@pytest.fixture(scope="module")
def stage() -> Iterator[FaultyStage]:
    made = FaultyStage.build()
    with log_lines(made.lines):
        yield made
    made.close()


def test_every_write_tool_is_here() -> None:
    assert {tool for tool, _ in WRITES.values()} == {
        name
        for name, method in METHODS.items()
        if method.access is Access.WRITE and not method.each_by  # those: test_many_items_broken.py
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
    if tool == FRESH_EACH_TIME:
        assert set(found.effect) == set(clean.traces.effect)
    elif clean.traces.effect:
        assert found.effect == clean.traces.effect
        assert found.done_rows() == clean.traces.done_rows() or (found.done_there() and clean.in_shares)
        assert found.done_there() == clean.traces.done_there()
    else:
        assert not found.effect
    assert not stage.blamed()
    assert not stage.missing_files()
    assert "begun" not in found.outcomes()


def means_something(call: tuple[str, str], fault: StoreFault, audit_table: str) -> bool:
    """Whether the fault can happen to this store call, and differs from the others.

    A read that is not answered is one that never arrived, and no condition can fail it. Nobody else writes a row of this id.
    """
    method, tables = call
    if method not in WRITING:
        return fault in (StoreFault.BEFORE, StoreFault.RESEND)
    return fault is not StoreFault.CONDITION or (method, tables) != ("put", audit_table)


@EVERY_CASE
@pytest.mark.parametrize("fault", StoreFault)
def test_one_store_call_fails(stage: FaultyStage, tool: str, named: Fields, fault: StoreFault) -> None:
    clean = run_clean(stage, tool, named)
    for number, call in enumerate(clean.calls):
        if not means_something(call, fault, stage.world.settings.audit_table):
            continue
        client = stage.new_process()
        stage.database.arm({number: fault})
        answer = client.call_tool(tool, **clean.arguments)
        assert len(stage.database.calls) > number, call
        require_truth(answer, stage.traces(), clean)
        harmless = fault in (StoreFault.RESEND, StoreFault.CONDITION)
        assert told(answer) is Told.DONE or not harmless, call
        assert told(answer) is not Told.UNKNOWN, (call, "the store answers again, so that it can be found out")
        if number % 2:
            stage.settle()
        repeat_until_done(client, tool, clean, answer)
        stage.deliver()
        stage.settle(minutes=16)
        require_one_effect(stage, clean, tool)
        assert told(answer) is not Told.INCOMPLETE or "not_done" not in stage.traces().outcomes()
        trials.append(f"{tool} {call} {fault}")


ARRIVALS = [
    (StoreFault.BEFORE, "never"),
    (StoreFault.LOST, "at once"),
    (StoreFault.VANISHED, "never"),
    (StoreFault.VANISHED, "before the repeat"),
    (StoreFault.VANISHED, "after the repeat"),
]


@EVERY_WRITE
@pytest.mark.parametrize(("fault", "arrives"), ARRIVALS, ids=[" ".join(pair) for pair in ARRIVALS])
def test_a_write_fails_and_then_everything(
    stage: FaultyStage, tool: str, named: Fields, fault: StoreFault, arrives: str
) -> None:
    """A write that was sent and not answered may still be on its way when the caller is told about it."""
    clean = run_clean(stage, tool, named)
    for number in clean.writes():
        client = stage.new_process()
        stage.database.arm({number: fault} | dict.fromkeys(range(number + 1, MANY_CALLS), StoreFault.BEFORE))
        answer = client.call_tool(tool, **clean.arguments)
        stage.database.arm({})
        if arrives == "before the repeat":
            stage.deliver()
        require_truth(answer, stage.traces(), clean)
        if number % 2:
            stage.settle()
        repeat_until_done(client, tool, clean, answer)
        if arrives == "after the repeat":
            stage.deliver()
        stage.settle(minutes=16)
        require_one_effect(stage, clean, tool)
        assert told(answer) is not Told.INCOMPLETE or "not_done" not in stage.traces().outcomes()
        trials.append(f"{tool} {clean.calls[number]} {fault}, then everything")


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
@pytest.mark.parametrize("case", ["attach_media_file", "attach_media_file by ticket"])
def test_one_request_for_a_file_fails(stage: FaultyStage, case: str, fault: StoreFault) -> None:
    tool, named = WRITES[case]
    clean = run_clean(stage, tool, named)
    assert clean.files
    for number, request in enumerate(clean.files):
        client = stage.new_process()
        stage.files.arm({number: fault})
        answer = client.call_tool(tool, **clean.arguments)
        require_truth(answer, stage.traces(), clean)
        assert told(answer) is Told.DONE or fault is not StoreFault.RESEND, request
        repeat_until_done(client, tool, clean, answer)
        require_one_effect(stage, clean, tool)
        trials.append(f"{tool} file {request} {fault}")


@pytest.mark.parametrize("fault", [StoreFault.LOST, StoreFault.VANISHED])
def test_a_ticket_alone_makes_its_repeat_safe(stage: FaultyStage, fault: StoreFault) -> None:
    """The same call again, without the key that the answer gives."""
    tool, named = WRITES["attach_media_file by ticket"]
    clean = run_clean(stage, tool, named)
    (number,) = clean.record_writes()
    client = stage.new_process()
    stage.database.arm({number: fault} | dict.fromkeys(range(number + 1, MANY_CALLS), StoreFault.BEFORE))
    answer = client.call_tool(tool, **clean.arguments)
    assert told(answer) is Told.UNKNOWN
    stage.database.arm({})
    for _ in range(2):
        again = client.call_tool(tool, **clean.arguments).result
        assert again["MediaFile"]["FileName"] == clean.arguments["FileName"]
    stage.deliver()
    require_one_effect(stage, clean, tool)
    trials.append(f"{tool} {fault}, repeated without a key")


def test_the_secrets_are_down(stage: FaultyStage) -> None:
    clean = run_clean(stage, *WRITES["create_account"])
    assert clean.secrets
    client = stage.new_process()
    stage.secrets.broken = True
    answer = client.call_tool("create_account", **clean.arguments)
    require_truth(answer, stage.traces(), clean)
    assert told(answer) is Told.UNAVAILABLE
    stage.secrets.broken = False
    repeat_until_done(client, "create_account", clean, answer)
    require_one_effect(stage, clean, "create_account")
    trials.append("create_account secrets")


def test_there_were_enough_trials(
    request: pytest.FixtureRequest, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Stands last, after all that ran in this process; some may have been left out by name."""
    record_testsuite_property("trials", len(trials))
    here = [item for item in request.session.items if item.path == request.node.path]
    if len(here) > len(CASES) * len(StoreFault):
        assert len(trials) >= MIN_TRIALS
