"""A person: who is acting. Rights come from security groups and from direct grants, for good or until a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from affino_mcp.gate.identity.permissions import GROUPS


def is_code(text: str) -> bool:
    """Whether a text can be a user code: decimal digits, at most 15."""
    return text.isascii() and text.isdecimal() and len(text) < 16


@dataclass(frozen=True)
class Person:
    """One person. `rights` maps each directly granted right to its last day (ISO date, UTC), or to None for good."""

    user_code: int
    name: str
    email: str
    groups: tuple[str, ...] = ()
    rights: Mapping[str, str | None] = field(default_factory=dict)
    active: bool = True

    def has(self, right: str, at: datetime) -> bool:
        """Whether the person holds the right at this moment, through a group or directly."""
        if any(right in GROUPS.get(group, ()) for group in self.groups):
            return True
        return right in self.rights and self._lasts(self.rights[right], at)

    @staticmethod
    def _lasts(last_day: str | None, at: datetime) -> bool:
        return last_day is None or at.date().isoformat() <= last_day

    def to_json(self) -> dict[str, Any]:
        """As a part of a row."""
        return {
            "user_code": self.user_code,
            "name": self.name,
            "email": self.email,
            "groups": list(self.groups),
            "rights": dict(self.rights),
            "active": self.active,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Person:
        """From a person's row or from the copy in a session's row."""
        return cls(
            user_code=row["user_code"],
            name=row["name"],
            email=row["email"],
            groups=tuple(row["groups"]),
            rights=row["rights"],
            active=row["active"],
        )
