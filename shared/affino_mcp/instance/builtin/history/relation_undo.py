"""Undoes changes of relations: the link of a contact to an account, and the members that one call added to or took off a list.

The relation's own tools carry these out, with their rights and rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.contacts import MOVED_TO
from affino_mcp.catalogue.families.history import RECORD_CODE_FIELD, RECORD_KIND_FIELD
from affino_mcp.catalogue.families.member_lists import LIST_KINDS, ListKind
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD, CONTACT_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.crm.contact_links import move_link_back, put_back_link
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.records import Carry, Records
from affino_mcp.instance.builtin.history.undo_context import UndoContext, changed_since_error, describe_undone
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Query, SortSpan
from affino_mcp.tool_errors import PermissionDenied

MEMBERS_ATTRIBUTE: Final = "Members"
MAX_NEAR_VERSIONS: Final = 50
"""How many versions before and after a change may belong to the same call."""

_LINK_TOOL: Final = "update_contact_account_link"
_MOVED_LINKS: Final = (ACCOUNT_FIELD.name, MOVED_TO.name)
"""The arguments that name the two accounts of a change of company: the one that is left, and the new one."""
_LIST_KINDS: Final[Mapping[str, ListKind]] = {kind.record.family: kind for kind in LIST_KINDS}


def undo_relation(
    view: UndoContext, current: Values, values: Values, call: Call, tools: Mapping[str, Carry]
) -> Done | None:
    """Undoes the change of a relation; None when the change is of another kind.

    Takes the record's current values, and the values of the undo. Raises PermissionDenied without the right of the
    relation's tool, and Conflict when the relation has changed since.
    """
    entry, kind = view.entry, values[RECORD_KIND_FIELD.name]
    if kind in _LIST_KINDS and MEMBERS_ATTRIBUTE in entry.after:
        return _undo_members(view, _LIST_KINDS[kind], values, call, tools)
    changed = list(entry.after)
    if kind == Family.CONTACTS and len(changed) == 1 and changed[0].startswith(f"{Family.ACCOUNTS}#"):
        return _undo_link(view, changed[0], current, values, call)
    if kind == Family.CONTACTS and entry.method == _LINK_TOOL and len(changed) == len(_MOVED_LINKS):
        return _undo_change_of_company(view, current, values, call)
    return None


def _require_right(call: Call, tool: Method) -> Method:
    if not call.actor.has_right(tool.right, call.at):
        raise PermissionDenied(tool.right, f"Undoing this means {tool.name}, which needs the right '{tool.right}'.")
    return tool


def _rehearsal(values: Values) -> Values:
    return {DRY_RUN.name: values[DRY_RUN.name]} if DRY_RUN.name in values else {}


def _undo_link(view: UndoContext, name: str, current: Values, values: Values, call: Call) -> Done | None:
    entry, tool = view.entry, _require_right(call, METHODS[_LINK_TOOL])
    if entry.before[name] is None or entry.after[name] is None:
        return None
    if current.get(name) != entry.after[name]:
        raise changed_since_error([name])
    codes = {CONTACT_FIELD.name: values[RECORD_CODE_FIELD.name], ACCOUNT_FIELD.name: RecordRef.parse(name).code}
    require_crossings(call, tool, codes)
    others = [RecordRef.parse(ref) for ref in entry.other_refs]
    led = [place for place in others if place.family == OPPORTUNITY.family]
    return put_back_link(view, tool, codes | _rehearsal(values), call, entry.before[name], led)


def _undo_change_of_company(view: UndoContext, current: Values, values: Values, call: Call) -> Done:
    """Takes the contact back to the account that it left, and off the one where it went."""
    entry, tool = view.entry, _require_right(call, METHODS[_LINK_TOOL])
    if moved := [name for name, link in entry.after.items() if current.get(name) != link]:
        raise changed_since_error(moved)
    came, left = sorted(entry.after, key=lambda name: entry.before[name] is not None)
    names = dict(zip(_MOVED_LINKS, (left, came), strict=True))
    codes = {name: RecordRef.parse(ref).code for name, ref in names.items()}
    asked = {CONTACT_FIELD.name: values[RECORD_CODE_FIELD.name], **codes}
    require_crossings(call, tool, {**asked, "Primary": True})
    change = view.start_change(tool, asked | _rehearsal(values), call)
    others = [RecordRef.parse(ref) for ref in entry.other_refs]
    return move_link_back(view, asked, change, entry.before[left], others)


def _undo_members(view: UndoContext, kind: ListKind, values: Values, call: Call, tools: Mapping[str, Carry]) -> Done:
    """Takes all members that the call of this change added off the list again, or puts those back that it took off."""
    verb = "add" if view.entry.after[MEMBERS_ATTRIBUTE] is None else "remove"
    tool = _require_right(call, METHODS[f"{verb}_{kind.method_stem}_members"])
    codes = [code for entry in _find_shares(view, view.entry) for code in _named_members(entry)]
    asked = {kind.record.code: values[RECORD_CODE_FIELD.name], kind.members_argument.name: list(dict.fromkeys(codes))}
    require_crossings(call, tool, asked)
    done = tools[tool.name](view, tool, asked | _rehearsal(values), call)
    return Done(
        describe_undone(view.entry) | done.body, done.record, done.records, sealed=done.sealed, changes=done.changes
    )


def _named_members(entry: HistoryEntry) -> list[int]:
    return list(entry.before[MEMBERS_ATTRIBUTE] or entry.after[MEMBERS_ATTRIBUTE])


def _find_shares(records: Records, entry: HistoryEntry) -> list[HistoryEntry]:
    """The history entries of one call that changed a list's members in several transactions."""
    low = change_journal.history_row_key(entry.ref, max(entry.version - MAX_NEAR_VERSIONS, 1))
    high = change_journal.history_row_key(entry.ref, entry.version + MAX_NEAR_VERSIONS)
    rows = records.db.query(Query(records.table, low.pk, span=SortSpan(low=low.sk, high=high.sk))).items
    own = next(row for row in rows if row["version"] == entry.version)
    same = [row for row in rows if row["request_id"] and row["request_id"] == own["request_id"]]
    return [change_journal.entry_from_row(row) for row in same or [own]]
