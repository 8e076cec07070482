"""The structure that is kept as records: sections, forums, categories, types and securities (see StructureKeeper)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.families.lists import CHANNEL
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, MODERATORS_FIELD, Removal, StructureKind
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import RecordState, actor_stamp, new_document, record_key
from affino_mcp.instance.builtin.engine.list_rows import StoredList, list_key, read_list
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import write_again_on_clash
from affino_mcp.instance.builtin.structure import consequences, uses
from affino_mcp.instance.builtin.structure.entry_values import (
    PEOPLE_FAMILY,
    check_given,
    complete_new,
    derive_values,
    show_values,
)
from affino_mcp.instance.builtin.website import operator_records
from affino_mcp.instance.port import CallLog, OutcomeNotKnown, RecordRef
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import Conflict, NotFound

WARN_BEFORE_LIMIT: Final = 10
"""How many entries before the limit of a kind the operator is told of it."""


class RecordKeeper:
    """A StructureKeeper of records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def list_items(self, kind: str) -> Sequence[StructureItem]:
        """See StructureKeeper: one query and one batch read; a kind with moderators needs a read for each entry."""
        known = KINDS_BY_FAMILY[kind]
        found = [RecordState(each) for each in operator_records.list_operator_records(self._records, kind)]
        if known.added:
            found = [self._load(known, stored.document.code) for stored in found]
        channels = self._channels(known)
        return [_make_item(known, stored, channels) for stored in found]

    def plan_save(self, kind: str, code: int | None, values: Mapping[str, Any]) -> StructurePlan:
        """See StructureKeeper."""
        known = KINDS_BY_FAMILY[kind]
        stored = None if code is None else self._load(known, code)
        before, after = _derive_sides(known, stored, values, self._channels(known))
        self._require_free_name(known, stored, after)
        differ = [name for name in after if after.get(name) != before.get(name)]
        sides = {name: before.get(name) for name in differ}, {name: after[name] for name in differ}
        if stored is None:
            return StructurePlan({}, after, notes=[*consequences.list_access(after), *self._warn_of_limit(known)])
        used = uses.describe_uses(self._records, kind, stored.document.code) if differ else ""
        return StructurePlan(*sides, consequences.list_consequences(known, *sides, used))

    def save(self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog) -> StructureItem:
        """See StructureKeeper."""
        known = KINDS_BY_FAMILY[kind]
        self.plan_save(kind, code, values)

        def write() -> StructureItem:
            stored = None if code is None else self._load(known, code)
            channels = self._channels(known)  # read before the write: nothing may fail after it
            before, after = _derive_sides(known, stored, values, channels)
            if stored is not None and before == {**before, **after}:
                return _make_item(known, stored, channels)
            change = self._start_change(known, "change" if stored else "create", at, log)
            return _make_item(known, self._write(change, known, stored, after), channels)

        return write_again_on_clash(write, operator_records.MAX_WRITE_ATTEMPTS)

    def plan_remove(self, kind: str, code: int) -> StructurePlan:
        """See StructureKeeper."""
        known = KINDS_BY_FAMILY[kind]
        before = show_values(known, self._load(known, code), self._channels(known))
        used = uses.describe_uses(self._records, kind, code)
        if used and known.removal is Removal.REFUSED_IN_USE:
            raise _in_use_error(known, used)
        told = [f"It is on {used}, which lose it."] if used else ["Nothing uses it."]
        return StructurePlan(before, {}, told)

    def remove(self, kind: str, code: int, at: datetime, log: CallLog) -> None:
        """See StructureKeeper. What came into it at the same moment brings it back, and the removal is refused."""
        known = KINDS_BY_FAMILY[kind]
        self.plan_remove(kind, code)

        def write() -> RecordState:
            stored = self._load(known, code)
            change = self._start_change(known, "remove", at, log)
            after = stored.deleted_by(change.call)
            self._records.save_record(change, stored, after)
            change.commit({})
            return after

        removed = write_again_on_clash(write, operator_records.MAX_WRITE_ATTEMPTS)
        if known.removal is Removal.REFUSED_IN_USE:
            try:
                self._put_back_if_used(known, removed, at, log)
            except StoreUnavailable as error:
                raise OutcomeNotKnown from error

    def _put_back_if_used(self, kind: StructureKind, removed: RecordState, at: datetime, log: CallLog) -> None:
        """Brings back an entry that records came into while it was removed, and raises Conflict then."""
        used = uses.describe_uses(self._records, kind.family, removed.document.code)
        if used:
            change = self._start_change(kind, "remove", at, log)
            back = replace(removed, document=replace(removed.document.next_version(change.call, {}), deleted=False))
            self._records.save_record(change, removed, back)
            change.commit({})
            raise _in_use_error(kind, used)

    def _load(self, kind: StructureKind, code: int) -> RecordState:
        return self._records.require_record(kind.family, kind.record.code, code, kind.noun)

    def _channels(self, kind: StructureKind) -> StoredList:
        """The channels, for sections; their defaults for kinds that have none, which read nothing."""
        row = self._records.db.get(self._records.table, list_key(CHANNEL.family)) if kind.record is SECTION else None
        return read_list(CHANNEL.family, row)

    def _require_free_name(self, kind: StructureKind, stored: RecordState | None, after: Values) -> None:
        name = kind.record.unique[0]
        holder = self._records.find_by_unique(kind.family, name, after[name]) if after.get(name) else None
        if holder is not None and (stored is None or holder != stored.document.code):
            existing = {kind.record.code: holder}
            raise Conflict(f"Another {kind.noun} has this name already.", argument="Name", existing=existing)

    def _warn_of_limit(self, kind: StructureKind) -> list[str]:
        most, number = guards.MAX_GUARDS.get(kind.family), operator_records.require_capacity(self._records, kind.record)
        if most is None or number < most - WARN_BEFORE_LIMIT:
            return []
        return [f"There are {number} {kind.plural} already; one instance can hold {most}."]

    def _start_change(self, kind: StructureKind, verb: str, at: datetime, log: CallLog) -> Change:
        method = operator_records.operator_method(kind.record, kind.deed(verb))
        return self._records.start_change(method, {}, make_operator_call(at, log))

    def _write(self, change: Change, kind: StructureKind, before: RecordState | None, values: Values) -> RecordState:
        own = {name: value for name, value in values.items() if name in kind.record.writable}
        if before is None:
            operator_records.require_capacity(self._records, kind.record)
            code = self._records.codes.take_code(kind.family, change)
            after = RecordState(new_document(kind.family, code, change.call, own))
        else:
            after = replace(before, document=before.document.next_version(change.call, own))
        if MODERATORS_FIELD.name in values:
            after = _with_moderators(change, after, values[MODERATORS_FIELD.name])
        self._records.save_record(change, before, after)
        change.commit({})
        return after


