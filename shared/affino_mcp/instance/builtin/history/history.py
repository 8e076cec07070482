"""The tools that read history: the changes of one record, and the person's own changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES, RECORD_CODE_FIELD, RECORD_KIND_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.answer_size import MAX_BODY_TOKENS
from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import ChangeKind, HistoryEntry
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document, RecordState, document_from_row, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.response_budget import ResponseBudget
from affino_mcp.instance.builtin.history.guarding import GUARD_FAMILIES
from affino_mcp.instance.builtin.history.history_access import filter_followable
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE_SIZE, answer_list
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef, linked_family
from affino_mcp.instance.token_estimate import is_within
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.tool_errors import NotFound


def require_readable(call: Call, kind: str) -> None:
    """Raises ToolDisabled or PermissionDenied unless profile and person may read this kind of record."""
    require_crossing(call, Crossing(RECORD_KIND_FIELD.name, HISTORY_FAMILIES[kind]))


def open_history(records: Records, call: Call, values: Values) -> RecordState:
    """Loads the record that a call names, deleted or not. Raises NotFound when the person may not read its history."""
    kind, code = values[RECORD_KIND_FIELD.name], values[RECORD_CODE_FIELD.name]
    stored = records.load_including_deleted(kind, code)
    if (
        stored is None
        or not filter_followable(records, call, [stored.document])
        or not _may_see_deleted(call, stored.document)
    ):
        raise NotFound(RECORD_CODE_FIELD.name, RECORDS[kind].words)
    return stored


def _may_see_deleted(call: Call, document: Document) -> bool:
    """True for a record that is not deleted.

    A deleted one is visible to whoever deleted it or may change everybody's.
    """
    return not document.deleted or may_undo_change(call, document.family, document.system["UpdatedBy"])


def may_undo_change(call: Call, kind: str, by: Any) -> bool:
    """True when the person made the change, or holds the family's `all` right."""
    return bool(by and by["UserCode"] == call.actor.user_code) or call.actor.has_right(
        f"{HISTORY_FAMILIES[kind]}.all", call.at
    )


