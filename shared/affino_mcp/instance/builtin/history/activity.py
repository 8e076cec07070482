"""The activity of a record: its changes and those of what hangs on it, as one list, newest first.

The histories of the records are merged when they are read. What has been deleted is in no list, and so its changes are not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.families.history import ACTIVITY_DAYS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm.subject_record import SUBJECT_FAMILIES, find_scope
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.history.activity_records import ActiveRecord, ActiveRecords, find_active_records
from affino_mcp.instance.builtin.history.history import filter_visible_entries, render_entry, shorten_changes
from affino_mcp.instance.builtin.history.history_access import filter_followable
from affino_mcp.instance.builtin.listing.date_ranges import make_span
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE_SIZE, answer_list
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Compare, Item, Query, SortSpan, all_of
from affino_mcp.tool_errors import InvalidArgument

RECORDS_AT_ONCE: Final = 20
FEW_VERSIONS: Final = 5
"""The histories of records of so few versions are read by their keys, in one batch; each longer one is a query."""
MAX_ENTRIES_OF_RECORD: Final = 1000
"""Most entries of one record that are looked at for a page."""
_END: Final = "~"


class EntryPlace(NamedTuple):
    """Where an entry stands among all: later ones come first."""

    at: str
    ref: str
    version: int


class Window(NamedTuple):
    """The entries that a page may hold: from the moment `since` on, before the moment `until` and below the place `below`."""

    since: str
    until: str
    below: EntryPlace

    def holds(self, entry: HistoryEntry) -> bool:
        """True for an entry that the page may hold."""
        return self.since <= entry.at < self.until and _place(entry) < self.below


def _place(entry: HistoryEntry) -> EntryPlace:
    return EntryPlace(entry.at, entry.ref, entry.version)


def list_activity(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the changes of one record and of what hangs on it, newest first, as far as the person may read them."""
    scope = find_scope(values)
    if scope is None:
        names = list(SUBJECT_FAMILIES)
        raise InvalidArgument(names[0], f"Give one of {', '.join(names)}.")
    argument, code = scope
    family = SUBJECT_FAMILIES[argument]
    subject = records.require_record(family, argument, code, RECORDS[family].words)
    span = make_span(values, call, *(day.name for day in ACTIVITY_DAYS)) or SortSpan()
    place = decode_cursor(call, values)
    below = EntryPlace(place["at"], place["ref"], place["version"]) if place else EntryPlace(_END, "", 0)
    window = Window(span.low or "", span.high or _END, below)
    start = ActiveRecord(subject.document.system["UpdatedDate"], subject.document.place)
    active = find_active_records(records, call, start, window.since)
    size = values.get("PageSize", DEFAULT_PAGE_SIZE)
    return _answer_page(call, values, _merge(records, call, active, window, size + 1), size, active, subject.document)


def _merge(
    records: Records, call: Call, active: ActiveRecords, window: Window, wanted: int
) -> list[tuple[HistoryEntry, Document]]:
    """The latest entries of the window, newest first: at most `wanted`, and none from the time of which some are unknown."""
    found: list[tuple[HistoryEntry, Document]] = []
    for start in range(0, len(active.found), RECORDS_AT_ONCE):
        some = active.found[start : start + RECORDS_AT_ONCE]
        if len(found) >= wanted and found[wanted - 1][0].at > some[0].updated:
            break
        found += _read_entries(records, call, [each.ref for each in some], window, wanted)
        found.sort(key=lambda each: _place(each[0]), reverse=True)
        del found[wanted:]
    return [each for each in found if each[0].at > active.unknown_until]


def _read_entries(
    records: Records, call: Call, refs: Sequence[RecordRef], window: Window, wanted: int
) -> Iterator[tuple[HistoryEntry, Document]]:
    documents = filter_followable(records, call, records.load_documents(refs).values())
    by_ref = {document.ref: document for document in documents}
    rows = [*_load_short(records, documents), *_query_long(records, documents, window, wanted)]
    entries = [entry for entry in map(change_journal.entry_from_row, rows) if window.holds(entry)]
    return ((entry, by_ref[entry.ref]) for entry in filter_visible_entries(records, call, entries))


def _load_short(records: Records, documents: Sequence[Document]) -> Sequence[Item]:
    short = [document for document in documents if document.version <= FEW_VERSIONS]
    keys = [
        change_journal.history_row_key(document.ref, version)
        for document in short
        for version in range(1, document.version + 1)
    ]
    return list(records.db.get_many(records.table, keys).values()) if keys else []


def _query_long(records: Records, documents: Sequence[Document], window: Window, wanted: int) -> Iterator[Item]:
    """The latest entries of the window of records with more versions: one query each."""
    for document in documents:
        if document.version <= FEW_VERSIONS:
            continue
        latest = min(window.until, window.below.at)
        query = Query(
            records.table,
            document.key.pk,
            span=SortSpan(prefix=HISTORY_SK),
            forward=False,
            limit=MAX_ENTRIES_OF_RECORD,
            where=all_of(Compare("at", ">=", window.since or "0"), Compare("at", "<=", latest)),
        )
        yield from records.db.query(query).items[: wanted + 1]


def _answer_page(
    call: Call,
    values: Values,
    found: Sequence[tuple[HistoryEntry, Document]],
    size: int,
    active: ActiveRecords,
    subject: Document,
) -> Done:
    items = [_render(call, entry, document) for entry, document in found[:size]]
    fitting = ResponseBudget({}).take_rows(call, items)
    if len(fitting) < len(items):
        text = f"{len(fitting)} of {len(items)} changes fit into one answer; go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    is_last = len(fitting) == len(found)
    if is_last and active.unknown_until:
        text = f"Too many records changed to show what happened up to {active.unknown_until}: narrow it to later days"
        call.warn(WarningCode.INCOMPLETE, "Items", f"{text}, or ask for a contact or an opportunity by its own code.")
    more = None if is_last else _place(found[len(fitting) - 1][0])._asdict()
    return Done(answer_list(call, values, fitting, more), subject.ref)


def _render(call: Call, entry: HistoryEntry, document: Document) -> dict[str, Any]:
    place = RecordRef.parse(entry.ref)
    told = shorten_changes(render_entry(call, entry))
    return {"Date": entry.at, "Family": place.family, "Code": place.code, "Name": document.label or None, **told}
