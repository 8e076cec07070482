"""What operators do with the structure of an instance, in browser and shell: list, plan, save, move and remove entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.admin.group_keeper import GroupKeeper
from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject, OperatorOrigin
from affino_mcp.admin.structure_call_log import audit_structure_call
from affino_mcp.admin.structure_order import order_moves
from affino_mcp.catalogue.families.lists import ORDER, SECURITY_GROUP
from affino_mcp.catalogue.families.website import EVERYBODY, GROUP_NAMES
from affino_mcp.catalogue.structure import MODERATORS_FIELD, STRUCTURE_KINDS, StructureKind, place_order
from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.elsewhere_ports import InstanceDecides
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.structure import StructureItem, StructureKeeper, StructurePlan
from affino_mcp.text import fold
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from affino_mcp.value_class import value_class

SUBJECT_NAME: Final = "Structure"


@value_class
class StructureDesk:
    """The structure of one instance, as one operator changes it.

    `keeper` keeps what the instance keeps, `find_person` gives a person by code, `acting` is the code of the operator, None in
    a shell.
    """

    keeper: StructureKeeper
    by: OperatorOrigin
    clock: Clock
    find_person: Callable[[int], Person | None]
    acting: int | None = None

    def list_items(self, kind: StructureKind) -> Sequence[StructureItem]:
        """All entries of a kind, in order."""
        return self._keeper(kind).list_items(kind.family)

    def find_item(self, kind: StructureKind, wanted: str) -> StructureItem:
        """The entry of this code or name. Raises NotFound, and Conflict when several have the name."""
        items = self.list_items(kind)
        if by_code := [item for item in items if str(item.code) == wanted]:
            return by_code[0]
        found = [item for item in items if fold(str(item.values["Name"])) == fold(wanted)]
        if not found:
            names = [str(item.values["Name"]) for item in items[:20]]
            raise NotFound("code or name", kind.noun, known=names or None)
        if len(found) > 1:
            codes = ", ".join(str(item.code) for item in found)
            raise Conflict(f"Several {kind.plural} have this name: say the code ({codes}).", argument="Name")
        return found[0]

    def plan_save(self, kind: StructureKind, code: int | None, values: Mapping[str, Any]) -> StructurePlan:
        """What saving would do; see StructureKeeper."""
        self._require_known(kind, values)
        return self._keeper(kind).plan_save(kind.family, code, values)

    def save(
        self, kind: StructureKind, code: int | None, values: Mapping[str, Any], seen: int | None = None
    ) -> StructureItem:
        """Makes an entry, or sets values of one, with the row of the deed; see StructureKeeper.

        Raises Conflict when the entry is no longer of the version that the operator has `seen`.
        """
        plan = self.plan_save(kind, code, values)
        if code is not None:
            self._require_seen(kind, code, seen)
        name = kind.deed("create" if code is None else "change")
        with audit_structure_call(self.by, name, _subject(kind, code), plan.before, plan.after) as log:
            return self._keeper(kind).save(kind.family, code, values, self.clock(), log)

    def plan_remove(self, kind: StructureKind, code: int) -> StructurePlan:
        """What removing would do; see StructureKeeper."""
        return self._keeper(kind).plan_remove(kind.family, code)

    def remove(self, kind: StructureKind, code: int, seen: int | None = None) -> None:
        """Removes an entry, with the row of the deed; see StructureKeeper."""
        plan = self.plan_remove(kind, code)
        self._require_seen(kind, code, seen)
        with audit_structure_call(self.by, kind.deed("remove"), _subject(kind, code), plan.before, plan.after) as log:
            self._keeper(kind).remove(kind.family, code, self.clock(), log)

    def move(self, kind: StructureKind, code: int, steps: int) -> None:
        """Moves an entry down its list, or up for a negative number of steps: each changed place is a deed of its own."""
        items = self.list_items(kind)
        places = [(item.code, place_order(item.code, item.values)) for item in items] if kind.is_ordered else []
        for moved, order in order_moves(places, code, steps):
            self.save(kind, moved, {ORDER: order})

    def list_groups(self) -> Sequence[str]:
        """The names of the security groups."""
        return [str(item.values["Name"]) for item in self._groups.list_items(SECURITY_GROUP.family)]

    def _keeper(self, kind: StructureKind) -> StructureKeeper:
        return self._groups if kind.record is SECURITY_GROUP else self.keeper

    @property
    def _groups(self) -> GroupKeeper:
        return GroupKeeper(self.by.database, self.by.settings, self.clock, self._find_places, self.acting)

    def _find_places(self, group: str) -> Sequence[str]:
        try:
            return list_places_naming(self.keeper, group)
        except InstanceDecides:  # its places name its own groups
            return ()

    def _require_seen(self, kind: StructureKind, code: int, seen: int | None) -> None:
        current = next((item.version for item in self.list_items(kind) if item.code == code), None)
        if seen is not None and current != seen:
            raise Conflict(f"This {kind.noun} has been changed meanwhile. Look at it again, then decide.")

    def _require_known(self, kind: StructureKind, values: Mapping[str, Any]) -> None:
        """Raises InvalidArgument for a security group that does not exist, and a moderator who cannot log in."""
        for field in kind.fields:
            named = values.get(field.name)
            if field.kind is GROUP_NAMES and isinstance(named, list):
                self._require_groups(field.name, named)
        moderators = values.get(MODERATORS_FIELD.name)
        for code in moderators if isinstance(moderators, list) else ():
            person = self.find_person(code) if isinstance(code, int) else None
            if person is None or not person.active:
                raise InvalidArgument(MODERATORS_FIELD.name, "A moderator must be a person who can log in here.")

    def _require_groups(self, argument: str, named: Sequence[Any]) -> None:
        known = [EVERYBODY, *self.list_groups()] if named else []
        if unknown := [str(group)[:60] for group in named if group not in known]:
            raise InvalidArgument(argument, f"{argument}: no security group '{unknown[0]}'.", known=known)


def _subject(kind: StructureKind, code: int | None) -> ActionSubject:
    return ActionSubject(NO_PROFILE, SUBJECT_NAME, "" if code is None else str(RecordRef(kind.family, code)))


def needs_agreement(code: int | None, plan: StructurePlan) -> bool:
    """True for a change of an entry that others depend on: the operator must agree to what follows from it."""
    return code is not None and bool(plan.consequences)


def describe_item(kind: StructureKind, item: StructureItem) -> dict[str, Any]:
    """An entry as the shell and the API Log name it: its code and its values."""
    shown = [*(field.name for field in kind.record.fields), *(field.name for field in kind.added)]
    return {kind.record.code: item.code, **{name: item.values[name] for name in shown if name in item.values}}


def list_places_naming(keeper: StructureKeeper, group: str) -> Sequence[str]:
    """The entries that name a security group, for people: `section News`. One listing for each kind that names groups."""
    naming = {kind: [field.name for field in kind.fields if field.kind is GROUP_NAMES] for kind in STRUCTURE_KINDS}
    return [
        f"{kind.noun} {item.values['Name']}"
        for kind, fields in naming.items()
        if fields
        for item in keeper.list_items(kind.family)
        if any(group in (item.values.get(name) or ()) for name in fields)
    ]
