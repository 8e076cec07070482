"""Undoes one change through the family's own methods, so that the same rules and the same log apply.

The record then holds its former values, attribute by attribute; otherwise nothing is written, and the refusal names
what prevents it: attributes that have changed since, and relations, which have tools of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.forums import THREAD
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES, RECORD_CODE_FIELD, RECORD_KIND_FIELD, VERSION_FIELD
from affino_mcp.catalogue.families.shared import MOVED_SCOPE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm.subject_record import scope_arguments
from affino_mcp.instance.builtin.engine import change_journal, long_texts
from affino_mcp.instance.builtin.engine.change_journal import ChangeKind, HistoryEntry
from affino_mcp.instance.builtin.engine.document import RecordState, is_long_text
from affino_mcp.instance.builtin.engine.records import Carry, Records
from affino_mcp.instance.builtin.forums import thread_splits
from affino_mcp.instance.builtin.history import (
    history,
    own_creates,
    rejoining,
    relation_undo,
    restore_check,
    restoring,
    undo_context,
)
from affino_mcp.instance.builtin.history.undo_context import UndoContext, find_undo_tool
from affino_mcp.instance.builtin.merging import merge_undo
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, NotFound, PermissionDenied, ToolDisabled
from affino_mcp.value_class import value_class

Tools = Mapping[str, Carry]
"""The functions that carry the tools out, by the tools' names."""


@value_class
class PastChange:
    """The change to undo, and the record's current state."""

    entry: HistoryEntry
    stored: RecordState

    @property
    def current_values(self) -> Mapping[str, Any]:
        """The record's current values; where the change moved a task or a note, with the record that it is about now."""
        found = self.stored.history_values()
        if MOVED_SCOPE.name not in self.entry.after:
            return found
        return {**found, MOVED_SCOPE.name: scope_arguments(self.stored.document)}


def undo_change(records: Records, method: Method, values: Values, call: Call, tools: Tools) -> Done:
    """Undoes one change. `tools` carry out the other methods. Raises Conflict naming what prevents the undo."""
    _require_undo_access(call, values[RECORD_KIND_FIELD.name])
    past = _load_past(records, call, values)
    if merge_undo.is_merge(past.entry):
        tool, view_of = (
            _require_tool(call, values[RECORD_KIND_FIELD.name], "delete"),
            partial(UndoContext, records, method, values),
        )
        return merge_undo.undo_merge(view_of, tool, values, call, past.entry, undo_context.describe_undone(past.entry))
    view = UndoContext(records, method, values, past.entry)
    if past.entry.deed is ChangeKind.DELETED:
        return _restore_deleted(view, past, values, call, tools)
    if past.stored.document.deleted:
        raise Conflict("The record has been deleted since. Undo that first.", argument=VERSION_FIELD.name)
    if past.entry.deed is ChangeKind.CHANGED:
        return _change_back(view, past, values, call, tools)
    return _undo_with_others(view, past, values, call, tools) or _delete_created(view, past, values, call, tools)


def _require_merged_in_time(records: Records, past: PastChange, call: Call) -> None:
    merged = records.load_including_deleted(*merge_undo.find_merged(past.entry))
    if merged is not None and merged.document.deleted:
        restore_check.require_in_time(merged.document, call.at)


def _undo_with_others(view: UndoContext, past: PastChange, values: Values, call: Call, tools: Tools) -> Done | None:
    """Undoes the making of a record that took the place of others, or took them over; None for any other one."""
    document = past.stored.document
    if document.family == THREAD.family and past.entry.method == thread_splits.SPLIT_METHOD:
        tool = _require_tool(call, document.family, "delete")
        return thread_splits.join_threads(view, tool, _tool_values(values, tool, {}), call, past.stored)
    replaced = _find_replaced(view, past)
    if replaced is None:
        return None
    code = {RECORD_CODE_FIELD.name: replaced.stored.document.code}
    return _restore_deleted(view, replaced, {**values, **code}, call, tools)


def _find_replaced(records: Records, past: PastChange) -> PastChange | None:
    """The deletion of media that others took the place of in the change to undo; None when it was no such change.

    To restore what was replaced takes off what was attached in its place (see rejoining).
    """
    if past.entry.deed is not ChangeKind.CREATED or past.stored.document.family != ATTACHMENT.family:
        return None
    for ref in map(RecordRef.parse, past.entry.other_refs):
        stored = records.load_including_deleted(*ref) if ref.family == ATTACHMENT.family else None
        if stored is not None and stored.document.deleted:
            row = records.db.get(records.table, change_journal.history_row_key(str(ref), stored.document.version))
            entry = change_journal.entry_from_row(row) if row else None
            if entry and past.stored.document.ref in entry.other_refs:
                return PastChange(entry, stored)
    return None


def _require_undo_access(call: Call, kind: str) -> None:
    """Raises ToolDisabled or PermissionDenied, before any record is looked at, unless an undo of this kind can be allowed.

    Profile and person must be allowed to read the family, the profile to write it, and the person to use at least one of the
    methods that carry an undo out.
    """
    family = HISTORY_FAMILIES[kind]
    history.require_readable(call, kind)
    if not call.writable(family):
        narrowing = call.left_out(family, Access.WRITE)
        raise ToolDisabled(f"{family}.{Access.WRITE}", argument=RECORD_KIND_FIELD.name, narrowing=narrowing)
    tools = [tool for tool in (find_undo_tool(kind, verb) for verb in ("update", "delete")) if tool]
    if tools and all(tool.right and not call.actor.has_right(tool.right, call.at) for tool in tools):
        raise PermissionDenied(tools[0].right, argument=RECORD_KIND_FIELD.name)


