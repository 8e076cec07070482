"""A turn of housekeeping: no job's failure keeps the others from their work, and none is hidden."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from affino_mcp.housekeeping.turn import HousekeepingFailed, Job, run_turn
from affino_mcp.store.faults import StoreRejected, StoreUnavailable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def failing(name: str, error: Exception) -> Job:
    def run(_: datetime) -> dict[str, int]:
        raise error

    return Job(name, run)


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        pytest.param(StoreUnavailable("x"), 0, id="a store that is down, which the store itself has told"),
        pytest.param(StoreRejected("x"), 1, id="a fault of ours in a request"),
        pytest.param(KeyError("a secret text"), 1, id="a row of a form that nobody expects"),
    ],
)
def test_the_other_jobs_do_their_work(error: Exception, lines: int, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def work(name: str) -> Job:
        return Job(name, lambda _: {"done": len(done) + (done.append(name) or 0)})  # type: ignore[func-returns-value]

    with pytest.raises(HousekeepingFailed, match="could not do: broken"):
        run_turn([work("first"), failing("broken", error), work("last")], NOW)
    assert done == ["first", "last"]
    told = [vars(record) for record in caplog.records]
    faults = [line for line in told if line["message"] == "housekeeping job failed"]
    assert [(line["job"], line["error"]) for line in faults] == [("broken", type(error).__name__)] * lines
    assert "a secret text" not in str(told)
    assert told[-1]["failed"] == ["broken"]
