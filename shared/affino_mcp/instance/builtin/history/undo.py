"""Undoes one change through the family's own methods, so that the same rules and the same log apply.

The record then holds its former values, attribute by attribute; otherwise nothing is written, and the refusal names
what prevents it: attributes that have changed since, and relations, which have tools of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.history import CODE, KIND, SWITCH, VERSION
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.instance.builtin.engine import change_journal, long_texts
from affino_mcp.instance.builtin.engine.change_journal import Deed, Entry
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Carry, Records
from affino_mcp.instance.builtin.history import history, restore_check, undo_context
from affino_mcp.instance.builtin.history.undo_context import Undoing, tool_for
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import Conflict, NotFound, PermissionDenied

Tools = Mapping[str, Carry]
"""The functions that carry the tools out, by the tools' names."""


@dataclass(frozen=True)
class Past:
    """The change to undo, and the record's current state."""

    entry: Entry
    stored: Stored

    @property
    def current(self) -> Mapping[str, Any]:
        """The record's current values."""
        return self.stored.values()


def undo_change(records: Records, method: Method, values: Values, call: Call, tools: Tools) -> Done:
    """Undoes one change. `tools` carry out the other methods. Raises Conflict naming what prevents the undo."""
    history.must_open(call, values[KIND.name], Access.WRITE)
    past = _past(records, call, values)
    view = Undoing(records, method, values, past.entry)
    if past.entry.deed is Deed.DELETED:
        return _restored(view, past, values, call, tools)
    if past.stored.document.deleted:
        raise Conflict("The record has been deleted since. Undo that first.", argument=VERSION.name)
    back = _changed_back if past.entry.deed is Deed.CHANGED else _deleted
    return back(view, past, values, call, tools)


def _past(records: Records, call: Call, values: Values) -> Past:
    stored = history.opened(records, call, values)
    key = change_journal.history_key(stored.document.ref, values[VERSION.name])
    row = records.db.get(records.table, key)
    entries = history.visible(records, call, [change_journal.from_row(row)] if row else [])
    if not entries:
        raise NotFound(VERSION.name, "change of this record")
    if not history.is_mine_to_undo(call, values[KIND.name], entries[0].by):
        right = f"{SWITCH[values[KIND.name]]}.all"
        raise PermissionDenied(right, f"Somebody else made this change; undoing it needs the right '{right}'.")
    return Past(entries[0], stored)


def _tool(call: Call, kind: str, verb: str) -> Method:
    """The family's own method for the undo.

    Raises Conflict when the family has none, and PermissionDenied when the person may not use it.
    """
    tool = tool_for(kind, verb)
    if tool is None:
        raise Conflict(f"Changes of {kind.replace('_', ' ')} cannot be undone.", argument=KIND.name)
    if tool.right and not call.actor.has(tool.right, call.at):
        raise PermissionDenied(tool.right, f"Undoing this means {tool.name}, which needs the right '{tool.right}'.")
    return tool


def _given(values: Values, tool: Method, more: Mapping[str, Any]) -> Values:
    assert tool.record is not None  # tool_for finds methods of a record only
    rehearsal = {DRY_RUN.name: values[DRY_RUN.name]} if DRY_RUN.name in values else {}
    return {tool.record.code: values[CODE.name], **more, **rehearsal}


def _changed_back(view: Undoing, past: Past, values: Values, call: Call, tools: Tools) -> Done:
    tool, entry = _tool(call, values[KIND.name], "update"), past.entry
    if not entry.after:
        text = "That change left every attribute as it was."
        return view.change(tool, values, call).nothing({}, past.stored.document.ref, text)
    own = {field.name for field in tool.takes}
    if stuck := [name for name in entry.after if name not in own]:
        raise undo_context.stuck(values[KIND.name], stuck)
    if moved := [name for name, value in entry.after.items() if past.current.get(name) != value]:
        raise undo_context.moved(moved)
    kept = {name: _text(view, past.stored, entry.before[name]) for name in entry.after}
    view.wanted = {**past.current, **entry.before}
    return tools[tool.name](view, tool, _given(values, tool, kept), call)


def _text(records: Records, stored: Stored, value: Any) -> Any:
    """The value as a caller would give it: a long text, which is stored in rows of its own, as text."""
    if not change_journal.is_long(value):
        return value
    return long_texts.read(records, [(stored.document.family, stored.document.code, value)])[0]


def _deleted(view: Undoing, past: Past, values: Values, call: Call, tools: Tools) -> Done:
    tool, entry = _tool(call, values[KIND.name], "delete"), past.entry
    since = {n for n in {**past.current, **entry.after} if past.current.get(n) != entry.after.get(n)}
    if entry.deed is Deed.CREATED and since:
        raise undo_context.moved(sorted(since))
    if entry.deed is Deed.RESTORED and past.stored.document.version != entry.version:
        raise Conflict("The record has been changed since it was restored.", argument=VERSION.name)
    return tools[tool.name](view, tool, _given(values, tool, {}), call)


def _restored(view: Undoing, past: Past, values: Values, call: Call, tools: Tools) -> Done:
    """Restores a deleted record; whoever may delete the record may do that."""
    stored, entry = past.stored, past.entry
    if not stored.document.deleted or stored.document.version != entry.version:
        raise Conflict("The record is not deleted any more.", argument=VERSION.name)
    if entry.others:
        raise undo_context.together(values[KIND.name], entry)
    tool = _tool(call, values[KIND.name], "delete")
    force = {field.name: True for field in tool.takes if field.name == "Force"}
    rehearsed = {**_given(values, tool, force), DRY_RUN.name: True}
    as_before = replace(stored, document=replace(stored.document, deleted=False))
    tools[tool.name](restore_check.Present(view, as_before), tool, rehearsed, replace(call, warnings=[]))
    change = view.change(tool, values, call)
    restore_check.check(view, change, as_before.document)
    after = replace(stored, document=replace(stored.document.changed(call, entry.before), deleted=False))
    view.save(change, stored, after)
    return change.commit({})
