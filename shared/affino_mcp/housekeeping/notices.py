"""The job that makes notices of what the log's counts show, and sends those that were not sent yet.

It reads no row of the log for what is usual: the hours are counted anyway, and a notice's rows are looked at when it is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit.hourly_rollup import RollUp
from affino_mcp.audit.row import AuditRow
from affino_mcp.audit.totals import CallTotals, hour_name, hour_start
from affino_mcp.clock import format_iso
from affino_mcp.housekeeping.evidence import load_deed, tell_deletes, tell_refusals
from affino_mcp.housekeeping.turn import Figures, has_time
from affino_mcp.notices.notice import Notice, NoticeKind, list_notices, make_notice, mark_sent, store_notice
from affino_mcp.notices.words import describe_notice, render_message
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.notice_senders import NoticeSender
from affino_mcp.store.ops import Database, Key

NOTICES_JOB: Final = "notices"
MIN_REFUSED_CALLS: Final = 20
"""The 401s of one profile in an hour from which on a notice is due."""
MIN_LIMITED_CALLS: Final = 60
"""The same for 429s: a minute's calls at the usual rate."""
MIN_DELETES: Final = 20
"""The same for records that were deleted."""
LOOK_BACK: Final = timedelta(hours=6)
"""How old an hour may be of which a notice is still made, or sent."""
MAX_SENT_PER_TURN: Final = 20
"""The most notices that one turn sends; the next goes on."""
SECONDS_FOR_OTHER_JOBS: Final = 45.0
"""What sending leaves of a turn."""


class NoticesJob:
    """One turn's work; `take_counts` gets the counts of the same turn before."""

    def __init__(self, db: Database, table: str, sender: NoticeSender | None, address: str) -> None:
        self._db, self._table, self._sender, self._address = db, table, sender, address
        self._counted = RollUp()

    def take_counts(self, counted: RollUp) -> None:
        """Takes what the turn counted."""
        self._counted = counted

    def run(self, now: datetime) -> Figures:
        """Makes the notices that are due, and sends what was not sent; gives the numbers. Raises StoreUnavailable."""
        counted, self._counted = self._counted, RollUp()
        known = list_notices(self._db, self._table, now - LOOK_BACK)
        made = [one for one in self._find_due(counted, now, {one.key for one in known}) if self._store(one)]
        unsent = [one for one in [*made, *known] if not one.sent]
        sent = self._send_some(self._sender, unsent[:MAX_SENT_PER_TURN], now) if self._sender else 0
        return {"made": len(made), "sent": sent}

    def _store(self, notice: Notice) -> bool:
        return store_notice(self._db, self._table, notice)

    def _send_some(self, sender: NoticeSender, unsent: Sequence[Notice], now: datetime) -> int:
        """Sends notices; one that cannot be sent does not keep the others back. Then raises what it met."""
        sent, failed = 0, None
        for one in unsent:
            if not has_time(SECONDS_FOR_OTHER_JOBS):
                break
            try:
                sender.send(describe_notice(one).title, render_message(one, self._address))
                mark_sent(self._db, self._table, one, now)
                sent += 1
            except StoreUnavailable as error:
                failed = error
        if failed is not None:
            raise failed
        return sent

    def _find_due(self, counted: RollUp, now: datetime, known: set[Key]) -> Iterator[Notice]:
        """The notices that are due and not known, with their facts."""
        oldest = hour_name(now - LOOK_BACK)
        for entry in counted.secrets:
            if hour_name(datetime.fromisoformat(entry.at)) >= oldest:
                yield from self._look_at_secret(entry, now, known)
        for hour, sums in counted.sums.items():
            for profile, totals in sums.items() if hour >= oldest else ():
                for kind in _due_kinds(totals):
                    due = make_notice(kind, profile, now, {}, hour)
                    if due.key not in known and has_time():
                        yield from self._look_closer(due, totals, now)

    def _look_at_secret(self, entry: AuditRow, now: datetime, known: set[Key]) -> Iterator[Notice]:
        hour = hour_name(datetime.fromisoformat(entry.at))
        if make_notice(NoticeKind.NEW_CREDENTIALS, entry.profile_key, now, {}, hour).key not in known:
            deed = load_deed(self._db, self._table, entry)
            facts = {"profile": deed.profile_name or deed.profile_key, "by": deed.person_name, "since": deed.at}
            yield make_notice(NoticeKind.NEW_CREDENTIALS, entry.profile_key, now, facts, hour)

    def _look_closer(self, due: Notice, totals: CallTotals, now: datetime) -> Iterator[Notice]:
        """The notice with its facts; none when the deletions were dry runs."""
        since = {"since": format_iso(hour_start(due.hour))}
        if due.kind is NoticeKind.MANY_DELETES:
            facts = tell_deletes(self._db, self._table, due.subject, due.hour)
            if facts["calls"] < MIN_DELETES:
                return
        else:
            status, calls = (
                (401, totals.unauthorized) if due.kind is NoticeKind.CALLS_REFUSED else (429, totals.limited)
            )
            facts = tell_refusals(self._db, self._table, due.subject, due.hour, status) | {"calls": calls}
        yield make_notice(due.kind, due.subject, now, facts | since, due.hour)


def _due_kinds(totals: CallTotals) -> Iterator[NoticeKind]:
    if totals.unauthorized >= MIN_REFUSED_CALLS:
        yield NoticeKind.CALLS_REFUSED
    if totals.limited >= MIN_LIMITED_CALLS:
        yield NoticeKind.CALLS_LIMITED
    if totals.deletes >= MIN_DELETES:
        yield NoticeKind.MANY_DELETES
