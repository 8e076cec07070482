"""A daily pass over all objects of a folder of the bucket: looks at each, removes what is not needed, says what it did.

A pass begins once a day, goes on in the next turn where the last one ended, and is never begun anew before it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from affino_mcp.housekeeping.daily_report import DailyReport
from affino_mcp.housekeeping.turn import Figures, JobPosition, has_time
from affino_mcp.store.files import FileStore, ListedObject
from affino_mcp.store.ops import Database

OBJECTS_PER_STEP: Final = 100
"""Objects that are looked at between two looks at the clock and two writes of the position."""


class Verdict(StrEnum):
    """What a pass does with an object: keep it; keep it for now, and say so; remove it."""

    KEEP = "keep"
    WAIT = "wait"
    REMOVE = "remove"


class DailyPass:
    """The pass of one job over the objects whose keys begin with `prefix`; `judge` decides on each at a moment."""

    def __init__(
        self,
        db: Database,
        table: str,
        job: str,
        files: FileStore,
        prefix: str,
        judge: Callable[[ListedObject, datetime], Verdict],
    ) -> None:
        self._files, self._prefix, self._judge = files, prefix, judge
        self._position, self._report = JobPosition(db, table, job), DailyReport(db, table, job)

    def run(self, now: datetime) -> Figures:
        """Goes on with the pass that is under way, or begins the day's, while there is time; gives the pass's figures.

        `finished` is False for a pass that goes on in the next turn, which then owes the rest.
        """
        found = self._position.load() or {"day": "", "finished": True}
        if found["finished"] and found["day"] != now.date().isoformat():
            found = _new_pass(now)
        while not found["finished"] and has_time():
            found = self._take_step(found, now)
            self._position.save(found)
            self._report.save(date.fromisoformat(found["day"]), _figures(found))
        return _figures(found)

    def _take_step(self, found: dict[str, Any], now: datetime) -> dict[str, Any]:
        page = self._files.list_objects(self._prefix, found["after"], OBJECTS_PER_STEP)
        done = dict(found)
        for one in page.objects:
            verdict = self._judge(one, now)
            done["looked_at"] += 1
            done["waiting"] += verdict is Verdict.WAIT
            if verdict is Verdict.REMOVE:
                self._files.delete(one.key)
                done["removed"] += 1
                done["bytes"] += one.size
        return done | {"finished": page.is_last, "after": page.objects[-1].key if page.objects else found["after"]}


def _new_pass(now: datetime) -> dict[str, Any]:
    figures = dict.fromkeys(("looked_at", "removed", "bytes", "waiting"), 0)
    return {"day": now.date().isoformat(), "after": "", "finished": False, **figures}


def _figures(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in ("day", "after")}