def _load_past(records: Records, call: Call, values: Values) -> PastChange:
    stored = history.open_history(records, call, values)
    if stored.document.purged:
        restore_check.require_in_time(stored.document, call.at)
    key = change_journal.history_row_key(stored.document.ref, values[VERSION_FIELD.name])
    row = records.db.get(records.table, key)
    entries = history.filter_visible_entries(records, call, [change_journal.entry_from_row(row)] if row else [])
    if not entries:
        raise NotFound(VERSION_FIELD.name, "change of this record")
    if not history.may_undo_change(call, values[RECORD_KIND_FIELD.name], entries[0].by):
        right = f"{HISTORY_FAMILIES[values[RECORD_KIND_FIELD.name]]}.all"
        raise PermissionDenied(right, f"Somebody else made this change; undoing it needs the right '{right}'.")
    return PastChange(entries[0], stored)


def _find_tool(kind: str, verb: str) -> Method:
    tool = find_undo_tool(kind, verb)
    if tool is None:
        raise Conflict(f"Changes of {kind.replace('_', ' ')} cannot be undone.", argument=RECORD_KIND_FIELD.name)
    return tool


def _require_tool(call: Call, kind: str, verb: str) -> Method:
    """The family's own method for the undo.

    Raises Conflict when the family has none, and PermissionDenied when the person may not use it.
    """
    tool = _find_tool(kind, verb)
    if tool.right and not call.actor.has_right(tool.right, call.at):
        raise PermissionDenied(tool.right, f"Undoing this means {tool.name}, which needs the right '{tool.right}'.")
    return tool


def _tool_values(values: Values, tool: Method, more: Mapping[str, Any]) -> Values:
    assert tool.record is not None  # tool_for finds methods of a record only
    rehearsal = {DRY_RUN.name: values[DRY_RUN.name]} if DRY_RUN.name in values else {}
    return {tool.record.code: values[RECORD_CODE_FIELD.name], **more, **rehearsal}


def _change_back(view: UndoContext, past: PastChange, values: Values, call: Call, tools: Tools) -> Done:
    undone = relation_undo.undo_relation(view, dict(past.current_values), values, call, tools)
    if undone is not None:
        return undone
    tool, entry = _require_tool(call, values[RECORD_KIND_FIELD.name], "update"), past.entry
    if not entry.after:
        text = "That change left every attribute as it was."
        return view.start_change(tool, values, call).no_change({}, past.stored.document.ref, text)
    own = {field.name for field in tool.all_arguments}
    stuck = [name for name in entry.after if name not in own]
    if own.isdisjoint(entry.after):
        raise undo_context.not_undoable_error(values[RECORD_KIND_FIELD.name], stuck)
    if moved := [name for name, value in entry.after.items() if past.current_values.get(name) != value]:
        raise undo_context.changed_since_error(moved)
    kept = {name: _as_given(view, past.stored, entry.before[name]) for name in entry.after if name in own}
    view.wanted_values = {**past.current_values, **entry.before}
    require_crossings(call, tool, kept)
    return tools[tool.name](view, tool, _tool_values(values, tool, kept), call)


def _as_given(records: Records, stored: RecordState, value: Any) -> Any:
    """The value as a caller would give it: a long text, which is stored in rows of its own, as text."""
    if not is_long_text(value):
        return value
    return long_texts.read_texts(records, [(stored.document.family, stored.document.code, value)])[0]


def _delete_created(view: UndoContext, past: PastChange, values: Values, call: Call, tools: Tools) -> Done:
    kind, entry = values[RECORD_KIND_FIELD.name], past.entry
    if entry.deed is ChangeKind.CREATED and own_creates.is_own_fresh_create(view, call, entry, past.stored):
        tool = _find_tool(kind, "delete")
    else:
        tool = _require_tool(call, kind, "delete")
    since = {n for n in {**past.current_values, **entry.after} if past.current_values.get(n) != entry.after.get(n)}
    if entry.deed is ChangeKind.CREATED and since:
        raise undo_context.changed_since_error(sorted(since))
    if entry.deed is ChangeKind.RESTORED and past.stored.document.version != entry.version:
        raise Conflict("The record has been changed since it was restored.", argument=VERSION_FIELD.name)
    view.deleted_with_it = own_creates.find_made_with(view, call, entry)
    return tools[tool.name](view, tool, _tool_values(values, tool, {}), call)


def _restore_deleted(view: UndoContext, past: PastChange, values: Values, call: Call, tools: Tools) -> Done:
    """Restores a deleted record; whoever may delete the record may do that."""
    stored, entry = past.stored, past.entry
    restore_check.require_not_merged(stored.document)
    if not stored.document.deleted or stored.document.version != entry.version:
        raise Conflict("The record is not deleted any more.", argument=VERSION_FIELD.name)
    restore_check.require_in_time(stored.document, call.at)
    tool = _require_tool(call, values[RECORD_KIND_FIELD.name], "delete")
    force = {field.name: True for field in tool.all_arguments if field.name == "Force"}
    rehearsed = {**_tool_values(values, tool, force), DRY_RUN.name: True}
    as_before = rejoining.list_states_before(view, stored)
    tools[tool.name](restore_check.RestorePreview(view, as_before), tool, rehearsed, replace(call, warnings=[]))
    change = view.start_change(tool, values, call)
    restore_check.check_restorable(view, change, stored.document)
    for ref, reason in restoring.add_restored(view, change, stored, entry).away.items():
        call.warn(WarningCode.NOT_SHOWN, VERSION_FIELD.name, f"{ref} did not come back: {reason}.")
    return change.commit({})
