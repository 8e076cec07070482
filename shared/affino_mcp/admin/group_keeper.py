"""The security groups as structure that operators change: the StructureKeeper of the kind `security_groups`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from affino_mcp.catalogue.families.lists import SECURITY_GROUP
from affino_mcp.catalogue.matching import Values, normalise_values
from affino_mcp.clock import Clock
from affino_mcp.gate.identity.security_groups import SecurityGroup, SecurityGroups, read_security_groups
from affino_mcp.gate.people.group_changes import (
    NAME_FIELD,
    RIGHTS_FIELD,
    CountedPeople,
    add_group,
    count_people,
    find_group,
    remove_group,
    require_operators_left,
    set_group_rights,
    write_groups,
)
from affino_mcp.instance.port import CallLog, Done, RecordChange, RecordRef
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.ops import Database, Put, absent
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.text import plural
from affino_mcp.tool_errors import InvalidArgument

PlacesNaming = Callable[[str], Sequence[str]]


class GroupKeeper:
    """Lists, plans and changes the security groups. Each change is one transaction: the groups' row and the log's row.

    `find_places` gives the names of the sections, forums, securities and categories that name a group; `acting` is the code
    of the operator who acts, None in a shell.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        find_places: PlacesNaming,
        acting: int | None = None,
    ) -> None:
        self._db, self._settings, self._clock = database, settings, clock
        self._find_places, self._acting = find_places, acting

    def list_items(self, kind: str) -> Sequence[StructureItem]:  # noqa: ARG002 (this keeper has one kind)
        """See StructureKeeper. All groups have the version of their one row."""
        groups = self._read()
        return [_make_item(groups, group) for group in groups.groups]

    def plan_save(self, kind: str, code: int | None, values: Mapping[str, Any]) -> StructurePlan:  # noqa: ARG002
        """See StructureKeeper."""
        before = self._read()
        _, group, people = self._save_in(before, code, values)
        had = frozenset[str]() if code is None else find_group(before, code).rights
        new = _values(group)
        if code is not None:
            new = {RIGHTS_FIELD: new[RIGHTS_FIELD]} if group.rights != had else {}
        old = {RIGHTS_FIELD: sorted(had)} if code is not None and new else {}
        return StructurePlan(old, new, list(_consequences(people, group.name, had, group.rights)))

    def save(self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog) -> StructureItem:  # noqa: ARG002
        """See StructureKeeper. A group keeps its name: what names it would not follow."""

        def write() -> StructureItem:
            before = self._read()
            after, group, _ = self._save_in(before, code, values)
            was = None if code is None else find_group(before, code)
            if was == group:
                return _make_item(before, group)
            self._write(before, after, was, group, log)
            return _make_item(after, group)

        return retry_on_conflict(write)

    def plan_remove(self, kind: str, code: int) -> StructurePlan:  # noqa: ARG002
        """See StructureKeeper. Raises Conflict while people are in the group or guards name it."""
        before = self._read()
        self._remove_in(before, code)
        return StructurePlan(_values(find_group(before, code)), {}, ["Nobody is in it, and nothing names it."])

    def remove(self, kind: str, code: int, at: datetime, log: CallLog) -> None:  # noqa: ARG002
        """See StructureKeeper."""

        def write() -> None:
            before = self._read()
            self._write(before, self._remove_in(before, code), find_group(before, code), None, log)

        retry_on_conflict(write)

    def _read(self) -> SecurityGroups:
        return read_security_groups(self._db, self._settings.gate_table)

    def _save_in(
        self, before: SecurityGroups, code: int | None, given: Mapping[str, Any]
    ) -> tuple[SecurityGroups, SecurityGroup, CountedPeople]:
        values = normalise_values(SECURITY_GROUP, given)
        people = count_people(self._db, self._settings.gate_table)
        if code is None:
            after, group = add_group(before, values.get(NAME_FIELD) or "", values.get(RIGHTS_FIELD) or ())
        else:
            after, group = _change(before, code, values)
        require_operators_left(before, after, people, self._clock(), self._acting)
        return after, group, people

    def _remove_in(self, before: SecurityGroups, code: int) -> SecurityGroups:
        people, group = count_people(self._db, self._settings.gate_table), find_group(before, code)
        after = remove_group(before, code, people, self._find_places(group.name))
        require_operators_left(before, after, people, self._clock(), self._acting)
        return after

    def _write(
        self,
        before: SecurityGroups,
        after: SecurityGroups,
        was: SecurityGroup | None,
        now: SecurityGroup | None,
        log: CallLog,
    ) -> None:
        """Carries out the change with the row that `log` seals. Raises TransactionFailed when others were faster."""
        seal = log.seal(_describe(was, now), [])
        rows = [Put(self._settings.audit_table, dict(seal.item), absent())] if seal else []
        try:
            self._db.transact([write_groups(self._settings.gate_table, after, before), *rows], str(uuid.uuid4()))
        except Unanswered as error:
            if not log.settle():
                raise StoreUnavailable from error
        log.note_written()


def _change(before: SecurityGroups, code: int, values: Values) -> tuple[SecurityGroups, SecurityGroup]:
    group = find_group(before, code)
    if values.get(NAME_FIELD, group.name) != group.name:
        text = "A security group keeps its name: sections, forums and people name it. Make another one and move its members."
        raise InvalidArgument(NAME_FIELD, text)
    rights = values[RIGHTS_FIELD] or () if RIGHTS_FIELD in values else group.rights
    return set_group_rights(before, code, rights)


def _make_item(groups: SecurityGroups, group: SecurityGroup) -> StructureItem:
    return StructureItem(group.code, _values(group), groups.version)


def _values(group: SecurityGroup) -> dict[str, Any]:
    return {NAME_FIELD: group.name, RIGHTS_FIELD: sorted(group.rights)}


def _describe(was: SecurityGroup | None, now: SecurityGroup | None) -> Done:
    """What is done, for the log: the values that differ."""
    group = now or was
    assert group is not None  # one of them is given
    ref = str(RecordRef(SECURITY_GROUP.family, group.code))
    old, new = (_values(each) if each else {} for each in (was, now))
    differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    kind = "changed" if was and now else "created" if now else "deleted"
    sides = ({name: side.get(name) for name in differ if name in side} for side in (old, new))
    return Done({}, ref, (ref,), sealed=True, changes=(RecordChange(ref, kind, *sides),))


def _consequences(people: CountedPeople, name: str, had: frozenset[str], has: frozenset[str]) -> Iterator[str]:
    members = people.members(name)
    if not members or had == has:
        return
    least = "" if people.complete else "at least "
    who = f"{least}{plural(len(members), 'person', 'people')}"
    if gained := sorted(has - had):
        yield f"From the next call on, its members have {', '.join(gained)} ({who})."
    if lost := sorted(had - has):
        yield f"From the next call on, its members no longer have {', '.join(lost)} by this group ({who})."
