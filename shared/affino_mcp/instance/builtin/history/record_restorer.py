"""Restores deleted records for operators, by their own right, whoever deleted them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RecordState, record_key
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import write_again_on_clash
from affino_mcp.instance.builtin.history import deleted_records, restore_check, restoring
from affino_mcp.instance.builtin.history.hanging import count_hanging
from affino_mcp.instance.builtin.history.rejoining import Rejoined
from affino_mcp.instance.port import Actor, CallLog, RecordRef
from affino_mcp.instance.record_restorer import (
    RESTORE_METHOD,
    DeletedPage,
    HistoryLine,
    RecordPresence,
    RecordView,
    RestorePlan,
)
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.tool_errors import Conflict, NotFound, ToolError

MAX_RESTORE_ATTEMPTS: Final = 8
"""How often a restore is tried again when others change the same rows at the same moment."""
MAX_HISTORY_LINES: Final = 20
_MAX_SEARCHED_CHANGES: Final = 100


class BuiltinRecordRestorer:
    """The restores of the builtin instance (see RecordRestorer)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def list_deleted(
        self, since: datetime, at: datetime, family: str | None = None, after: str = "", reader: Actor | None = None
    ) -> DeletedPage:
        """See RecordRestorer."""
        return deleted_records.list_page(self._records, since, at, family, after, reader)

    def show(self, ref: RecordRef, reader: Actor | None = None) -> RecordView:
        """See RecordRestorer."""
        document = self._load(ref).document
        is_open = deleted_records.find_open(self._records, [document], reader)[document.ref]
        shown = is_open and not document.purged
        values = {name: change_journal.history_value(value) for name, value in document.values.items()}
        lines = [_render_line(row) for row in self._read_history(ref, MAX_HISTORY_LINES)]
        presence = RecordPresence.DELETED if document.deleted else RecordPresence.PRESENT
        return RecordView(
            record=document.ref,
            kind=document.record.words,
            name=document.label if shown else None,
            presence=RecordPresence.PURGED if document.purged else presence,
            values=values if shown else None,
            history=lines,
        )

    def plan(self, ref: RecordRef, at: datetime, reader: Actor | None = None) -> RestorePlan:
        """See RecordRestorer."""
        stored = self._load_deleted(ref)
        (deletion,) = deleted_records.describe_deleted(self._records, [stored.document], reader)
        found = RestorePlan(deletion, stored.document.version)
        if late := restore_check.find_lateness(stored.document, at):
            return replace(found, hindrances=(late,))
        rejoined, hindrances = self._rehearse(stored, at)
        hanging = count_hanging(self._records, stored)
        return replace(found, hanging=hanging, back=rejoined.back, away=rejoined.away, hindrances=hindrances)

    def restore(self, ref: RecordRef, version: int, by: Actor, at: datetime, log: CallLog) -> None:
        """See RecordRestorer."""
        write_again_on_clash(lambda: self._restore_once(ref, version, by, at, log), MAX_RESTORE_ATTEMPTS)

    def find_version(self, ref: RecordRef, request_id: str) -> int | None:
        """See RecordRestorer."""
        rows = self._read_history(ref, _MAX_SEARCHED_CHANGES)
        return next((int(row["version"]) for row in rows if row["request_id"] == request_id), None)

    def _restore_once(self, ref: RecordRef, version: int, by: Actor, at: datetime, log: CallLog) -> None:
        stored = self._load_deleted(ref)
        if stored.document.version != version:
            raise Conflict("It was restored and deleted again meanwhile. Look again, then decide.", argument="Version")
        restore_check.require_in_time(stored.document, at)
        _, hindrances = self._rehearse(stored, at)
        if hindrances:
            raise Conflict(" ".join(hindrances), argument="Version")
        change, _ = self._prepare(stored, at, by, log)
        change.commit({})

    def _rehearse(self, stored: RecordState, at: datetime) -> tuple[Rejoined, Sequence[str]]:
        """What would come back with the record, and everything that prevents the restore."""
        if gone := restore_check.find_gone(self._records, stored.document):
            return Rejoined(), [restore_check.gone_error(argument).message for argument in gone]
        try:
            change, rejoined = self._prepare(stored, at)
        except ToolError as error:
            return Rejoined(), (error.message,)
        failing = (error.message for error in change.failing_conditions() if isinstance(error, ToolError))
        return rejoined, tuple(dict.fromkeys(failing))

    def _prepare(
        self, stored: RecordState, at: datetime, by: Actor | None = None, log: CallLog | None = None
    ) -> tuple[Change, Rejoined]:
        family = HISTORY_FAMILIES[stored.document.family]
        method = Method(RESTORE_METHOD, family, Effect.UPDATE, "", "", "", {})
        change = self._records.start_change(method, {}, make_operator_call(at, log, by))
        restore_check.require_targets(change, stored.document)
        return change, restoring.add_restored(self._records, change, stored, self._read_deletion(stored))

    def _load(self, ref: RecordRef) -> RecordState:
        found = self._records.load_including_deleted(*ref) if ref.family in HISTORY_FAMILIES else None
        if found is None:
            raise NotFound("record", "record")
        return found

    def _load_deleted(self, ref: RecordRef) -> RecordState:
        found = self._load(ref)
        if not found.document.deleted:
            which = f"{found.document.record.words.capitalize()} {found.document.code}"
            raise Conflict(f"{which} is there: it is not deleted, or has been restored already.", argument="record")
        return found

    def _read_deletion(self, stored: RecordState) -> HistoryEntry:
        key = change_journal.history_row_key(stored.document.ref, stored.document.version)
        row = self._records.db.get(self._records.table, key)
        if row is None:
            raise NotFound("record", "deletion of this record")
        return change_journal.entry_from_row(row)

    def _read_history(self, ref: RecordRef, most: int) -> Sequence[Item]:
        span = SortSpan(prefix=HISTORY_SK)
        query = Query(self._records.table, record_key(*ref).pk, span=span, forward=False, limit=most)
        return self._records.db.query(query).items


def _render_line(row: Item) -> HistoryLine:
    entry = change_journal.entry_from_row(row)
    by = str((entry.by or {}).get("Name") or "")
    return HistoryLine(entry.version, entry.at, by, entry.method, entry.deed.value, tuple(entry.after))
