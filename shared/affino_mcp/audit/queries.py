"""Queries of the API Log: by profile, person, record, method, status and time, newest first.

A query reads one partition of the table or of one index, from `until` back to `since`; it never scans the table. The calls
of everybody are in several partitions, which are read together. A row's sort key is a ULID, which contains the row's time:
range, order and cursor are all taken from it. So an unfiltered page is one read of each partition, for any span and any
length of the log, and one of the whole rows of an index's entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ulid import ULID

from affino_mcp.audit import row as rows
from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ, load_whole_rows, read_merged_page
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.clock import epoch_microseconds, format_iso
from affino_mcp.store.ops import Compare, Condition, Database, Item, Query, SortSpan, all_of, any_of, equals

MAX_READS: Final = 50
"""The most reads of one query; its page then has a cursor."""

USERS_PERIOD: Final = timedelta(hours=24)
"""How far back the users of a profile are searched."""

DELETION_PERIOD: Final = timedelta(days=30)
"""How far back they are searched before a profile is deleted."""

_RECORD_PATTERN: Final = re.compile(r"[a-z_]{1,32}#[A-Za-z0-9_-]{1,64}")


def is_record_ref(text: str) -> bool:
    """True if the text names a record, like `accounts#12`."""
    return _RECORD_PATTERN.fullmatch(text) is not None


@dataclass(frozen=True)
class LogQuery:
    """A query of the log; None in a field means any value. Times are UTC. `cursor` is the `next` of the previous page.

    Profile, person, record and time are keys and cost nothing. The other fields filter row by row; all `words` must
    occur in the row's warnings and error, in any case. `request_id` finds the parts of a request too, whose ids begin with
    its own and a stroke: what an import of a file wrote, the undo of several changes.
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


class LogPage(NamedTuple):
    """A page of rows, newest first, and the cursor of the next page (None: there is none)."""

    rows: list[AuditRow]
    next: str | None

    @property
    def back(self) -> str:
        """The ISO time back to which rows were read; empty when there are no more rows."""
        return format_iso(ULID.from_str(self.next).datetime) if self.next else ""


def search_log(database: Database, table: str, question: LogQuery, now: datetime, reads: int = MAX_READS) -> LogPage:
    """Gives a page in at most `reads` reads of each partition. Raises ValueError for an invalid cursor, StoreUnavailable."""
    found: list[Item] = []
    place = _choose_partition(question)
    query = _build_query(table, question, place, now)
    for _ in range(reads):
        page = read_merged_page(database, query, place.partitions)
        found += [item for item in page.items if _has_words(item, question.words)]
        query = replace(query, start=page.next)
        if len(found) > question.limit or page.next is None:
            break
    shown = found[: question.limit]
    end = shown[-1] if len(found) > question.limit else query.start
    whole = load_whole_rows(database, table, shown) if place.named else shown
    signed = [AuditRow.from_document(item) for item in whole if rows.is_signed(item)]
    return LogPage(signed, str(end["sk"]) if end else None)


def read_one_row(database: Database, table: str, profile: str, id_: str) -> AuditRow | None:
    """Gives the row of this profile and id, in one read; None when there is none. Raises StoreUnavailable."""
    found = database.query(
        Query(table, rows.profile_partition(profile), span=SortSpan(low=id_, high=id_), limit=1)
    ).items
    return AuditRow.from_document(found[0]) if found and rows.is_signed(found[0]) else None


class ProfileUser(NamedTuple):
    """A person who used a profile in a period, with the number of calls and the time of the last."""

    name: str
    code: int
    calls: int
    last: str
    email: str = ""


class ProfileUsers(NamedTuple):
    """The users of a profile, latest first, and the number of rows that were searched for them."""

    users: list[ProfileUser]
    looked_at: int