def list_record_history(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a record's changes, newest first; changes made under guards that are closed to the person are left out."""
    require_readable(call, values[RECORD_KIND_FIELD.name])
    document = open_history(records, call, values).document
    if document.purged:
        text = f"The record was removed for good on {document.purged[:10]}, and its history with it."
        call.warn(WarningCode.NOT_SHOWN, RECORD_CODE_FIELD.name, text)
    rows, more = _read_rows(records, document.key.pk, SortSpan(prefix=HISTORY_SK), values, call)
    entries = filter_visible_entries(records, call, [change_journal.entry_from_row(row) for row in rows])
    items = [render_entry(call, entry) for entry in entries]
    places = {entry.version: row for entry in entries for row in rows if row["version"] == entry.version}
    return _answer_page(call, values, items, [places[entry.version] for entry in entries], more, document.ref)


def _read_rows(
    records: Records, partition: str, span: SortSpan, values: Values, call: Call
) -> tuple[Sequence[Item], Item | None]:
    size, start = values.get("PageSize", DEFAULT_PAGE_SIZE), decode_cursor(call, values)
    found = records.db.query(Query(records.table, partition, span=span, forward=False, start=start, limit=size))
    return found.items, found.next


def _answer_page(
    call: Call, values: Values, items: list[dict[str, Any]], rows: Sequence[Item], more: Item | None, ref: str = ""
) -> Done:
    items = [item if is_within(item, MAX_BODY_TOKENS) else _shorten_item(call, item) for item in items]
    fitting = ResponseBudget({}).take_rows(call, items)
    if len(fitting) < len(items):
        more = {name: rows[len(fitting) - 1][name] for name in ("pk", "sk")}
        text = f"{len(fitting)} of {len(items)} changes fit into one answer; go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    return Done(answer_list(call, values, fitting, more), ref)


def _shorten_item(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    """A change that no answer could hold, with the lengths of its long texts in their place. Warns of it."""
    call.warn(WarningCode.TRUNCATED, "Changes", "Long texts, before and after, are shown as their Length.")
    return shorten_changes(item)


def shorten_changes(item: dict[str, Any]) -> dict[str, Any]:
    """A change with the lengths of its texts of some length in their place."""
    changes = [
        {name: change_journal.short_history_value(part) for name, part in each.items()} for each in item["Changes"]
    ]
    return {**item, "Changes": changes}


def filter_visible_entries(records: Records, call: Call, entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """The entries that were made under guards that are open to the person now.

    The history of a record that was moved does not reveal what the record held in a place that is closed to the reader.
    """
    known = records.load_documents(place for entry in entries for place in _guard_refs(entry))
    return [e for e in entries if record_security.may_read(call.actor, *(known.get(place) for place in _guard_refs(e)))]


def _guard_refs(entry: HistoryEntry) -> list[RecordRef]:
    held = [RecordRef.parse(ref) for ref in entry.guard_refs]
    named = [(to, values.get(name)) for name, to in GUARD_FAMILIES.items() for values in (entry.before, entry.after)]
    return list(dict.fromkeys((*held, *(RecordRef(to, code) for to, code in named if code))))


def render_entry(call: Call, entry: HistoryEntry) -> dict[str, Any]:
    """A change as history shows it; links to records of families that the call may not read are left out."""
    kind = RecordRef.parse(entry.ref).family
    changes = [_render_change(kind, name, entry) for name in entry.after if _is_shown(call, name)]
    return {
        "Version": entry.version,
        "Date": entry.at,
        "By": entry.by,
        "Tool": entry.method,
        "Kind": entry.deed.value,
        "Changes": changes,
    }


def _is_shown(call: Call, name: str) -> bool:
    """True unless the attribute is a link to records of a family that the call may not read."""
    to = linked_family(name)
    return to not in HISTORY_FAMILIES or references.may_show_family(call, HISTORY_FAMILIES[to], to)


def _render_change(kind: str, name: str, entry: HistoryEntry) -> dict[str, Any]:
    return {
        "Attribute": name,
        "Before": change_journal.history_value(entry.before[name]),
        "After": change_journal.history_value(entry.after[name]),
    }


def list_my_changes(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the acting person's changes, newest first."""
    partition = change_journal.person_changes_partition(call.actor.user_code)
    rows, more = _read_rows(records, partition, SortSpan(), values, call)
    known = _load_followable(records, call, (touched["ref"] for row in rows for touched in row["records"]))
    told = [(row, _render_my_change(row, known)) for row in rows]
    told = [(row, item) for row, item in told if item["Records"]]
    return _answer_page(call, values, [item for _, item in told], [row for row, _ in told], more)


def _load_followable(records: Records, call: Call, refs: Iterable[str]) -> KnownRecords:
    """The records, deleted ones too, that profile and person may read and whose history the person may read."""
    places = [RecordRef.parse(ref) for ref in dict.fromkeys(refs)]
    open_ = [
        place for place in places if place.family in HISTORY_FAMILIES and call.may_read(HISTORY_FAMILIES[place.family])
    ]
    found = records.db.get_many(records.table, [record_key(*place) for place in open_])
    documents = [document_from_row(item) for item in found.values()]
    followable = filter_followable(records, call, [document for document in documents if not document.purged])
    return {RecordRef(d.family, d.code): d for d in followable}


def _render_my_change(row: Item, known: KnownRecords) -> dict[str, Any]:
    places = [(touched, RecordRef.parse(touched["ref"])) for touched in row["records"]]
    return {
        "Date": row["at"],
        "Tool": row["method"],
        "Records": [
            {RECORD_KIND_FIELD.name: place.family, RECORD_CODE_FIELD.name: place.code, "Name": known[place].label}
            | {"Version": touched["version"], "Kind": ChangeKind(touched["deed"]).value}
            for touched, place in places
            if place in known
        ],
    }
