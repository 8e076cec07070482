"""Builds one write: every operation, its history and its audit row, committed as one transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, LIVE_FIELD, Effect, Method
from affino_mcp.catalogue.warning import NOTHING_WRITTEN, WarningCode
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import RECORD_SK, Document
from affino_mcp.instance.builtin.engine.dry_run import remove_new_codes
from affino_mcp.instance.builtin.engine.idempotency import KeyAlreadyUsed, remember_answer, remember_begun
from affino_mcp.instance.builtin.engine.late_words import NewWord, write_late_words
from affino_mcp.instance.builtin.engine.share_work import is_first_share
from affino_mcp.instance.builtin.engine.text_parts import without_long_texts
from affino_mcp.instance.builtin.engine.write_step import (
    ErrorFactory,
    WriteStep,
    add_counts,
    concurrent_write,
    first_error,
    merge_checks,
)
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.faults import CollectionFull, StoreUnavailable, TransactionFailed, Unanswered
from affino_mcp.store.ops import Check, Database, Item, Key, Put, WriteOp, absent, equals, write_key
from affino_mcp.tool_errors import Conflict, StorageFull, ToolError
from affino_mcp.value_class import work_class

_TOO_MANY_LINKS: Final = "This record has too many links and topics to be changed in one step. Remove some first."
CHANGED: Final = "Changed"
"""What the answer of an update says besides the record: the names of the attributes that it changed."""
MAX_TRANSACTION_OPERATIONS: Final = 100
"""Maximum number of operations of one DynamoDB transaction."""


@work_class
class Change:
    """A write that is being prepared. Nothing is written before `commit`.

    `changed_refs` lists the records that the write is about, `entries` their new history entries, `guard_refs` the records that
    protect them; `labels` maps each written document to its title for people. `new_codes` maps each code attribute to the new
    codes. `needs_confirmation` is True when the write needs the person's confirmation for another reason than its method: it
    publishes, or it is an undo that deletes. `remembers_answer` is False for every part but the last of a change that is made in
    several transactions: their answers are not stored under the idempotency key, where the first part notes that the change is
    begun. Nor are those of a method that returns secrets. `share` names such a part. `too_large` is the refusal of a write that
    one transaction cannot hold, if not the usual one. `new_words` are the words that records get: what the transaction has no
    room for follows it.
    """

    db: Database
    table: str
    method: Method
    values: Values
    call: Call
    steps: list[WriteStep] = field(default_factory=list)
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    changed_refs: list[str] = field(default_factory=list)
    entries: list[HistoryEntry] = field(default_factory=list)
    guard_refs: list[str] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    new_codes: dict[str, range] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    needs_confirmation: bool = False
    audit_table: str = ""
    remembers_answer: bool = True
    share: str = ""
    too_large: ToolError | None = None
    new_words: list[NewWord] = field(default_factory=list)

    @property
    def is_dry_run(self) -> bool:
        """True when the call is a dry run (DryRun), so that nothing is written."""
        return bool(self.values.get(DRY_RUN.name))

    def add_operation(self, op: WriteOp, refuse: ErrorFactory = concurrent_write) -> None:
        """Adds one operation; `refuse` makes the error of a failed condition from the current row."""
        self.steps.append(WriteStep(op, refuse))

    def add_count(self, key: Key, name: str, amount: int) -> None:
        """Adds `amount` to a counter of a row; several counts of one row become one operation."""
        self.counts.setdefault(key, Counter())[name] += amount

    def write_document(self, before: Document | None, after: Document, old: Values, new: Values) -> None:
        """Writes a document's next version and its history entry, unless another writer has changed the document.

        `old` and `new` are the values for the history: the document's own and those of its relations.
        """
        unchanged = equals("version", before.version) if before else absent()
        self.add_operation(Put(self.table, after.to_row(), unchanged))
        self.entries.append(change_journal.make_history_entry(before, after, old, new))
        self.changed_refs.append(after.ref)
        self.labels[after.ref] = (before or after).title(new=before is None)
        undone = self.method.undoes and after.deleted
        self.needs_confirmation = (
            self.needs_confirmation or undone or (_is_live(after) and not (before and _is_live(before)))
        )

    def require_version(self, document: Document) -> None:
        """Makes the whole write fail with ConcurrentWrite when another writer changes this record before the commit."""
        self.add_operation(Check(self.table, document.key, equals("version", document.version)))

    def require_existing(self, key: Key, refuse: ErrorFactory) -> None:
        """Makes the whole write fail, with the error of `refuse`, unless the record of this key exists."""
        self.add_operation(Check(self.table, key, equals("deleted", False)), refuse)

    def _journal_steps(self) -> list[WriteStep]:
        """The steps that write the history entry of each record, and one row in the person's list of changes."""
        name, written = self.method.name, {write_key(s.op) for s in self.steps if isinstance(s.op, Put)}
        others = [ref for ref in self.changed_refs if Key(ref, RECORD_SK) in written]
        rows = [
            change_journal.make_history_row(entry, self.call, name, others, self.guard_refs) for entry in self.entries
        ]
        if self.entries and self.call.actor.user_code:
            row = change_journal.make_person_row(self.call, name, self.entries, self.share)
            rows.append(row | self.person_row_marks())
        return [WriteStep(Put(self.table, row)) for row in rows]

    def person_row_marks(self) -> Item:
        """What the person's list of changes says of this write besides its records."""
        return {}

    def no_change(self, body: dict[str, Any], ref: str, text: str = "The record has these values already.") -> Done:
        """Answers a write that would change nothing: writes nothing, warns the caller, and returns the answer."""
        self.call.warn(WarningCode.NO_CHANGE, "", text)
        return Done(without_long_texts(body), ref)

    def commit(self, body: dict[str, Any]) -> Done:
        """Writes everything in one transaction and returns the answer; a dry run checks the conditions only.

        Raises the error of the step whose condition failed, the call's refusal when a write that needs confirmation is
        not confirmed, Conflict when the write needs more than 100 operations, StorageFull, StoreUnavailable when nothing was
        written, and OutcomeNotKnown when the write was sent and its outcome cannot be found out.
        """
        body = without_long_texts(body) | self._changed_attributes()
        main = "" if self._is_dry_run_create() else self._main_ref()
        if self.is_dry_run:
            self._check_conditions()
            self.call.warn(WarningCode.DRY_RUN, DRY_RUN.name, NOTHING_WRITTEN)
            return Done({**remove_new_codes(body, self.new_codes), DRY_RUN.name: True}, main)
        self._require_confirmation()
        changes = tuple(change_journal.to_record_change(entry) for entry in self.entries)
        done = Done(body, main, tuple(self.changed_refs), sealed=True, changes=changes)
        seal = self.call.log.seal(done, self.call.warnings, self.share)
        steps = [
            *self._idempotency_steps(done),
            *add_counts(merge_checks(self.steps), self.table, self.counts),
            *self._journal_steps(),
        ]
        steps += [WriteStep(Put(self.audit_table, dict(seal.item), absent()))] if seal else []
        if len(steps) > MAX_TRANSACTION_OPERATIONS:
            raise self.too_large or Conflict(_TOO_MANY_LINKS)
        room = MAX_TRANSACTION_OPERATIONS - len(steps)
        self._transact([*steps, *(WriteStep(word.put) for word in self.new_words[:room])])
        write_late_words(self.db, self.table, self.new_words[room:])
        return done

    def _require_confirmation(self) -> None:
        """Raises the call's refusal when a needed confirmation is missing.

        An error that forbids the write comes first.
        """
        if not (self.needs_confirmation or self.method.always_needs_confirmation):
            return
        refusal = self.call.confirmation_refusal(self._subject_title())
        if refusal is not None:
            self._check_conditions()
            raise refusal

    def _subject_title(self) -> str:
        """The title, for people, of the record that the method is about."""
        kind = self.method.record.family if self.method.record else self.method.family
        own = [name for ref, name in self.labels.items() if ref.startswith(f"{kind}#")]
        return next(iter([*own, *self.labels.values()]), "")

    def _transact(self, steps: list[WriteStep]) -> None:
        try:
            self.db.transact([step.op for step in steps], uuid.uuid4().hex)
        except TransactionFailed as failure:
            errors = [steps[place].refuse(item) for place, item in sorted(failure.failed.items())]
            raise first_error(errors) from None
        except CollectionFull as error:
            raise StorageFull from error
        except Unanswered as error:
            if not self.call.log.settle():
                raise StoreUnavailable from error
        self.call.log.note_written()
        for after in self.after_commit:
            after()

    def failing_conditions(self) -> Iterator[Exception]:
        """The errors of the conditions that do not hold now, each read anew."""
        for step in self.steps:
            if step.op.condition is not None:
                item = self.db.get(step.op.table, write_key(step.op))
                if not condition_holds(step.op.condition, item):
                    yield step.refuse(item)

    def _check_conditions(self) -> None:
        for error in self.failing_conditions():
            raise error

    def _main_ref(self) -> str:
        """Reference of the record that the method is about, among those that change with it."""
        own = [ref for ref in self.changed_refs if ref.startswith(f"{self.method.family}#")]
        return next(iter([*own, *self.changed_refs]), "")

    def _changed_attributes(self) -> dict[str, list[str]]:
        """What an update says that it changed: the attributes of the method's record."""
        record = self.method.record
        if self.method.effect is not Effect.UPDATE or record is None:
            return {}
        names = {name for entry in self.entries if entry.ref.startswith(f"{record.family}#") for name in entry.after}
        return {CHANGED: [f.attribute for f in record.attributes if f.name in names]}

    def _is_dry_run_create(self) -> bool:
        return self.is_dry_run and self.method.effect is Effect.CREATE

    def _idempotency_steps(self, done: Done) -> list[WriteStep]:
        key = self.values.get(IDEMPOTENCY_KEY.name) or self.call.repeat_key
        if not key or self.method.secret_returns:
            return []
        given = self.table, self.method, {**self.values, IDEMPOTENCY_KEY.name: key}, self.call
        if self.remembers_answer:
            return [WriteStep(remember_answer(*given, done), lambda _: KeyAlreadyUsed())]
        if is_first_share(self.share):
            return [WriteStep(remember_begun(*given), lambda _: KeyAlreadyUsed())]
        return []


def _is_live(document: Document) -> bool:
    return bool(document.values.get(LIVE_FIELD.name)) and not document.deleted
