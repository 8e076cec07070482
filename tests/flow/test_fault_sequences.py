"""Calls that meet one fault after the other while the client repeats them as it is told: one effect in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.faulty_calls import WRITES
from tests.flow.faulty_stage import FaultyStage, run_clean
from tests.flow.faulty_truth import Clean, Told, told
from tests.world import Response

CASES = sorted(name for name, (tool, _) in WRITES.items() if tool != "request_media_upload")
FAULTS = st.sampled_from([StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED, StoreFault.RESEND])
ATTEMPTS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 20), FAULTS, min_size=1, max_size=4), st.booleans()), max_size=3
)
"""The faults of each attempt, and whether what was sent and lost arrives before the next one."""


@pytest.fixture(scope="module")
def stage() -> Iterator[FaultyStage]:
    made = FaultyStage.build()
    yield made
    made.close()


def require_known(stage: FaultyStage, clean: Clean, answer: Response) -> None:
    """What is told of the latest attempt agrees with what all attempts have done."""
    found = stage.traces()
    match told(answer):
        case Told.DONE:
            assert found.effect == clean.traces.effect
        case Told.UNAVAILABLE | Told.UNKNOWN | Told.INCOMPLETE:
            assert found.done_rows() <= clean.traces.done_rows()
            assert clean.in_shares or bool(found.effect) == bool(found.done_rows())
        case Told.ERROR:
            raise AssertionError(answer.document)


@given(case=st.sampled_from(CASES), attempts=ATTEMPTS)
@settings(max_examples=150)
def test_a_call_that_is_repeated_as_told_has_one_effect(
    stage: FaultyStage, case: str, attempts: list[tuple[dict[int, StoreFault], bool]]
) -> None:
    tool, named = WRITES[case]
    clean = run_clean(stage, tool, named)
    client, arguments = stage.new_process(), dict(clean.arguments)
    for faults, arrives in [*attempts, ({}, True)]:
        stage.database.arm(faults)
        answer = client.call_tool(tool, **arguments)
        if arrives:
            stage.deliver()
        require_known(stage, clean, answer)
        if told(answer) is Told.DONE:
            break
        more: dict[str, Any] = answer.document.get("error", {}).get("data", {}).get("repeat_with", {})
        arguments |= more
    stage.deliver()
    found = stage.traces()
    assert told(answer) is Told.DONE
    assert found.effect == clean.traces.effect
    assert found.done_rows() == clean.traces.done_rows()
    assert not stage.blamed()
    assert not stage.missing_files()
