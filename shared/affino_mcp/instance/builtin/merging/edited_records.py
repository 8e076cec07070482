"""The records that one merge, or its undo, changes: each is written once, with all that changes in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from affino_mcp.catalogue.families.shared import MOVED_SCOPE
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.change import MAX_TRANSACTION_OPERATIONS, Change
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import join_writes, merge_checks
from affino_mcp.instance.port import RecordRef
from affino_mcp.value_class import work_class

_ROWS_OF_A_CHANGE: Final = 3
"""The rows that every change may have besides: in the person's list of changes, in the API Log, under its key."""
ROOM: Final = MAX_TRANSACTION_OPERATIONS - _ROWS_OF_A_CHANGE
"""So many operations one change holds of its own."""


@work_class
class RecordEdit:
    """What changes in one record: values, system attributes, relations (None removes one), and what history notes besides."""

    before: RecordState
    values: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    relations: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    noted: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    deleted: bool = False

    def relation(self, ref: str) -> Mapping[str, Any] | None:
        """The relation to a record as it will be; None without one."""
        return self.relations[ref] if ref in self.relations else self.before.relations.get(ref)

    @property
    def changes_nothing(self) -> bool:
        """True for a record that stays as it is."""
        return not (self.values or self.system or self.relations or self.noted or self.deleted)

    def move_to(self, place: RecordRef) -> None:
        """Makes a task or a note one about another record."""
        self.system[MOVED_SCOPE.name] = place._asdict()

    def save(self, records: Records, change: Change) -> None:
        """Adds the record's new state to the change."""
        document = self.before.document.next_version(change.call, self.values, **self.system)
        after = replace(self.before, document=replace(document, deleted=self.deleted))
        for ref, link in self.relations.items():
            after = after.with_relation(ref, link)
        moved = subject_record.noted_move(self.before.document, document)
        records.save_record(change, self.before, after, **self.noted, **moved)


@work_class
class EditedRecords:
    """The edits of one change by the record, in the order in which they are written."""

    records: Records
    change: Change
    edits: dict[RecordRef, RecordEdit] = field(default_factory=dict)

    def edit(self, stored: RecordState) -> RecordEdit:
        """The edit of a record: the one that has begun, or a new one."""
        return self.edits.setdefault(stored.document.place, RecordEdit(stored))

    def load(self, place: RecordRef) -> RecordEdit | None:
        """The edit of a record that is there; None when it is not."""
        if place in self.edits:
            return self.edits[place]
        stored = self.records.load_record(*place)
        return self.edit(stored) if stored else None

    def count_rows(self, edit: RecordEdit) -> tuple[int, int]:
        """How many writes a record takes, and how many those of its new words are."""
        alone = self.records.start_change(self.change.method, self.change.values, self.change.call)
        edit.save(self.records, alone)
        return len(alone.steps) + len(alone.entries), len(alone.new_words)

    def save(self) -> None:
        """Adds every record to the change, and joins writes of one row."""
        for edit in self.edits.values():
            edit.save(self.records, self.change)
        self.change.steps = join_writes(self.change.steps)

    def count_needed(self) -> int:
        """How many operations the saved change takes."""
        return len(merge_checks(self.change.steps)) + len(self.change.counts) + len(self.change.entries)
