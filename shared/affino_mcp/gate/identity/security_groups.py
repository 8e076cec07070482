"""The security groups of this instance, as operators have changed them: one row, absent while nothing was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.identity.person import Person
from affino_mcp.store.ops import Database, Item
from affino_mcp.value_class import value_class


@value_class
class SecurityGroup:
    """One security group: its code, its name, and the permissions that it gives."""

    code: int
    name: str
    rights: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """Gives the group as JSON values, as the row holds it."""
        return {"code": self.code, "name": self.name, "rights": sorted(self.rights)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> SecurityGroup:
        """Makes the group from its entry in the row."""
        return cls(entry["code"], entry["name"], frozenset(entry["rights"]))


@value_class
class SecurityGroups:
    """All security groups by code, as they were read.

    `version` is 0 while no operator has changed them; `last_code` is the highest code that was ever given.
    """

    groups: Sequence[SecurityGroup]
    version: int
    last_code: int

    @cached_property
    def rights(self) -> dict[str, frozenset[str]]:
        """The permissions that each group gives, by the group's name."""
        return {group.name: group.rights for group in self.groups}

    def grant(self, person: Person) -> Person:
        """Gives the person with the permissions of their groups; a name that is no group's gives nothing."""
        return person.with_group_rights(self.rights)

    def to_row(self) -> Item:
        """Gives the row that holds the groups."""
        entries = [group.to_json() for group in self.groups]
        kept = {"version": self.version, "last_code": self.last_code, "groups": entries}
        return row_keys.SECURITY_GROUPS_KEY._asdict() | kept

    @classmethod
    def from_row(cls, row: Item | None) -> SecurityGroups:
        """Makes the groups from their row; without a row, those of a new instance."""
        if row is None:
            return DEFAULT_GROUPS
        return cls([SecurityGroup.from_json(entry) for entry in row["groups"]], row["version"], row["last_code"])


def _number_groups(rights: Iterable[tuple[str, frozenset[str]]]) -> SecurityGroups:
    groups = [SecurityGroup(code, name, given) for code, (name, given) in enumerate(rights, 1)]
    return SecurityGroups(groups, 0, len(groups))


DEFAULT_GROUPS: Final = _number_groups(SECURITY_GROUPS.items())
"""The groups of an instance whose operators have changed none; their codes stay the same in every version."""


def read_security_groups(db: Database, gate_table: str) -> SecurityGroups:
    """Gives the groups as they are now. Raises StoreUnavailable."""
    return SecurityGroups.from_row(db.get(gate_table, row_keys.SECURITY_GROUPS_KEY))
