"""Queries of the API Log: by profile, person, record, method, status and time, newest first.

A query reads one partition of the table or of one index, from `until` back to `since`; it never scans the table. The calls
of everybody are in several partitions, which are read together. A row's sort key is a ULID, which contains the row's time:
range, order and cursor are all taken from it. So an unfiltered page is one read of each partition, for any span and any
length of the log, and one of the whole rows of an index's entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from affino_mcp.audit import row as rows
from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ, load_whole_rows, read_merged_page
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.audit.row_records import concerns, is_of_call
from affino_mcp.clock import epoch_microseconds, format_iso
from affino_mcp.late_pattern import late_pattern
from affino_mcp.store.ops import Compare, Condition, Database, Item, Query, SortSpan, all_of, any_of, equals
from affino_mcp.ulids import read_ulid, ulid_moment, write_ulid
from affino_mcp.value_class import value_class

MAX_READS: Final = 50
"""The most reads of one query; its page then has a cursor."""

WHOLE_ROWS_PER_READ: Final = 200
"""Rows of one read that are read whole, to know which records they concern: two batches."""

_RECORD_PATTERN: Final = late_pattern(r"[a-z_]{1,32}#[A-Za-z0-9_-]{1,64}")


def is_record_ref(text: str) -> bool:
    """True if the text names a record, like `accounts#12`."""
    return _RECORD_PATTERN.fullmatch(text) is not None


@value_class
class LogQuery:
    """A query of the log; None in a field means any value. Times are UTC. `cursor` is the `next` of the previous page.

    Profile, person, record and time are keys and cost nothing; `profiles`, `people` and `records` are several of them, any of
    which fits. The other fields filter row by row: any of `methods`, a status from one of `statuses` to the other, all
    `words` in the row's warnings and error, in any case. Rows of a person or a profile since a time are looked through for what
    concerns the records, also by their `record_names`, which are folded; else a row's own record must be one of them.
    `request_id` finds the parts of a request too, whose ids begin with its own and a stroke: what an import of a file wrote,
    the undo of several changes. `client_id` finds the calls of an app, `channel` those of one way in; no index has them, so
    rows are read whole for them.
    """

    profile: str | None = None
    person: int | None = None
    record: str | None = None
    method: str | None = None
    family: str | None = None
    request_id: str | None = None
    client_id: str | None = None
    channel: str | None = None
    status: int | None = None
    outcome: Outcome | None = None
    words: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    records: tuple[str, ...] = ()
    record_names: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    statuses: tuple[int, int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None

    @property
    def all_profiles(self) -> tuple[str, ...]:
        """The API Keys asked for, any of which fits."""
        return self.profiles if self.profile is None else (self.profile, *self.profiles)

    @property
    def all_people(self) -> tuple[int, ...]:
        """The user codes asked for, any of which fits."""
        return self.people if self.person is None else (self.person, *self.people)

    @property
    def all_records(self) -> tuple[str, ...]:
        """The records asked for, any of which fits."""
        return self.records if self.record is None else (self.record, *self.records)

    @property
    def reads_whole_rows(self) -> bool:
        """True when rows must be read whole to know whether they concern the records."""
        by_keys = bool(self.all_people or self.all_profiles) and self.since is not None
        return by_keys and bool(self.records) and self.record is None


class LogPage(NamedTuple):
    """A page of rows, newest first, and the cursor of the next page (None: there is none)."""

    rows: list[AuditRow]
    next: str | None

    @property
    def back(self) -> str:
        """The ISO time back to which rows were read; empty when there are no more rows."""
        return format_iso(ulid_moment(self.next)) if self.next else ""


def search_log(database: Database, table: str, question: LogQuery, now: datetime, reads: int = MAX_READS) -> LogPage:
    """Gives a page in at most `reads` reads of each partition. Raises ValueError for an invalid cursor, StoreUnavailable."""
    found: list[Item] = []
    place = _choose_partition(question)
    query = _build_query(table, question, place, now)
    for _ in range(reads):
        page = read_merged_page(database, query, place.partitions)
        found += _keep_fitting(database, table, page.items, question, place)
        query = replace(query, start=page.next)
        if len(found) > question.limit or page.next is None:
            break
    shown = found[: question.limit]
    end = shown[-1] if len(found) > question.limit else query.start
    is_whole = place.named is None or question.reads_whole_rows or _asks_of_call(question)
    whole = shown if is_whole else load_whole_rows(database, table, shown)
    signed = [AuditRow.from_document(item) for item in whole if rows.is_signed(item)]
    return LogPage(signed, str(end["sk"]) if end else None)


def read_one_row(database: Database, table: str, profile: str, id_: str) -> AuditRow | None:
    """Gives the row of this profile and id, in one read; None when there is none. Raises StoreUnavailable."""
    found = database.query(
        Query(table, rows.profile_partition(profile), span=SortSpan(low=id_, high=id_), limit=1)
    ).items
    return AuditRow.from_document(found[0]) if found and rows.is_signed(found[0]) else None


class _LogPartition(NamedTuple):
    """What is read as one: the index (None: the table itself), its partition attribute, and its partitions."""

    named: str | None
    attribute: str
    partitions: tuple[str, ...]


def _choose_partition(question: LogQuery) -> _LogPartition:
    """The partitions, as few as may be, that hold all rows of the query."""
    if question.all_records and not question.reads_whole_rows:
        return _LogPartition("ByRecord", "record", tuple(map(rows.record_partition, question.all_records)))
    if question.all_people:
        return _LogPartition("ByPerson", "person", tuple(map(rows.person_partition, question.all_people)))
    if question.all_profiles:
        return _LogPartition(None, "pk", tuple(map(rows.profile_partition, question.all_profiles)))
    return _LogPartition("ByTime", "everybody", rows.ALL_CALLS_PARTITIONS)


def _build_query(table: str, question: LogQuery, place: _LogPartition, now: datetime) -> Query:
    """The first read, newest first. A filtering read examines more rows than it may return."""
    where = _build_filter(question, place)
    filters = where or question.words or question.methods or _asks_of_call(question)
    limit = MAX_LOG_ROWS_PER_READ if filters else min(question.limit + 1, MAX_LOG_ROWS_PER_READ)
    if _asks_of_call(question) and place.named:
        limit = max(1, WHOLE_ROWS_PER_READ // len(place.partitions))
    return Query(
        table,
        place.partitions[0],
        index=place.named,
        partition_name=place.attribute,
        span=_ulid_span(question, now),
        forward=False,
        limit=WHOLE_ROWS_PER_READ if question.reads_whole_rows else limit,
        where=where,
        consistent=place.named is None,
    )


def _build_filter(question: LogQuery, place: _LogPartition) -> Condition | None:
    wanted = {
        "method": question.method,
        "family": question.family,
        "status": question.status,
        "outcome": question.outcome and question.outcome.value,
    }
    parts: list[Condition] = [equals(name, value) for name, value in wanted.items() if value is not None]
    parts += [_is_of_request(question.request_id)] if question.request_id is not None else []
    if question.all_profiles and place.named:
        parts.append(_equals_one("pk", map(rows.profile_partition, question.all_profiles)))
    if question.all_people and place.named != "ByPerson":
        parts.append(_equals_one("person", map(rows.person_partition, question.all_people)))
    if question.statuses:
        low, high = question.statuses
        parts += [Compare("status", ">=", low), Compare("status", "<=", high)]
    return all_of(*parts) if parts else None


def _is_of_request(request_id: str) -> Condition:
    own_parts = all_of(Compare("request_id", ">", f"{request_id}-"), Compare("request_id", "<", f"{request_id}."))
    return any_of(equals("request_id", request_id), own_parts)


def _equals_one(name: str, values: Iterable[str]) -> Condition:
    own = [equals(name, value) for value in values]
    return own[0] if len(own) == 1 else any_of(*own)


def _keep_fitting(
    database: Database, table: str, entries: Sequence[Item], question: LogQuery, place: _LogPartition
) -> Sequence[Item]:
    """The entries of a read, or their whole rows, that fit what no condition of the read says."""
    fitting = [
        item
        for item in entries
        if _has_words(item, question.words) and (not question.methods or item.get("method") in question.methods)
    ]
    if not question.reads_whole_rows and not _asks_of_call(question):
        return fitting
    whole = load_whole_rows(database, table, fitting) if place.named else fitting
    whole = [row for row in whole if is_of_call(row, question.client_id, question.channel)]
    if not question.reads_whole_rows:
        return whole
    return [row for row in whole if concerns(row, question.records, question.record_names)]


def _asks_of_call(question: LogQuery) -> bool:
    return question.client_id is not None or question.channel is not None


def _has_words(item: Item, words: Sequence[str]) -> bool:
    text = f"{item.get('error') or ''} {item.get('warnings', [])}".casefold() if words else ""
    return all(word in text for word in words)


def _ulid_span(question: LogQuery, now: datetime) -> SortSpan:
    """The range of ULIDs within the query's times and before its cursor."""
    below = read_ulid(question.cursor) - 1 if question.cursor else _highest_ulid(now)
    high = max(0, min(below, _highest_ulid(question.until or now)))
    return SortSpan(low=lowest_ulid(question.since) if question.since else None, high=write_ulid(high))


def lowest_ulid(moment: datetime) -> str:
    """Gives the lowest ULID of this moment's millisecond."""
    return write_ulid(_milliseconds(moment) << 80)


def _highest_ulid(moment: datetime) -> int:
    return (_milliseconds(moment) << 80) + (1 << 80) - 1


def _milliseconds(moment: datetime) -> int:
    return max(0, epoch_microseconds(moment) // 1000)
