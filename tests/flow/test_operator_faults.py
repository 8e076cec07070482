"""Operators' deeds before stores that fail: what is told, the rows and the state agree, at every store call of every deed.

One trial is one deed with one fault at one of its store calls, or with an outage that begins there. After it housekeeping
runs, and what was sent and vanished arrives late.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from affino_mcp.store.testing.faulty_database import StoreFault
from tests.flow.operator_deeds import BY_ID, DEEDS
from tests.flow.operator_stage import OperatorDeed, Stage, find_untruths


@cache
def stage() -> Stage:
    return Stage()


@cache
def count_calls(deed: OperatorDeed) -> tuple[int, int]:
    """The store calls and the secret store's calls of a deed without a fault."""
    with stage().restored():
        deed.prepare(stage())
        attempt = deed.make_ready(stage())
        stage().arm({}, {})
        assert attempt() == "done"
        counted = len(stage().faulty.calls), len(stage().secrets.calls)
        assert not find_untruths(stage(), deed, "done")
    return counted


def run_trials(deed: OperatorDeed, fault: StoreFault, *, lasting: bool) -> Iterator[tuple[str, int, str, list[str]]]:
    """Yields store, number of the call, what was told, and the untruths of each trial."""
    for store, calls in zip(("database", "secrets"), count_calls(deed), strict=True):
        for number in range(calls):
            with stage().restored():
                deed.prepare(stage())
                attempt = deed.make_ready(stage())
                planned = {number: fault}
                stage().arm(
                    planned if store == "database" else {}, planned if store == "secrets" else {}, lasting=lasting
                )
                told = attempt()
                yield store, number, told, find_untruths(stage(), deed, told)


@pytest.mark.parametrize("fault", StoreFault)
@pytest.mark.parametrize("deed", BY_ID)
def test_one_fault_at_each_store_call(deed: str, fault: StoreFault) -> None:
    trials = list(run_trials(BY_ID[deed], fault, lasting=False))
    assert not [trial for trial in trials if trial[3]]
    if fault is StoreFault.RESEND:
        assert {told for _, _, told, _ in trials} == {"done"}


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED])
@pytest.mark.parametrize("deed", BY_ID)
def test_an_outage_from_each_store_call_on(deed: str, fault: StoreFault) -> None:
    assert not [trial for trial in run_trials(BY_ID[deed], fault, lasting=True) if trial[3]]


def test_the_trials_are_many() -> None:
    calls = [sum(count_calls(deed)) for deed in DEEDS]
    assert min(calls) >= 1
    assert sum(calls) * len(StoreFault) >= 500
