"""Capabilities: the families that a profile may read or write.

Lists of tools and calls are decided by the same predicate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Access(StrEnum):
    """The two switches of a family."""

    READ = "read"
    WRITE = "write"


class Family(StrEnum):
    """The ten families of tools; `ALWAYS` is for tools that need only a valid session."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    CONTACT_LISTS = "contact_lists"
    ACCOUNT_LISTS = "account_lists"
    OPPORTUNITIES = "opportunities"
    TASKS = "tasks"
    NOTES = "notes"
    ARTICLES = "articles"
    MEDIA_ITEMS = "media_items"
    FORUMS = "forums"
    ALWAYS = "always"


SWITCHED_FAMILIES = tuple(family for family in Family if family is not Family.ALWAYS)
"""The families that a profile switches on and off."""
CRM_FAMILIES: Final = (
    Family.ACCOUNTS,
    Family.CONTACTS,
    Family.CONTACT_LISTS,
    Family.ACCOUNT_LISTS,
    Family.OPPORTUNITIES,
    Family.TASKS,
    Family.NOTES,
)
"""The seven families of customer records; the others are the website's."""


@dataclass(frozen=True)
class Capability:
    """What a profile allows. A family that is not named is off.

    `whole` is the profile's own capability, when a toolset has narrowed this one for a connection.
    """

    families: Mapping[str, frozenset[Access]] = field(default_factory=dict)
    whole: Capability | None = field(default=None, compare=False)

    def allows(self, family: str, access: Access) -> bool:
        """True when the profile may read or write this family."""
        return family == Family.ALWAYS or access in self.families.get(family, frozenset())

    def leaves_out(self, family: str, access: Access) -> bool:
        """True when a toolset alone is why this family cannot be read or written: the profile allows it."""
        return self.whole is not None and self.whole.allows(family, access) and not self.allows(family, access)

    def to_json(self) -> dict[str, list[str]]:
        """The capability as `{"contacts": ["read", "write"]}`, without the families that are off."""
        return {name: sorted(access) for name, access in sorted(self.families.items()) if access}

    @classmethod
    def from_json(cls, document: Mapping[str, list[str]]) -> Capability:
        """Makes a capability from the document of `to_json`."""
        return cls({name: frozenset(Access(word) for word in words) for name, words in document.items()})
