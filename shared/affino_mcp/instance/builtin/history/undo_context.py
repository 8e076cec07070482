"""The records and the change that a family's function works with while one of its changes is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.families.history import RECORD_CODE_FIELD, RECORD_KIND_FIELD, VERSION_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.change_journal import ChangeKind, HistoryEntry
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, Done, RecordRef, linked_family
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import work_class

_HOW_UNDONE: Final = {
    ChangeKind.CREATED: "deleted",
    ChangeKind.RESTORED: "deleted",
    ChangeKind.CHANGED: "changed back",
    ChangeKind.DELETED: "restored",
}
UNDONE_MARK: Final = "undone"
"""What a row of a person's changes holds under this name: the change that it undid."""
_EFFECTS: Final = {"update": (Effect.UPDATE,), "delete": (Effect.DELETE, Effect.REMOVE)}


def find_undo_tool(kind: str, verb: str) -> Method | None:
    """Finds the method that an undo calls to update or delete (`verb`) a record of this kind; None when none is declared."""
    declared = (method for method in METHODS.values() if method.carries_undo and method.effect in _EFFECTS[verb])
    return next((method for method in declared if method.record and method.record.family == kind), None)


def list_other_tools(kind: str, names: Sequence[str]) -> list[str]:
    """The tools to use for attributes that undo does not change."""
    known = RECORDS[kind].undo_with
    fitting = [known.get(name.partition("#")[0], known.get("", ())) for name in names]
    return list(dict.fromkeys(tool for tools in fitting for tool in tools))


def not_undoable_error(kind: str, names: Sequence[str]) -> Conflict:
    """The refusal to undo attributes that have tools of their own."""
    tools = list_other_tools(kind, names)
    text = f"{', '.join(names)}: this is not undone here, because it concerns other records too."
    text += f" Use {' or '.join(tools)}." if tools else ""
    return Conflict(text, argument=VERSION_FIELD.name, Attributes=list(names), tools=tools or None)


def changed_since_error(names: Sequence[str]) -> Conflict:
    """The refusal to undo attributes that have changed since."""
    text = f"Changed again since: {', '.join(names)}. Look at the record, then decide what it shall say."
    return Conflict(text, argument=VERSION_FIELD.name, Attributes=list(names))


def changed_together_error(kind: str, entry: HistoryEntry) -> Conflict:
    """The refusal to restore a record that was deleted together with changes of other records."""
    tools = list_other_tools(kind, [""])
    text = "It was deleted together with changes in other records, so it cannot come back alone."
    text += f" Use {' or '.join(tools)}." if tools else ""
    return Conflict(text, argument=VERSION_FIELD.name, tools=tools or None)


def describe_undone(entry: HistoryEntry) -> dict[str, Any]:
    """What was undone, as an attribute of the answer."""
    family, code = RecordRef.parse(entry.ref)
    which = {RECORD_KIND_FIELD.name: family, RECORD_CODE_FIELD.name: code, VERSION_FIELD.name: entry.version}
    return {"Undone": which | {"How": _HOW_UNDONE[entry.deed]}}


@work_class
class UndoChange(Change):
    """A change that undoes an earlier one: it is committed only when it gives the record its former values."""

    entry: HistoryEntry = field(default_factory=lambda: HistoryEntry("", 0, ChangeKind.CHANGED, {}, {}))
    wanted_values: Mapping[str, Any] | None = None
    add_others: Callable[[Change], None] = lambda _: None

    def write_document(self, before: Document | None, after: Document, old: Values, new: Values) -> None:
        """Writes a document's next version (see Change).

        Raises Conflict when the record would differ from its former values.
        """
        if after.ref == self.entry.ref and self.wanted_values is not None:
            wrong = [n for n in {**self.wanted_values, **new} if new.get(n) != self.wanted_values.get(n)]
            if wrong:
                raise not_undoable_error(after.family, wrong)
        super().write_document(before, after, old, new)

    def commit(self, body: dict[str, Any]) -> Done:
        """Commits (see Change) with the other records that go too, and adds to the answer what was undone."""
        self.add_others(self)
        return super().commit(describe_undone(self.entry) | body)

    def person_row_marks(self) -> Item:
        """What was undone, so that it is not undone again."""
        return {UNDONE_MARK: {"ref": self.entry.ref, "version": self.entry.version}}

    def no_change(self, body: dict[str, Any], ref: str, text: str = "The record is so already.") -> Done:
        """Answers an undo that would change nothing (see Change)."""
        return super().no_change(describe_undone(self.entry) | body, ref, text)


class UndoContext(Records):
    """Records whose every change is part of one undo.

    `wanted_values` holds the values that the record must have after the undo; None when they are not fixed.
    `deleted_with_it` are the records that were made with the one that the undo deletes.
    """

    def __init__(self, records: Records, method: Method, values: Values, entry: HistoryEntry) -> None:
        tables = (records.table, records.words_table)
        super().__init__(records.db, *tables, records.facets, records.files, records.audit_table, records.codes)
        self._method, self._values, self.entry = method, values, entry
        self.wanted_values: Mapping[str, Any] | None = None
        self.deleted_with_it: Sequence[RecordState] = ()

    def with_former_relations(self, after: RecordState) -> RecordState:
        """The state with the relations that the undone change made, changed or removed as they were before it."""
        if after.document.ref != self.entry.ref:
            return after
        for name in self.entry.after:
            if linked_family(name):
                after = after.with_relation(name, self.entry.before.get(name))
        return after

    def start_change(self, method: Method, values: Values, call: Call) -> Change:  # noqa: ARG002 (the undo's own instead)
        """Starts the undo's own change (see Records).

        History, idempotency key and log name the undo, whatever method carries it out.
        """
        change = UndoChange(self.db, self.table, self._method, self._values, call, audit_table=self.audit_table)
        change.entry, change.wanted_values = self.entry, self.wanted_values
        change.add_others = self._delete_with_it
        return change

    def _delete_with_it(self, change: Change) -> None:
        for stored in self.deleted_with_it:
            self.save_record(change, stored, stored.deleted_by(change.call))
