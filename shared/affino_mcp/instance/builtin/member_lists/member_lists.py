"""Contact lists and account lists: one implementation for both; `method.family` selects the kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS, LIST_TYPE, MAILING_LIST, MEMBER_COUNT, ListKind
from affino_mcp.catalogue.families.shared import NAME_SEARCH
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets, count_members, find_alike, topic_tags
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing import listing, member_filtering
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets, require_targets
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.plain_text import look
from affino_mcp.text import with_article
from affino_mcp.tool_errors import InvalidArgument, NotFound

_KIND_BY_FAMILY: Final = {kind.record.family: kind for kind in LIST_KINDS}


def facets(stored: RecordState) -> Facets:
    """Facets of a list."""
    creator = stored.document.creator
    rows = (f"mine={creator}",) if creator else ()
    return Facets(rows, topic_tags(stored.document.values))


def list_kind(method: Method) -> ListKind:
    """The kind of list that a method works on."""
    return _KIND_BY_FAMILY[method.family]


def require_list(records: Records, method: Method, values: Values) -> RecordState:
    """Loads the list that a call names. Raises NotFound."""
    record = list_kind(method).record
    return records.require_record(record.family, record.code, values[record.code], record.words)


def list_lists(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists summaries of lists with their member counts; only the lists of one member when the call names a member."""
    kind = list_kind(method)
    plan = listing.ListPlan(kind.record, (f"mine={call.actor.user_code}",) if values.get("Mine") else ())
    member = values.get(kind.member.code)
    if member is None:
        done = listing.list_records(records, plan, values, call)
    else:
        targets = find_targets(call, values, {kind.member.code: kind.member.family})
        require_targets(call, targets, records.load_documents(target.to_load for target in targets), listed=False)
        lists = member_filtering.load_lists_of_member(records, kind.member.family, member)
        done = member_filtering.list_from_source(records, plan, lists, values, call)
    return replace(done, body={**done.body, "Items": _add_member_counts(records, kind, done.body["Items"])})


def _add_member_counts(records: Records, kind: ListKind, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    code = kind.record.code
    found = count_members(records.db, records.table, kind.record.family, [item[code] for item in items])
    return [{**item, MEMBER_COUNT.name: found[item[code]]} for item in items]


def get_list(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one list."""
    stored = require_list(records, method, values)
    return Done(_render_list(records, list_kind(method), call, stored.document), stored.document.ref)


def _render_list(
    records: Records, kind: ListKind, call: Call, document: Document, have: KnownRecords | None = None
) -> dict[str, Any]:
    found = count_members(records.db, records.table, document.family, [document.code])
    known = records.load_documents(references.reference_targets(call, [document]), have)
    return {kind.record.name: render_record(call, document, known, **{MEMBER_COUNT.name: found[document.code]})}


def create_list(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a list without members."""
    kind, change = list_kind(method), records.start_change(method, values, call)
    checked, known = references.check_references(records, change, kind.record, values)
    _warn_of_same_title(records, kind, call, checked["Title"])
    family, given = kind.record.family, {**kind.record.defaults, **checked}
    made = new_document(family, records.codes.take_code(family, change), call, given)
    records.save_record(change, None, RecordState(made))
    return change.commit({kind.record.name: render_record(call, made, known, **{MEMBER_COUNT.name: 0})})


def _warn_of_same_title(records: Records, kind: ListKind, call: Call, title: str) -> None:
    codes = find_alike(records.db, records.table, kind.record.family, title)
    found = records.load_documents(RecordRef(kind.record.family, code) for code in codes).values()
    same = [{kind.record.code: d.code} for d in found if look(d.label) == look(title)]
    if same:
        text = (
            f"There is {with_article(kind.record.words)} with this title already; members can be added to it instead."
        )
        call.warn(WarningCode.POSSIBLE_DUPLICATE, "Title", text, PossibleDuplicates=same)


def update_list(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a list; null clears one. Members have methods of their own."""
    kind, before = list_kind(method), require_list(records, method, values)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, kind.record, values, before.document.values)
    after = replace(before, document=before.document.next_version(call, checked))
    if after.document.values == before.document.values:
        return change.no_change(_render_list(records, kind, call, before.document, known), before.document.ref)
    records.save_record(change, before, after)
    return change.commit(_render_list(records, kind, call, after.document, known))


def delete_list(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a list; its members are not changed."""
    before = require_list(records, method, values)
    change = records.start_change(method, values, call)
    records.save_record(change, before, before.deleted_by(call))
    code = list_kind(method).record.code
    return change.commit({code: values[code], "Deleted": True} | render_dependents(records, call, before))


def list_members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a list's members by code; only their codes where the call may not show names."""
    kind, stored = list_kind(method), require_list(records, method, values)
    visible, asked = call.may_read(kind.member.family), values.get(NAME_SEARCH.name)
    if asked and not visible:
        raise InvalidArgument(
            NAME_SEARCH.name, f"Search needs the names of {kind.member.family}, which may not be read."
        )
    on_list = member_filtering.ListMembers(records, stored.document.family, stored.document.code)
    plan = listing.ListPlan(kind.member, derive=lambda d, _: _added_attributes(on_list.rows[d.code]))
    done = member_filtering.list_from_source(records, plan, on_list, values, call)
    body = dict(done.body)
    if not visible:
        text = f"Only codes are shown: {kind.member.family} may not be read here."
        call.warn(WarningCode.NOT_SHOWN, "Items", text)
        names = (kind.member.code, "AddedAt", "AddedBy")
        body["Items"] = [{name: item[name] for name in names} for item in body["Items"]]
    if not asked:
        code = stored.document.code
        body["TotalRecords"] = count_members(records.db, records.table, stored.document.family, [code])[code]
    return Done(body, stored.document.ref)


def _added_attributes(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("AddedAt", "AddedBy")}


def load_member_source(
    records: Records, call: Call, record: Record, code: int, argument: str = ""
) -> member_filtering.ListMembers:
    """The members of a list, as a filter of other lists.

    Raises NotFound, naming the argument (by default the list's code), for a list that the call may not see.
    """
    if not call.may_read(record.family) or records.load_record(record.family, code) is None:
        raise NotFound(argument or record.code, record.words)
    return member_filtering.ListMembers(records, record.family, code)


def is_mailing_list(document: Document) -> bool:
    """True when a list is a mailing list."""
    return document.values.get(LIST_TYPE.name) == MAILING_LIST
