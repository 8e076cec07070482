"""Changes: everything that one write touches, carried out as one transaction (design section 5)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, IDEMPOTENCY_KEY, LIVE, Effect, Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import Conflict
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

NOTHING_WRITTEN: Final = "Nothing was written: this shows what the call would do."
MOST_OPERATIONS: Final = 100
"""DynamoDB's limit for one transaction."""


class Clash(Exception):
    """Somebody else changed the same rows in between: nothing was written, the method can be run again."""


Refuse = Callable[[Item | None], Exception]


def _clash(_: Item | None) -> Exception:
    return Clash()


@dataclass(frozen=True)
class Step:
    """One operation, and the error that it means when its condition fails (it gets the row as it stands)."""

    op: WriteOp
    refuse: Refuse = _clash


@dataclass
class Change:
    """A write in the making. Nothing is written before `commit`.

    `touched` are the records that it is about, `entries` what their histories will say, `guards` what protects them,
    `named` the documents that it writes, for people, as they stand. `grave`: whatever its method, it publishes, or its undo
    deletes.
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

    @property
    def rehearsed(self) -> bool:
        """Whether nothing shall be written (DryRun)."""
        return bool(self.values.get(DRY_RUN.name))

    def add(self, op: WriteOp, refuse: Refuse = _clash) -> None:
        """Take one operation into the transaction."""
        self.steps.append(Step(op, refuse))

    def count(self, key: Key, name: str, amount: int) -> None:
        """Count something up or down; several counts of one row become one operation."""
        self.counts.setdefault(key, Counter())[name] += amount

    def document(self, before: Document | None, after: Document, old: Values, new: Values) -> None:
        """Write a document's new version, on condition that nobody else has, with its entry in the history.

        `old` and `new` are the values to compare in the history: the document's own, and those of its relations.
        """
        unchanged = equals("version", before.version) if before else absent()
        self.add(Put(self.table, after.item(), unchanged))
        self.entries.append(change_journal.entry(before, after, old, new))
        self.touched.append(after.ref)
        self.named[after.ref] = (before or after).titled(new=before is None)
        undone = self.method.undoes and after.deleted
        self.grave = self.grave or undone or (_is_live(after) and not (before and _is_live(before)))

    def unchanged(self, document: Document) -> None:
        """Fail the whole write, to be run again, when somebody changes this record meanwhile."""
        self.add(Check(self.table, document.key, equals("version", document.version)))

    def must_exist(self, key: Key, refuse: Refuse) -> None:
        """Fail the whole write unless the record of this key exists and is not deleted."""
        self.add(Check(self.table, key, equals("deleted", False)), refuse)

    def _journal(self) -> list[Step]:
        """What the write leaves of itself: an entry in each record's history, and one row of the person's changes."""
        name, written = self.method.name, {key_of(s.op) for s in self.steps if isinstance(s.op, Put)}
        others = [ref for ref in self.touched if Key(ref, RECORD_SK) in written]
        rows = [change_journal.history_row(entry, self.call, name, others, self.guards) for entry in self.entries]
        if self.entries and self.call.actor.user_code:
            rows.append(change_journal.person_row(self.call, name, self.entries))
        return [Step(Put(self.table, row)) for row in rows]

    def nothing(self, body: dict[str, Any], ref: str, text: str = "The record has these values already.") -> Done:
        """The answer of a write that would change nothing: nothing is written, and the caller is told."""
        self.call.warn(WarningCode.NO_CHANGE, "", text)
        return Done(body, ref)

    def commit(self, body: dict[str, Any]) -> Done:
        """Write everything at once and answer; with DryRun only check. Raises what a failed step means."""
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
        steps += [Step(seal)] if seal else []
        if len(steps) > MOST_OPERATIONS:
            raise Conflict("This record has too many links and topics to be changed in one step. Remove some first.")
        self._transact(steps)
        return done

    def _require_confirmation(self) -> None:
        """Raises the call's refusal of a grave write that is not confirmed; what else forbids the write comes first."""
        if not (self.grave or self.method.is_grave):
            return
        refusal = self.call.unconfirmed(self._subject())
        if refusal is not None:
            self._rehearse()
            raise refusal

    def _subject(self) -> str:
        """The record that the method is about, as people call it."""
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
        """The record that the method is about, among those that change with it."""
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
        """The steps with one check for each row at most: none for a row that is written, since that has its own condition."""
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
    """Two checks of one row as one, which refuses as the one that fails."""
    assert isinstance(first.op, Check)  # only checks are joined
    assert isinstance(second.op, Check)
    own = first.op.condition

    def refuse(item: Item | None) -> Exception:
        return second.refuse(item) if holds(own, item) else first.refuse(item)

    return Step(replace(first.op, condition=all_of(own, second.op.condition)), refuse)


def without_codes(answer: Any, taken: Mapping[str, int]) -> Any:
    """A rehearsal's answer without the codes of what does not exist yet; `taken` has them by attribute."""
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
