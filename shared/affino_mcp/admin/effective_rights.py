"""Effective rights: which rights a person has at this moment, and the reasons."""

from __future__ import annotations

from datetime import datetime

from affino_mcp.gate.identity.permissions import PERMISSIONS
from affino_mcp.gate.identity.person import Person
from affino_mcp.value_class import value_class


@value_class
class EffectiveRight:
    """One right: whether the person has it, and the reasons (groups, direct grants)."""

    right: str
    held: bool
    because: list[str]

    @property
    def family(self) -> str:
        """What the right is for: the part of its name before the dot."""
        return self.right.partition(".")[0]

    @property
    def action(self) -> str:
        """What the right allows: the part of its name after the dot."""
        return self.right.partition(".")[2]


def list_effective_rights(person: Person, at: datetime) -> list[EffectiveRight]:
    """Every right of the service in alphabetical order, with the person's reasons to have it at this time."""
    return [
        EffectiveRight(right, person.has_right(right, at), _list_reasons(person, right, at))
        for right in sorted(PERMISSIONS)
    ]


def _list_reasons(person: Person, right: str, at: datetime) -> list[str]:
    reasons = [f"group {group}" for group in person.groups if right in person.group_rights.get(group, ())]
    if right not in person.rights:
        return reasons
    last = person.rights[right]
    if last is None:
        return [*reasons, "granted directly"]
    over = at.date().isoformat() > last
    return [*reasons, f"granted directly {'until' if not over else 'but over since the end of'} {last}"]
