"""What a caller is told of a call, what the call leaves behind, and whether they agree."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from affino_mcp.instance.builtin.member_lists.member_changes import MEMBERS_PER_TRANSACTION
from tests.flow.office import Fields
from tests.world import Response

WRITING: Final = ("put", "update", "delete", "transact")


class Told(StrEnum):
    """What a caller is told of a call."""

    DONE = "done"
    INCOMPLETE = "incomplete"
    ERROR = "error"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "outcome_unknown"


def told(answer: Response) -> Told:
    if answer.status == 503:
        kind = answer.document["error"]["data"]["type"]
        return Told.UNAVAILABLE if kind == "instance_failed" else Told(kind)
    assert answer.status == 200, (answer.status, answer.document)
    result = answer.document["result"]
    if result.get("isError"):
        return Told.ERROR
    codes = {warning["Code"] for warning in result["structuredContent"]["Warnings"]}
    return Told.INCOMPLETE if "INCOMPLETE" in codes else Told.DONE


@dataclass(frozen=True)
class Traces:
    """What a call left behind: the rows of the API Log, its log lines, and the changed records (made-up ids masked).

    `beyond` are the rows of the instance's own log, where the records are elsewhere; of a call that is begun and ended, `rows`
    has the end alone.
    """

    rows: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    effect: Counter[str]
    members: set[int]
    beyond: list[dict[str, Any]] | None = None

    def outcomes(self) -> list[str]:
        return sorted(row["outcome"] for row in self.rows)

    def done_rows(self) -> int:
        """The rows that say that records were changed; those of replayed answers and of nothing to change name none."""
        return count_done(self.rows)

    def done_with_records(self) -> int:
        """Such rows of the log that lies with the records: the service's own, or that of the instance elsewhere."""
        return count_done(self.rows if self.beyond is None else self.beyond)

    def done_there(self) -> int | None:
        """Such rows of the instance's own log."""
        return None if self.beyond is None else count_done(self.beyond)


def record_transactions(calls: list[tuple[str, str]]) -> list[int]:
    """The numbers of the transactions, among store calls, that change records, and not the API Log alone."""
    return [n for n, (method, tables) in enumerate(calls) if method == "transact" and "records" in tables]


def count_done(rows: list[dict[str, Any]]) -> int:
    return sum(row["outcome"] == "ok" and bool(row["records"]) for row in rows)


@dataclass(frozen=True)
class Clean:
    """A call without a fault: the store calls that it makes, and what it leaves behind."""

    arguments: Fields
    calls: list[tuple[str, str]]
    files: list[str]
    secrets: int
    traces: Traces
    replays: bool

    @property
    def in_shares(self) -> bool:
        """Whether it is made in several transactions."""
        return len(self.traces.rows if self.traces.beyond is None else self.traces.beyond) > 1

    def writes(self) -> list[int]:
        """The numbers of its store calls that write outside the gate."""
        return [n for n, (method, tables) in enumerate(self.calls) if method in WRITING and "gate" not in tables]

    def record_writes(self) -> list[int]:
        """The numbers of the transactions that change records."""
        return record_transactions(self.calls)


def require_truth(answer: Response, found: Traces, clean: Clean) -> None:
    """What is told, the rows, the log line and the records of one call agree."""
    if found.beyond is not None:
        require_truth_of_both(answer, found, clean)
        return
    outcomes, lines = found.outcomes(), [line["outcome"] for line in found.lines]
    match told(answer):
        case Told.DONE:
            assert found.effect == clean.traces.effect
            assert outcomes == clean.traces.outcomes()
            assert lines == [line["outcome"] for line in clean.traces.lines]
        case Told.UNAVAILABLE:
            assert not found.effect
            changes_nothing = not clean.traces.effect  # its row may be there, although the store did not say so
            assert outcomes in ([], ["refused"]) or (changes_nothing and outcomes == ["ok"])
            assert "ok" not in lines
        case Told.UNKNOWN:
            assert found.effect in (Counter(), clean.traces.effect, found.effect if clean.in_shares else None)
            assert outcomes == (["ok"] if found.effect else [])
            assert lines == ["unknown"]
        case Told.INCOMPLETE:
            _require_true_shares(answer, found)
        case Told.ERROR:
            raise AssertionError(answer.document)


def _require_true_shares(answer: Response, found: Traces) -> None:
    """Each share that was made has its row; the members of the answer and of the list are the same.

    Those of a share that was not answered are named as left out, and the warning says that they may be on the list.
    """
    body, outcomes = answer.result, found.outcomes()
    done = {next(iter(member.values())) for member in body["Added" if "Added" in body else "Removed"]}
    left = body["NotProcessed"]
    assert left
    assert done.isdisjoint(left)
    unsure = left[:MEMBERS_PER_TRANSACTION] if "may have been processed" in body["Warnings"][-1]["Message"] else []
    assert done <= found.members <= done.union(unsure)
    assert outcomes.count("ok") == math.ceil(len(found.members) / MEMBERS_PER_TRANSACTION)
    assert outcomes.count("incomplete") <= 1
    assert outcomes.count("refused") <= 1
    assert set(outcomes) <= {"ok", "incomplete", "refused"}


def require_truth_of_both(answer: Response, found: Traces, clean: Clean) -> None:
    """What is told, the rows of both services, the log line and the records of one call agree.

    The row of a call whose end could not be noted is begun, until housekeeping closes it.
    """
    outcomes, lines = found.outcomes(), [line["outcome"] for line in found.lines]
    whole = clean.traces.done_there()
    match told(answer):
        case Told.DONE:
            assert found.effect == clean.traces.effect
            lost = clean.in_shares and set(outcomes) <= {
                "ok",
                "begun",
            }  # rows of parts, which are counted for the alarm
            assert outcomes in (clean.traces.outcomes(), ["begun"]) or lost
            assert lines == [line["outcome"] for line in clean.traces.lines] or (lost and set(lines) == {"ok"})
            assert found.done_there() == whole
        case Told.UNAVAILABLE:
            assert not found.effect
            changes_nothing = not clean.traces.effect
            assert outcomes in ([], ["refused"], ["begun"]) or (changes_nothing and outcomes == ["ok"])
            assert "ok" not in lines
            assert not found.done_there()
        case Told.UNKNOWN:
            assert found.effect in (Counter(), clean.traces.effect, found.effect if clean.in_shares else None)
            assert outcomes == ["begun"]
            assert lines == ["unknown"]
            assert bool(found.done_there()) == bool(found.effect)
        case Told.INCOMPLETE:
            assert set(outcomes) <= {"ok", "incomplete", "begun"}
            assert {"incomplete", "begun"} & set(outcomes)
            _require_true_shares(answer, replace(found, rows=found.beyond or []))
        case Told.ERROR:
            raise AssertionError(answer.document)