def list_profile_users(
    database: Database,
    table: str,
    profile: str,
    now: datetime,
    most: int = 2000,
    reads: int = MAX_READS,
    period: timedelta = USERS_PERIOD,
) -> ProfileUsers:
    """Gives who used a profile in the last 24 hours, or in another period, from at most `most` rows.

    Operators' actions on it do not count.
    """
    question = LogQuery(profile=profile, since=now - period, limit=most)
    found = search_log(database, table, question, now, reads).rows
    known: dict[int, ProfileUser] = {}
    for row in found:
        if row.calls and row.person_code is not None:
            before = known.get(
                row.person_code, ProfileUser(row.person_name, row.person_code, 0, row.at, row.person_email)
            )
            known[row.person_code] = before._replace(calls=before.calls + row.calls)
    return ProfileUsers(list(known.values()), len(found))


class _LogPartition(NamedTuple):
    """What is read as one: the index (None: the table itself), its partition attribute, and its partitions."""

    named: str | None
    attribute: str
    partitions: tuple[str, ...]


def _choose_partition(question: LogQuery) -> _LogPartition:
    """The smallest partition that holds all rows of the query."""
    if question.record is not None:
        return _LogPartition("ByRecord", "record", (rows.record_partition(question.record),))
    if question.person is not None:
        return _LogPartition("ByPerson", "person", (rows.person_partition(question.person),))
    if question.profile is not None:
        return _LogPartition(None, "pk", (rows.profile_partition(question.profile),))
    return _LogPartition("ByTime", "everybody", rows.ALL_CALLS_PARTITIONS)


def _build_query(table: str, question: LogQuery, place: _LogPartition, now: datetime) -> Query:
    """The first read, newest first. A filtering read examines more rows than it may return."""
    where = _build_filter(question, place)
    return Query(
        table,
        place.partitions[0],
        index=place.named,
        partition_name=place.attribute,
        span=_ulid_span(question, now),
        forward=False,
        limit=MAX_LOG_ROWS_PER_READ if where or question.words else min(question.limit + 1, MAX_LOG_ROWS_PER_READ),
        where=where,
        consistent=place.named is None,
    )


def _build_filter(question: LogQuery, place: _LogPartition) -> Condition | None:
    wanted = {
        "pk": rows.profile_partition(question.profile) if question.profile and place.named else None,
        "person": rows.person_partition(question.person) if question.person and place.named != "ByPerson" else None,
        "method": question.method,
        "family": question.family,
        "status": question.status,
        "outcome": question.outcome and question.outcome.value,
    }
    parts: list[Condition] = [equals(name, value) for name, value in wanted.items() if value is not None]
    parts += [_is_of_request(question.request_id)] if question.request_id is not None else []
    return all_of(*parts) if parts else None


def _is_of_request(request_id: str) -> Condition:
    own_parts = all_of(Compare("request_id", ">", f"{request_id}-"), Compare("request_id", "<", f"{request_id}."))
    return any_of(equals("request_id", request_id), own_parts)


def _has_words(item: Item, words: Sequence[str]) -> bool:
    text = f"{item.get('error') or ''} {item.get('warnings', [])}".casefold() if words else ""
    return all(word in text for word in words)


def _ulid_span(question: LogQuery, now: datetime) -> SortSpan:
    """The range of ULIDs within the query's times and before its cursor."""
    below = int(ULID.from_str(question.cursor)) - 1 if question.cursor else _highest_ulid(now)
    high = max(0, min(below, _highest_ulid(question.until or now)))
    return SortSpan(low=lowest_ulid(question.since) if question.since else None, high=str(ULID.from_int(high)))


def lowest_ulid(moment: datetime) -> str:
    """Gives the lowest ULID of this moment's millisecond."""
    return str(ULID.from_int(_milliseconds(moment) << 80))


def _highest_ulid(moment: datetime) -> int:
    return (_milliseconds(moment) << 80) + (1 << 80) - 1


def _milliseconds(moment: datetime) -> int:
    return max(0, epoch_microseconds(moment) // 1000)
