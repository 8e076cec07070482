"""The tools that read history: the changes of one record, and the person's own changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.history import CODE, KIND, SWITCH
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import iso
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import Deed, Entry
from affino_mcp.instance.builtin.engine.cursor import decode_cursor, encode_cursor
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document, from_item, record_key
from affino_mcp.instance.builtin.engine.memberships import many
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Place, Records
from affino_mcp.instance.builtin.engine.response_budget import Room
from affino_mcp.instance.builtin.history.history_access import followed
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE
from affino_mcp.instance.builtin.references import rendering
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Item, Query, Span
from affino_mcp.tool_errors import NotFound, PermissionDenied, ToolDisabled

GUARDS: Final = {"standardSectionCode": "sections", guards.SECURITY: guards.SECURITIES, "ForumItemCode": "forums"}
"""Maps the attributes that name a guard of a record to the guard's family."""


def must_open(call: Call, kind: str, access: Access) -> None:
    """Raises ToolDisabled or PermissionDenied unless profile and person may read (or write) this kind of record."""
    family = SWITCH[kind]
    if not (call.readable if access is Access.READ else call.writable)(family):
        raise ToolDisabled(f"{family}.{access}")
    if access is Access.READ and not call.actor.has(f"{family}.read", call.at):
        raise PermissionDenied(f"{family}.read", argument=KIND.name)


def opened(records: Records, call: Call, values: Values) -> Stored:
    """Loads the record that a call names, deleted or not. Raises NotFound when the person may not read its history."""
    kind, code = values[KIND.name], values[CODE.name]
    stored = records.kept(kind, code)
    if stored is None or not followed(records, call, [stored.document]) or not _may_see(call, stored.document):
        raise NotFound(CODE.name, RECORDS[kind].words)
    return stored


def _may_see(call: Call, document: Document) -> bool:
    """True for a record that is not deleted.

    A deleted one is visible to whoever deleted it or may change everybody's.
    """
    return not document.deleted or is_mine_to_undo(call, document.family, document.system["UpdatedBy"])


def is_mine_to_undo(call: Call, kind: str, by: Any) -> bool:
    """True when the person made the change, or holds the family's `all` right."""
    return bool(by and by["UserCode"] == call.actor.user_code) or call.actor.has(f"{SWITCH[kind]}.all", call.at)


def list_record_history(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a record's changes, newest first; changes made under guards that are closed to the person are left out."""
    must_open(call, values[KIND.name], Access.READ)
    document = opened(records, call, values).document
    rows, more = _rows(records, document.key.pk, Span(prefix=HISTORY_SK), values, call)
    entries = visible(records, call, [change_journal.from_row(row) for row in rows])
    items = [_shown(call, entry) for entry in entries]
    places = {entry.version: row for entry in entries for row in rows if row["version"] == entry.version}
    return _page(call, values, items, [places[entry.version] for entry in entries], more, document.ref)


def _rows(
    records: Records, partition: str, span: Span, values: Values, call: Call
) -> tuple[Sequence[Item], Item | None]:
    size, start = values.get("PageSize", DEFAULT_PAGE), decode_cursor(call, values)
    found = records.db.query(Query(records.table, partition, span=span, forward=False, start=start, limit=size))
    return found.items, found.next


def _page(
    call: Call, values: Values, items: list[dict[str, Any]], rows: Sequence[Item], more: Item | None, ref: str = ""
) -> Done:
    fitting = list(takewhile(Room({}).takes, items))
    if len(fitting) < len(items):
        more = {name: rows[len(fitting) - 1][name] for name in ("pk", "sk")}
        text = f"{len(fitting)} of {len(items)} changes fit into one answer; go on with NextCursor."
        call.warn(WarningCode.TRUNCATED, "Items", text)
    following = encode_cursor(call, values, more) if more else None
    return Done({"Items": fitting, "NextCursor": following, "CurrentDate": iso(call.at)}, ref)


def visible(records: Records, call: Call, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that were made under guards that are open to the person now.

    The history of a record that was moved does not reveal what the record held in a place that is closed to the reader.
    """
    known = records.documents(place for entry in entries for place in _protection(entry))
    return [e for e in entries if record_security.may_read(call.actor, *(known.get(place) for place in _protection(e)))]


def _protection(entry: Entry) -> list[Place]:
    held = [(family, int(code)) for family, _, code in (ref.partition("#") for ref in entry.guards)]
    named = [(to, values.get(name)) for name, to in GUARDS.items() for values in (entry.before, entry.after)]
    return list(dict.fromkeys((*held, *((to, code) for to, code in named if code))))


def _shown(call: Call, entry: Entry) -> dict[str, Any]:
    kind = entry.ref.partition("#")[0]
    changes = [_change(kind, name, entry) for name in entry.after if _tells(call, name)]
    return {
        "Version": entry.version,
        "Date": entry.at,
        "By": entry.by,
        "Tool": entry.method,
        "Kind": entry.deed.value,
        "Changes": changes,
    }


def _tells(call: Call, name: str) -> bool:
    """True unless the attribute is a link to records of a family that the call may not read."""
    to, sign, _ = name.partition("#")
    return not sign or to not in SWITCH or rendering.shows(call, SWITCH[to], to)


def _change(kind: str, name: str, entry: Entry) -> dict[str, Any]:
    return {
        "Attribute": name,
        "Before": change_journal.told(entry.before[name]),
        "After": change_journal.told(entry.after[name]),
    }


def list_my_changes(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the acting person's changes, newest first."""
    partition = change_journal.person_partition(call.actor.user_code)
    rows, more = _rows(records, partition, Span(), values, call)
    known = _followed(records, call, (touched["ref"] for row in rows for touched in row["records"]))
    told = [(row, _mine(row, known)) for row in rows]
    told = [(row, item) for row, item in told if item["Records"]]
    return _page(call, values, [item for _, item in told], [row for row, _ in told], more)


def _followed(records: Records, call: Call, refs: Iterable[str]) -> Known:
    """The records, deleted ones too, that profile and person may read and whose history the person may read."""
    places = [(family, int(code)) for family, _, code in (ref.partition("#") for ref in dict.fromkeys(refs))]
    open_ = [place for place in places if place[0] in SWITCH and call.reads(SWITCH[place[0]])]
    found = many(records.db, records.table, (record_key(*place) for place in open_))
    return {(d.family, d.code): d for d in followed(records, call, [from_item(item) for item in found.values()])}


def _mine(row: Item, known: Known) -> dict[str, Any]:
    places = [(touched, touched["ref"].partition("#")) for touched in row["records"]]
    return {
        "Date": row["at"],
        "Tool": row["method"],
        "Records": [
            {KIND.name: family, CODE.name: int(code), "Name": known[family, int(code)].label}
            | {"Version": touched["version"], "Kind": Deed(touched["deed"]).value}
            for touched, (family, _, code) in places
            if (family, int(code)) in known
        ],
    }
