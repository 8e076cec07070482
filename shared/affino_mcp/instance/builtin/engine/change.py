"""Builds one write: every operation, its history and its audit row, committed as one transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, LIVE, Effect, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import Entry
from affino_mcp.instance.builtin.engine.document import RECORD_SK, Document
from affino_mcp.instance.builtin.engine.idempotency import UsedKey, remember
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.conditions import holds
from affino_mcp.store.ops import (
    Check,
    Database,
    Item,
    Key,
    Put,
    TransactionFailed,
    Update,
    WriteOp,
    absent,
    all_of,
    equals,
    key_of,
)
from affino_mcp.tool_errors import Conflict

NOTHING_WRITTEN: Final = "Nothing was written: this shows what the call would do."
MOST_OPERATIONS: Final = 100
"""Maximum number of operations of one DynamoDB transaction."""


class Clash(Exception):
    """Another writer changed the same rows meanwhile. Nothing was written; the method can be run again."""


Refuse = Callable[[Item | None], Exception]


def _clash(_: Item | None) -> Exception:
    return Clash()


@dataclass(frozen=True)
class Step:
    """One operation, and `refuse`: it takes the current row and gives the error that a failed condition means."""

    op: WriteOp
    refuse: Refuse = _clash


@dataclass
class Change:
    """A write that is being prepared. Nothing is written before `commit`.

    `touched` lists the records that the write is about, `entries` their new history entries, `guards` the records that
    protect them; `named` maps each written document to its title for people. `taken` maps each code attribute to a new
    code. `grave` is True when the write needs the person's confirmation for another reason than its method: it
    publishes, or it is an undo that deletes.
    """

    db: Database
    table: str
    method: Method
    values: Values
    call: Call
    steps: list[Step] = field(default_factory=list)
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    guards: list[str] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    grave: bool = False
    audit_table: str = ""

    @property
    def rehearsed(self) -> bool:
        """True when the call is a dry run (DryRun), so that nothing is written."""
        return bool(self.values.get(DRY_RUN.name))

    def add(self, op: WriteOp, refuse: Refuse = _clash) -> None:
        """Adds one operation; `refuse` makes the error of a failed condition from the current row."""
        self.steps.append(Step(op, refuse))

    def count(self, key: Key, name: str, amount: int) -> None:
        """Adds `amount` to a counter of a row; several counts of one row become one operation."""
        self.counts.setdefault(key, Counter())[name] += amount

    def document(self, before: Document | None, after: Document, old: Values, new: Values) -> None:
        """Writes a document's next version and its history entry, unless another writer has changed the document.

        `old` and `new` are the values for the history: the document's own and those of its relations.
        """
        unchanged = equals("version", before.version) if before else absent()
        self.add(Put(self.table, after.item(), unchanged))
        self.entries.append(change_journal.entry(before, after, old, new))
        self.touched.append(after.ref)
        self.named[after.ref] = (before or after).titled(new=before is None)
        undone = self.method.undoes and after.deleted
        self.grave = self.grave or undone or (_is_live(after) and not (before and _is_live(before)))

    def unchanged(self, document: Document) -> None:
        """Makes the whole write fail with Clash when another writer changes this record before the commit."""
        self.add(Check(self.table, document.key, equals("version", document.version)))

    def must_exist(self, key: Key, refuse: Refuse) -> None:
        """Makes the whole write fail, with the error of `refuse`, unless the record of this key exists."""
        self.add(Check(self.table, key, equals("deleted", False)), refuse)

    def _journal(self) -> list[Step]:
        """The steps that write the history entry of each record, and one row in the person's list of changes."""
        name, written = self.method.name, {key_of(s.op) for s in self.steps if isinstance(s.op, Put)}
        others = [ref for ref in self.touched if Key(ref, RECORD_SK) in written]
        rows = [change_journal.history_row(entry, self.call, name, others, self.guards) for entry in self.entries]
        if self.entries and self.call.actor.user_code:
            rows.append(change_journal.person_row(self.call, name, self.entries))
        return [Step(Put(self.table, row)) for row in rows]

    def nothing(self, body: dict[str, Any], ref: str, text: str = "The record has these values already.") -> Done:
        """Answers a write that would change nothing: writes nothing, warns the caller, and returns the answer."""
        self.call.warn(WarningCode.NO_CHANGE, "", text)
        return Done(body, ref)

    def commit(self, body: dict[str, Any]) -> Done:
        """Writes everything in one transaction and returns the answer; a dry run checks the conditions only.

        Raises the error of the step whose condition failed, the call's refusal when a write that needs confirmation is
        not confirmed, and Conflict when the write needs more than 100 operations.
        """
        main = "" if self._is_rehearsed_create() else self._main()
        if self.rehearsed:
            self._rehearse()
            self.call.warn(WarningCode.DRY_RUN, DRY_RUN.name, NOTHING_WRITTEN)
            return Done({**without_codes(body, self.taken), DRY_RUN.name: True}, main)
        self._require_confirmation()
        changes = tuple(change_journal.changed(entry) for entry in self.entries)
        done = Done(body, main, tuple(self.touched), sealed=True, changes=changes)
        seal = self.call.seal(done, self.call.warnings)
        steps = [*self._remember(done), *self._distinct(), *self._counted(), *self._journal()]
        steps += [Step(Put(self.audit_table, dict(seal.item), absent()))] if seal else []
        if len(steps) > MOST_OPERATIONS:
            raise Conflict("This record has too many links and topics to be changed in one step. Remove some first.")
        self._transact(steps)
        return done

    def _require_confirmation(self) -> None:
        """Raises the call's refusal when a needed confirmation is missing.

        An error that forbids the write comes first.
        """
        if not (self.grave or self.method.is_grave):
            return
        refusal = self.call.unconfirmed(self._subject())
        if refusal is not None:
            self._rehearse()
            raise refusal

    def _subject(self) -> str:
        """The title, for people, of the record that the method is about."""
        kind = self.method.record.family if self.method.record else self.method.family
        own = [name for ref, name in self.named.items() if ref.startswith(f"{kind}#")]
        return next(iter([*own, *self.named.values()]), "")

    def _transact(self, steps: list[Step]) -> None:
        try:
            self.db.transact([step.op for step in steps], uuid.uuid4().hex)
        except TransactionFailed as failure:
            errors = [steps[place].refuse(item) for place, item in sorted(failure.failed.items())]
            raise _gravest(errors) from None
        for after in self.afterwards:
            after()

    def _rehearse(self) -> None:
        for step in self.steps:
            if step.op.condition is not None:
                item = self.db.get(step.op.table, key_of(step.op))
                if not holds(step.op.condition, item):
                    raise step.refuse(item)

    def _main(self) -> str:
        """Reference of the record that the method is about, among those that change with it."""
        own = [ref for ref in self.touched if ref.startswith(f"{self.method.family}#")]
        return next(iter([*own, *self.touched]), "")

    def _is_rehearsed_create(self) -> bool:
        return self.rehearsed and self.method.effect is Effect.CREATE

    def _remember(self, done: Done) -> list[Step]:
        if not self.values.get(IDEMPOTENCY_KEY.name):
            return []
        return [Step(remember(self.table, self.method, self.values, self.call, done), lambda _: UsedKey())]

    def _counted(self) -> list[Step]:
        return [Step(Update(self.table, key, add=dict(amounts))) for key, amounts in self.counts.items()]

    def _distinct(self) -> list[Step]:
        """The steps with at most one check for each row; a row that is written needs none."""
        written = {key_of(step.op) for step in self.steps if not isinstance(step.op, Check)}
        checks: dict[Key, Step] = {}
        for step in self.steps:
            key = key_of(step.op)
            if isinstance(step.op, Check) and key not in written:
                checks[key] = _joined(checks[key], step) if key in checks else step
        return [step for step in self.steps if not isinstance(step.op, Check)] + list(checks.values())


def _is_live(document: Document) -> bool:
    return bool(document.values.get(LIVE.name)) and not document.deleted


def _joined(first: Step, second: Step) -> Step:
    """Joins two checks of one row into one step, which raises the error of the check that fails."""
    assert isinstance(first.op, Check)  # only checks are joined
    assert isinstance(second.op, Check)
    own = first.op.condition

    def refuse(item: Item | None) -> Exception:
        return second.refuse(item) if holds(own, item) else first.refuse(item)

    return Step(replace(first.op, condition=all_of(own, second.op.condition)), refuse)


def without_codes(answer: Any, taken: Mapping[str, int]) -> Any:
    """Replaces the codes of records that do not exist yet (`taken`, by attribute) by None in a dry run's answer."""
    if isinstance(answer, list):
        return [without_codes(part, taken) for part in answer]
    if not isinstance(answer, dict):
        return answer
    return {n: None if n in taken and v == taken[n] else without_codes(v, taken) for n, v in answer.items()}


def _gravest(errors: list[Exception]) -> Exception:
    for kind in (UsedKey, Clash):
        if found := [error for error in errors if isinstance(error, kind)]:
            return found[0]
    return errors[0] if errors else Clash()
