"""The person in whose name a call acts, with permissions from security groups and from direct grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from affino_mcp.value_class import value_class


def is_user_code(text: str) -> bool:
    """True if the text can be a user code: 1 to 15 decimal digits."""
    return text.isascii() and text.isdecimal() and len(text) < 16


@value_class
class Person:
    """One person.

    `rights` maps each directly granted permission to its last day (ISO date, UTC), or to None: no end. `group_rights` are
    the permissions of each security group as they were read for this call (SecurityGroups.grant); a person without them has
    only what is granted directly. `zone` is the IANA name of the person's time zone; "" is the instance's.
    """

    user_code: int
    name: str
    email: str
    groups: tuple[str, ...] = ()
    rights: Mapping[str, str | None] = field(default_factory=dict)
    active: bool = True
    zone: str = ""
    group_rights: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def has_right(self, right: str, at: datetime) -> bool:
        """True if the person holds the permission at this moment, through a group or by a direct grant."""
        for group in self.groups:
            if right in self.group_rights.get(group, ()):
                return True
        return right in self.rights and self._is_in_force(self.rights[right], at)

    def held_among(self, rights: frozenset[str], at: datetime) -> frozenset[str]:
        """Gives those of these permissions that the person holds at this moment."""
        direct = {right for right, last_day in self.rights.items() if self._is_in_force(last_day, at)}
        return rights & direct.union(*[self.group_rights.get(group, ()) for group in self.groups])

    def with_group_rights(self, group_rights: Mapping[str, frozenset[str]]) -> Person:
        """Gives the person with these permissions of security groups, by the group's name."""
        return replace(self, group_rights=group_rights)

    @staticmethod
    def _is_in_force(last_day: str | None, at: datetime) -> bool:
        return last_day is None or at.date().isoformat() <= last_day

    def decided_elsewhere(self) -> Person:
        """Gives the person as an instance elsewhere has them, which alone knows their rights: here they lack none."""
        known = {f.name: getattr(self, f.name) for f in fields(Person)}
        return PersonDecidedElsewhere(**known)

    def with_rights(self, rights: Iterable[str]) -> Person:
        """Gives the person with exactly these permissions, as an instance elsewhere has told them."""
        known = {f.name: getattr(self, f.name) for f in fields(Person)}
        return Person(**known | {"rights": dict.fromkeys(rights), "group_rights": {}})

    def to_json(self) -> dict[str, Any]:
        """Gives the person as JSON values, as rows of people and of sessions hold them."""
        return {
            "user_code": self.user_code,
            "name": self.name,
            "email": self.email,
            "groups": list(self.groups),
            "rights": dict(self.rights),
            "active": self.active,
            "zone": self.zone,
        }

    @classmethod
    def from_json(
        cls, row: Mapping[str, Any], group_rights: Mapping[str, frozenset[str]] = MappingProxyType({})
    ) -> Person:
        """Makes the person from their own row or from the copy in a session's row.

        What a row of an older version does not have is closed: no group, no right, not active. Rows hold the groups' names; their
        permissions are read apart (`group_rights`).
        """
        return cls(
            user_code=row["user_code"],
            name=row["name"],
            email=row["email"],
            groups=tuple(row.get("groups", ())),
            rights=row.get("rights", {}),
            active=row.get("active", False),
            zone=row.get("zone", ""),
            group_rights=group_rights,
        )


@value_class
class PersonDecidedElsewhere(Person):
    """A person whose rights an instance elsewhere checks at each call."""

    def has_right(self, right: str, at: datetime) -> bool:  # noqa: ARG002 (as Person's)
        """True: the instance refuses what the person may not do."""
        return True

    def held_among(self, rights: frozenset[str], at: datetime) -> frozenset[str]:  # noqa: ARG002 (as Person's)
        """Gives all of them: the instance refuses what the person may not do."""
        return rights
