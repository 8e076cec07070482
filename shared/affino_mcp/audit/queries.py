"""Questions to the API Log: by profile, person, record, method, status and time, newest first (R122, R124, R138).

A question walks the partitions of one index from `until` back to `since`; it never scans the table. A row's sort key is
a ULID, which holds the row's time: the range of time, the order and the place to go on are all read from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ulid import ULID

from affino_mcp.audit import row as rows
from affino_mcp.audit.row import RETENTION_DAYS, Outcome, Row
from affino_mcp.clock import iso
from affino_mcp.store.ops import Condition, Database, Query, Span, all_of, equals

READS: Final = 200
"""Reads that one question makes at most; its answer then says where to go on."""

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Question:
    """What is looked for; None: anything. Times are UTC. `cursor` is the `next` of the answer before.

    Without `since`: the last 24 hours of everybody, 30 days of a profile or a person, everything of a record.
    """

    profile: str | None = None
    person: int | None = None
    record: str | None = None
    method: str | None = None
    family: str | None = None
    request_id: str | None = None
    status: int | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class Answer(NamedTuple):
    """Rows, newest first, and where to go on (None: that was all)."""

    rows: list[Row]
    next: str | None


def search(database: Database, table: str, question: Question, now: datetime, reads: int = READS) -> Answer:
    """Answer a question in at most so many reads. Raises ValueError for a cursor that is not ours, StoreUnavailable."""
    found: list[Row] = []
    for done, (items, position) in enumerate(_pages(database, table, question, now), start=1):
        found += [Row.of(item) for item in items]
        if len(found) > question.limit:
            return Answer(found[: question.limit], found[question.limit - 1].id)
        if done == reads:
            return Answer(found, position)
    return Answer(found, None)


def people(database: Database, table: str, profile: str, since: datetime, now: datetime) -> dict[int, Row]:
    """The people who used a profile since then, each with the newest call (R137); looks at up to 2,000 calls."""
    calls = search(database, table, Question(profile=profile, since=since, limit=2000), now).rows
    return {row.person_code: row for row in reversed(calls) if row.person_code is not None}


_Page = tuple[list[dict[str, object]], str]
"""Rows as stored, and the ULID below which to go on."""


def _pages(database: Database, table: str, question: Question, now: datetime) -> Iterator[_Page]:
    index = _index(question)
    until = min(question.until or now, _moment(question.cursor) or now)
    since = question.since or now - _reach(index)
    for start in _starts(since, until, index.step):
        query: Query | None = _query(table, index, question, start, _span(since, until, question.cursor))
        while query is not None:
            page = database.query(query)
            yield page.items, page.next["sk"] if page.next else _lowest(start)
            query = replace(query, start=page.next) if page.next else None


@dataclass(frozen=True)
class _Index:
    """One way to the rows: the index, its partition attribute, and how much time a partition holds (None: all)."""

    name: str | None
    attribute: str
    step: timedelta | None


_PROFILE = _Index(None, "pk", DAY)
_PERSON = _Index("ByPerson", "person_day", DAY)
_RECORD = _Index("ByRecord", "record", None)
_EVERYBODY = _Index("ByHour", "hour", HOUR)


def _index(question: Question) -> _Index:
    if question.record is not None:
        return _RECORD
    if question.person is not None:
        return _PERSON
    return _PROFILE if question.profile is not None else _EVERYBODY


def _reach(index: _Index) -> timedelta:
    return {_RECORD: RETENTION_DAYS * DAY, _EVERYBODY: DAY}.get(index, 30 * DAY)


def _partition(index: _Index, question: Question, start: datetime) -> str:
    day = start.strftime("%Y%m%d")
    if index is _RECORD:
        return rows.record(str(question.record))
    if index is _PERSON:
        return rows.person_day(int(question.person or 0), day)
    return rows.profile_day(str(question.profile), day) if index is _PROFILE else rows.hour(iso(start)[:13])


def _query(table: str, index: _Index, question: Question, start: datetime, span: Span) -> Query:
    """The read of one partition, newest first."""
    return Query(
        table,
        _partition(index, question, start),
        index=index.name,
        partition_name=index.attribute,
        span=span,
        forward=False,
        limit=min(question.limit + 1, 500),
        where=_where(question),
        consistent=index.name is None,
    )


def _where(question: Question) -> Condition | None:
    wanted = {
        "profile_key": question.profile,
        "person_code": question.person,
        "method": question.method,
        "family": question.family,
        "request_id": question.request_id,
        "status": question.status,
        "outcome": question.outcome and question.outcome.value,
    }
    parts = [equals(name, value) for name, value in wanted.items() if value is not None]
    return all_of(*parts) if parts else None


def _starts(since: datetime, until: datetime, step: timedelta | None) -> Iterator[datetime]:
    """The starts of the partitions that hold the time, newest first."""
    if step is None:
        yield since
        return
    start = until.replace(minute=0, second=0, microsecond=0, hour=until.hour if step == HOUR else 0)
    while start + step > since:
        yield start
        start -= step


def _span(since: datetime, until: datetime, cursor: str | None) -> Span:
    last = (_milliseconds(until) << 80) + (1 << 80) - 1
    below = int(ULID.from_str(cursor)) - 1 if cursor else last
    return Span(low=_lowest(since), high=str(ULID.from_int(max(0, min(last, below)))))


def _lowest(moment: datetime) -> str:
    return str(ULID.from_int(_milliseconds(moment) << 80))


def _moment(cursor: str | None) -> datetime | None:
    """The latest moment that a row below the cursor can have."""
    return ULID.from_int(max(0, int(ULID.from_str(cursor)) - 1)).datetime if cursor else None


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))
