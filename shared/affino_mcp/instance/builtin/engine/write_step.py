"""The operations of a write, with the errors that their failed conditions mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from affino_mcp.instance.builtin.engine.idempotency import KeyAlreadyUsed
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Check, Delete, Item, Key, Put, Update, WriteOp, all_of, exists, write_key
from affino_mcp.store.retry import back_off
from affino_mcp.value_class import value_class

T = TypeVar("T")


class ConcurrentWrite(Exception):
    """Another writer changed the same rows meanwhile. Nothing was written; the method can be run again."""


ErrorFactory = Callable[[Item | None], Exception]


def concurrent_write(_: Item | None) -> Exception:
    """Gives the error of a condition that only another writer can have made fail."""
    return ConcurrentWrite()


@value_class
class WriteStep:
    """One operation, and `refuse`: it takes the current row and gives the error that a failed condition means."""

    op: WriteOp
    refuse: ErrorFactory = concurrent_write


def merge_checks(steps: Sequence[WriteStep]) -> list[WriteStep]:
    """Gives the steps with at most one check for each row, the checks last; a row that is written needs none."""
    written = {write_key(step.op) for step in steps if not isinstance(step.op, Check)}
    checks: dict[Key, WriteStep] = {}
    for step in steps:
        key = write_key(step.op)
        if isinstance(step.op, Check) and key not in written:
            checks[key] = _join_checks(checks[key], step) if key in checks else step
    return [step for step in steps if not isinstance(step.op, Check)] + list(checks.values())


def _join_checks(first: WriteStep, second: WriteStep) -> WriteStep:
    """Joins two checks of one row into one step, which raises the error of the check that fails."""
    assert isinstance(first.op, Check)  # only checks are joined
    assert isinstance(second.op, Check)
    own = first.op.condition

    def refuse(item: Item | None) -> Exception:
        return second.refuse(item) if condition_holds(own, item) else first.refuse(item)

    return WriteStep(replace(first.op, condition=all_of(own, second.op.condition)), refuse)


def add_counts(steps: Sequence[WriteStep], table: str, counts: Mapping[Key, Mapping[str, int]]) -> list[WriteStep]:
    """Gives the steps with those that add to the counters of rows; a check of such a row is the condition of its write."""
    checks = {write_key(step.op): step for step in steps if isinstance(step.op, Check)}
    counted = list[WriteStep]()
    for key, amounts in counts.items():
        check = checks.get(key)
        condition = check.op.condition if check else None
        op = Update(table, key, add=dict(amounts), condition=condition)
        counted.append(WriteStep(op, check.refuse) if check else WriteStep(op))
    return [step for step in steps if not (isinstance(step.op, Check) and write_key(step.op) in counts)] + counted


def join_writes(steps: Sequence[WriteStep]) -> list[WriteStep]:
    """Gives the steps with one write for each row, where records of one change pass a unique value on or share a count.

    A row that one record gives up and another one takes is put in the place of the former; what is added to one row is summed.
    """
    joined: dict[tuple[str, Key], WriteStep] = {}
    for step in steps:
        place = (step.op.table, write_key(step.op))
        if isinstance(step.op, Check):
            continue
        joined[place] = _join_two(joined[place], step) if place in joined else step
    return [*joined.values(), *(step for step in steps if isinstance(step.op, Check))]


def _join_two(first: WriteStep, second: WriteStep) -> WriteStep:
    """Joins two writes of one row: a removal and a new row, or two additions."""
    one, other = first.op, second.op
    if isinstance(one, Update) and isinstance(other, Update):
        sums = Counter(one.add)
        sums.update(other.add)
        return WriteStep(replace(one, add=dict(sums)), first.refuse)
    put = next(op for op in (one, other) if isinstance(op, Put))
    assert any(isinstance(op, Delete) for op in (one, other))  # two new rows of one key would be two records
    return WriteStep(replace(put, condition=exists()))


def first_error(errors: Sequence[Exception]) -> Exception:
    """Gives the error that counts of several: a used idempotency key, then another writer, then the first."""
    for kind in (KeyAlreadyUsed, ConcurrentWrite):
        if found := [error for error in errors if isinstance(error, kind)]:
            return found[0]
    return errors[0] if errors else ConcurrentWrite()


def write_again_on_clash(write: Callable[[], T], attempts: int) -> T:
    """Carries out a write, again on the new state while other writers are faster.

    Takes the function that reads, prepares and commits, and how often it is tried. Raises StoreUnavailable when every try
    met another writer, so that nothing was written.
    """
    for attempt in range(attempts):
        if attempt:
            back_off(attempt, base=0.01, longest=0.4)
        try:
            return write()
        except ConcurrentWrite:
            continue
    raise StoreUnavailable
