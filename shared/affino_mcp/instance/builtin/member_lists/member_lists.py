"""Contact lists and account lists: one implementation for both; `method.family` selects the kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import KINDS, MAILING_LIST, MEMBER_COUNT, TYPE, ListKind
from affino_mcp.catalogue.families.shared import SEARCH_NAMES
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets, facet_partition, name_prefix, topic_tags
from affino_mcp.instance.builtin.engine.memberships import counts
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.engine.search_words import plain
from affino_mcp.instance.builtin.listing import listing, member_filtering
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Query, Span
from affino_mcp.tool_errors import InvalidArgument, NotFound

_KIND_OF: Final = {kind.record.family: kind for kind in KINDS}


def facets(stored: Stored) -> Facets:
    """Facets of a list."""
    creator = stored.document.creator
    rows = (f"mine={creator}",) if creator else ()
    return Facets(rows, topic_tags(stored.document.values))


def kind_of(method: Method) -> ListKind:
    """The kind of list that a method works on."""
    return _KIND_OF[method.family]


def require(records: Records, method: Method, values: Values) -> Stored:
    """Loads the list that a call names. Raises NotFound."""
    record = kind_of(method).record
    return records.require(record.family, record.code, values[record.code], record.words)


def browse(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists summaries of lists with their member counts; only the lists of one member when the call names a member."""
    kind = kind_of(method)
    plan = listing.Plan(kind.record, (f"mine={call.actor.user_code}",) if values.get("Mine") else ())
    member = values.get(kind.member.code)
    if member is None:
        done = listing.run(records, plan, values, call)
    else:
        known = records.documents([(kind.member.family, member)])
        lists = member_filtering.ListsOf(records, kind.member.family, member if known else 0)
        done = member_filtering.run(records, plan, lists, values, call)
    return replace(done, body={**done.body, "Items": _counted(records, kind, done.body["Items"])})


def _counted(records: Records, kind: ListKind, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    code = kind.record.code
    found = counts(records.db, records.table, kind.record.family, [item[code] for item in items])
    return [{**item, MEMBER_COUNT.name: found[item[code]]} for item in items]


def get(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one list."""
    stored = require(records, method, values)
    return Done(_shown(records, kind_of(method), call, stored.document), stored.document.ref)


def _shown(
    records: Records, kind: ListKind, call: Call, document: Document, have: Known | None = None
) -> dict[str, Any]:
    found = counts(records.db, records.table, document.family, [document.code])
    return {kind.record.name: full(call, document, have or {}, **{MEMBER_COUNT.name: found[document.code]})}


def create(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a list without members."""
    kind, change = kind_of(method), records.change(method, values, call)
    checked, _ = references.check(records, change, kind.record, values)
    _warn_of_same_title(records, kind, call, checked["Title"])
    family, given = kind.record.family, {**kind.record.defaults, **checked}
    made = created(family, records.codes.take(family, change), call, given)
    records.save(change, None, Stored(made))
    return change.commit({kind.record.name: full(call, made, {}, **{MEMBER_COUNT.name: 0})})


def _warn_of_same_title(records: Records, kind: ListKind, call: Call, title: str) -> None:
    partition, span = facet_partition(kind.record.family, "all"), Span(prefix=name_prefix(title))
    rows = records.db.query(Query(records.table, partition, index="ByName", sort="name", span=span, limit=5)).items
    found = records.documents((kind.record.family, row["code"]) for row in rows).values()
    same = [{kind.record.code: d.code} for d in found if plain(d.label) == plain(title)]
    if same:
        text = f"There is a {kind.record.words} with this title already; members can be added to it instead."
        call.warn(WarningCode.POSSIBLE_DUPLICATE, "Title", text, PossibleDuplicates=same)


def update(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a list; null clears one. Members have methods of their own."""
    kind, before = kind_of(method), require(records, method, values)
    change = records.change(method, values, call)
    checked, _ = references.check(records, change, kind.record, values)
    after = replace(before, document=before.document.changed(call, checked))
    if after.document.values == before.document.values:
        return change.nothing(_shown(records, kind, call, before.document), before.document.ref)
    records.save(change, before, after)
    return change.commit(_shown(records, kind, call, after.document))


def delete(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a list; its members are not changed."""
    before = require(records, method, values)
    change = records.change(method, values, call)
    records.save(change, before, before.deleted_by(call))
    code = kind_of(method).record.code
    return change.commit({code: values[code], "Deleted": True})


def members(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists a list's members by code; only their codes where the call may not show names."""
    kind, stored = kind_of(method), require(records, method, values)
    visible, asked = call.reads(kind.member.family), values.get(SEARCH_NAMES.name)
    if asked and not visible:
        raise InvalidArgument(
            SEARCH_NAMES.name, f"Search needs the names of {kind.member.family}, which may not be read."
        )
    on_list = member_filtering.Members(records, stored.document.family, stored.document.code)
    plan = listing.Plan(kind.member, adds=lambda d, _: _added(on_list.rows[d.code]))
    done = member_filtering.run(records, plan, on_list, values, call)
    body = dict(done.body)
    if not visible:
        text = f"Only codes are shown: {kind.member.family} may not be read here."
        call.warn(WarningCode.NOT_SHOWN, "Items", text)
        names = (kind.member.code, "AddedAt", "AddedBy")
        body["Items"] = [{name: item[name] for name in names} for item in body["Items"]]
    if not asked:
        code = stored.document.code
        body["TotalRecords"] = counts(records.db, records.table, stored.document.family, [code])[code]
    return Done(body, stored.document.ref)


def _added(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("AddedAt", "AddedBy")}


def source(records: Records, call: Call, record: Record, code: int) -> member_filtering.Members:
    """The members of a list, as a filter of other lists. Raises NotFound for a list that the call may not see."""
    if not call.reads(record.family) or records.load(record.family, code) is None:
        raise NotFound(record.code, record.words)
    return member_filtering.Members(records, record.family, code)


def is_mailing_list(document: Document) -> bool:
    """True when a list is a mailing list."""
    return document.values.get(TYPE.name) == MAILING_LIST
