"""Capabilities: the families that a profile may read or write.

Lists of tools and calls are decided by the same predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from affino_mcp.value_class import value_class


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


class Narrowing(StrEnum):
    """What leaves out, for one call, what the profile allows; NONE where it is the profile that does not allow it.

    The toolset of the connection, what the person declined when they connected the app (GRANT), or the app's scopes.
    """

    NONE = ""
    TOOLSET = "toolset"
    GRANT = "grant"
    SCOPE = "scope"


@value_class
class Capability:
    """What a profile allows. A family that is not named is off.

    `whole` is the capability that this one was made of, when something (`narrowing`) has narrowed it for a call.
    """

    families: Mapping[str, frozenset[Access]] = field(default_factory=dict)
    whole: Capability | None = field(default=None, compare=False)
    narrowing: Narrowing = field(default=Narrowing.NONE, compare=False)

    def allows(self, family: str, access: Access) -> bool:
        """True when the profile may read or write this family."""
        return family == Family.ALWAYS or access in self.families.get(family, frozenset())

    def narrow(self, keeps: Callable[[str, Access], bool], narrowing: Narrowing) -> Capability:
        """The capability without the accesses that `keeps` denies; it remembers the whole one, and what narrowed it."""
        kept = {name: frozenset(one for one in access if keeps(name, one)) for name, access in self.families.items()}
        return Capability({name: access for name, access in kept.items() if access}, self, narrowing)

    def find_narrowing(self, allows: Callable[[Capability], bool]) -> Narrowing:
        """What leaves out what `allows` asks of a capability and this one does not allow: the first that took it away."""
        if self.whole is None or allows(self):
            return Narrowing.NONE
        return self.narrowing if allows(self.whole) else self.whole.find_narrowing(allows)

    def leaves_out(self, family: str, access: Access) -> Narrowing:
        """What leaves out this access to this family; NONE when the profile does, or when it is allowed."""
        return self.find_narrowing(lambda capability: capability.allows(family, access))

    def to_json(self) -> dict[str, list[str]]:
        """The capability as `{"contacts": ["read", "write"]}`, without the families that are off."""
        return {name: sorted(access) for name, access in sorted(self.families.items()) if access}

    @classmethod
    def from_json(cls, document: Mapping[str, list[str]]) -> Capability:
        """Makes a capability from the document of `to_json`."""
        return cls({name: frozenset(Access(word) for word in words) for name, words in document.items()})
