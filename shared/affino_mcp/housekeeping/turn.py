"""One turn of housekeeping: runs each job within the turn's deadline, and remembers where a job ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from affino_mcp import observability
from affino_mcp.audit.row import job_partition
from affino_mcp.deadline import working_seconds
from affino_mcp.errors import AffinoError
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Item, Key, Put
from affino_mcp.value_class import value_class

Figures = Mapping[str, Any]
"""What a job did in one turn, and what it left for later turns, as numbers and names by a word: for the log line."""


@value_class
class Job:
    """One job: its name, and the function that does what is due at a moment and gives its figures.

    The function looks at `has_time` between two pieces of work and goes on in the next turn where it ended. It may raise
    StoreUnavailable; the next turn does the work then.
    """

    name: str
    run: Callable[[datetime], Figures]


class HousekeepingFailed(AffinoError):
    """At least one job could not do its work; the others have done theirs."""

    type = "housekeeping_failed"


def run_turn(jobs: Sequence[Job], now: datetime) -> dict[str, Figures]:
    """Runs every job once, in their order; gives the figures of each by its name, and logs them.

    A job that fails, whatever the reason, does not keep the others from their work. Raises HousekeepingFailed after the
    last job when one could not do its work.
    """
    found: dict[str, Figures] = {}
    failed: list[str] = []
    for job in jobs:
        try:
            found[job.name] = job.run(now)
        except StoreUnavailable:
            failed.append(job.name)
        except Exception as error:  # noqa: BLE001 (whatever one job stumbles over, the others do their work)
            failed.append(job.name)
            observability.log_fault("housekeeping job failed", {"job": job.name, "error": type(error).__name__})
    observability.log_line("housekeeping", {"jobs": found, "failed": failed})
    if failed:
        raise HousekeepingFailed(f"Housekeeping could not do: {', '.join(failed)}. The next turn tries again.")
    return found


def has_time(needed: float = 10.0) -> bool:
    """True when the turn's deadline leaves `needed` seconds for one more piece of work."""
    return working_seconds() > needed


_POSITION_SK: Final = "A"


class JobPosition:
    """Where a job ended in its last turn, kept in the audit table below `H#`."""

    def __init__(self, db: Database, table: str, job: str) -> None:
        self._db, self._table, self._key = db, table, Key(job_partition(job), _POSITION_SK)

    def load(self) -> Item:
        """Gives what `save` stored last; empty before the first turn."""
        row = self._db.get(self._table, self._key) or {}
        return {name: value for name, value in row.items() if name not in ("pk", "sk")}

    def save(self, position: Item) -> None:
        """Stores the position for the next turn."""
        self._db.put(Put(self._table, {**self._key._asdict(), **position}))