def _with_moderators(change: Change, stored: RecordState, wanted: Iterable[int]) -> RecordState:
    """The forum with these moderators. The change fails with NotFound for one who is no contact of the instance."""
    duties, after = stored.relations_to(PEOPLE_FAMILY), set(wanted)
    for code in duties.keys() - after:
        stored = stored.with_relation(str(RecordRef(PEOPLE_FAMILY, code)), None)
    for code in after - duties.keys():
        change.require_existing(record_key(PEOPLE_FAMILY, code), _no_moderator_error)
        duty = {"Since": format_iso(change.call.at), "AddedBy": actor_stamp(change.call)}
        stored = stored.with_relation(str(RecordRef(PEOPLE_FAMILY, code)), duty)
    return stored


def _no_moderator_error(_: Item | None) -> Exception:
    return NotFound(MODERATORS_FIELD.name, "member of staff")


def _derive_sides(
    kind: StructureKind, stored: RecordState | None, given: Mapping[str, Any], channels: StoredList
) -> tuple[Values, Values]:
    """All values of the entry before the change, and those that are written."""
    checked = check_given(kind, given)
    if stored is None:
        return {}, derive_values(kind, complete_new(kind, checked), channels)
    before = show_values(kind, stored, channels)
    derived = derive_values(kind, {**before, **checked}, channels)
    return before, {name: derived[name] for name in (*checked, *kind.computed)}


def _make_item(kind: StructureKind, stored: RecordState, channels: StoredList) -> StructureItem:
    return StructureItem(stored.document.code, show_values(kind, stored, channels), stored.document.version)


def _in_use_error(kind: StructureKind, used: str) -> Conflict:
    return Conflict(f"This {kind.noun} is in use: {used}. Move or delete them first.", argument=kind.record.code)
