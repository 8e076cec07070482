"""Queries of the API Log: by profile, person, record, method, status and time, newest first.

A query reads one partition of the table or of one index, from `until` back to `since`; it never scans the table. A
row's sort key is a ULID, which contains the row's time: range, order and cursor are all taken from it. So an unfiltered
page is one read, for any span and any length of the log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ulid import ULID

from affino_mcp.audit import row as rows
from affino_mcp.audit.row import Outcome, Row
from affino_mcp.clock import iso
from affino_mcp.store.ops import Condition, Database, Query, Span, all_of, equals

READS: Final = 50
"""The most reads of one query; its page then has a cursor."""

LATELY: Final = timedelta(hours=24)
"""How far back the users of a profile are searched."""

LOOKED_AT: Final = 1000
"""The most rows of one read of a filtered query; DynamoDB itself ends a read at 1 MB, about 800 rows."""

_RECORD: Final = re.compile(r"[a-z_]{1,32}#[A-Za-z0-9_-]{1,64}")


def is_record(text: str) -> bool:
    """True if the text names a record, like `accounts#12`."""
    return _RECORD.fullmatch(text) is not None


@dataclass(frozen=True)
class Question:
    """A query of the log; None in a field means any value. Times are UTC. `cursor` is the `next` of the previous page.

    Profile, person, record and time are keys and cost nothing. The other fields filter row by row; all `words` must
    occur in the row's warnings and error, in any case.
    """

    profile: str | None = None
    person: int | None = None
    record: str | None = None
    method: str | None = None
    family: str | None = None
    request_id: str | None = None
    status: int | None = None
    outcome: Outcome | None = None
    words: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class Answer(NamedTuple):
    """A page of rows, newest first, and the cursor of the next page (None: there is none)."""

    rows: list[Row]
    next: str | None

    @property
    def back(self) -> str:
        """The ISO time back to which rows were read; empty when there are no more rows."""
        return iso(ULID.from_str(self.next).datetime) if self.next else ""


def search(database: Database, table: str, question: Question, now: datetime, reads: int = READS) -> Answer:
    """Gives a page in at most `reads` reads. Raises ValueError for an invalid cursor, StoreUnavailable."""
    found: list[Row] = []
    query = _query(table, question, now)
    for _ in range(reads):
        page = database.query(query)
        found += [row for row in map(Row.of, page.items) if _says(row, question.words)]
        if len(found) > question.limit:
            return Answer(found[: question.limit], found[question.limit - 1].id)
        if page.next is None:
            return Answer(found, None)
        query = replace(query, start=page.next)
    return Answer(found, str(query.start["sk"]) if query.start else None)


def one(database: Database, table: str, profile: str, id_: str) -> Row | None:
    """Gives the row of this profile and id, in one read; None when there is none. Raises StoreUnavailable."""
    found = database.query(Query(table, rows.profile(profile), span=Span(low=id_, high=id_), limit=1)).items
    return Row.of(found[0]) if found else None


class User(NamedTuple):
    """A person who used a profile in the last 24 hours, with the number of calls and the time of the last."""

    name: str
    code: int
    calls: int
    last: str


class Users(NamedTuple):
    """The users of a profile, latest first, and the number of rows that were searched for them."""

    users: list[User]
    looked_at: int


def users(database: Database, table: str, profile: str, now: datetime, most: int = 2000, reads: int = READS) -> Users:
    """Gives who used a profile in the last 24 hours, from at most `most` rows.

    Operators' actions on it do not count.
    """
    question = Question(profile=profile, since=now - LATELY, limit=most)
    found = search(database, table, question, now, reads).rows
    known: dict[int, User] = {}
    for row in found:
        if row.channel != rows.CONTROL and row.person_code is not None:
            before = known.get(row.person_code, User(row.person_name, row.person_code, 0, row.at))
            known[row.person_code] = before._replace(calls=before.calls + row.count)
    return Users(list(known.values()), len(found))


class _Place(NamedTuple):
    """One partition: the index (None: the table itself), its partition attribute, and the value."""

    named: str | None
    attribute: str
    partition: str


def _place(question: Question) -> _Place:
    """The smallest partition that holds all rows of the query."""
    if question.record is not None:
        return _Place("ByRecord", "record", rows.record(question.record))
    if question.person is not None:
        return _Place("ByPerson", "person", rows.person(question.person))
    if question.profile is not None:
        return _Place(None, "pk", rows.profile(question.profile))
    return _Place("ByTime", "everybody", rows.EVERYBODY)


def _query(table: str, question: Question, now: datetime) -> Query:
    """The first read, newest first. A filtering read examines more rows than it may return."""
    place = _place(question)
    where = _where(question, place)
    return Query(
        table,
        place.partition,
        index=place.named,
        partition_name=place.attribute,
        span=_span(question, now),
        forward=False,
        limit=LOOKED_AT if where or question.words else min(question.limit + 1, LOOKED_AT),
        where=where,
        consistent=place.named is None,
    )


def _where(question: Question, place: _Place) -> Condition | None:
    wanted = {
        "profile_key": question.profile if place.named else None,
        "person_code": question.person if place.named != "ByPerson" else None,
        "method": question.method,
        "family": question.family,
        "request_id": question.request_id,
        "status": question.status,
        "outcome": question.outcome and question.outcome.value,
    }
    parts = [equals(name, value) for name, value in wanted.items() if value is not None]
    return all_of(*parts) if parts else None


def _says(row: Row, words: Sequence[str]) -> bool:
    text = f"{row.error or ''} {list(row.warnings)}".casefold() if words else ""
    return all(word in text for word in words)


def _span(question: Question, now: datetime) -> Span:
    """The range of ULIDs within the query's times and before its cursor."""
    below = int(ULID.from_str(question.cursor)) - 1 if question.cursor else _last(now)
    high = max(0, min(below, _last(question.until or now)))
    return Span(low=first(question.since) if question.since else None, high=str(ULID.from_int(high)))


def first(moment: datetime) -> str:
    """Gives the lowest ULID of this moment's millisecond."""
    return str(ULID.from_int(_milliseconds(moment) << 80))


def _last(moment: datetime) -> int:
    return (_milliseconds(moment) << 80) + (1 << 80) - 1


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))
