"""What a person may choose on the consent page: profiles, and for which families the app may read and write."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.scopes import expand_scopes, scope_word
from affino_mcp.catalogue.titles import TITLES
from affino_mcp.gate.profiles.profile_names import ListedProfile
from affino_mcp.value_class import value_class


class FamilyChoice(NamedTuple):
    """One family on the page: its title, and the scopes that can be ticked for it, empty where there is none."""

    title: str
    read: str
    write: str


@value_class
class ConsentChoices:
    """The choices of one request: the profiles that the person may connect apps to, and the scopes that the app asked for."""

    profiles: Sequence[ListedProfile]
    asked: frozenset[str]

    @property
    def families(self) -> list[FamilyChoice]:
        """The families of which the app asked for something that one of the profiles allows."""
        offered = frozenset[str]().union(*(self.offered_by(profile) for profile in self.profiles))
        found = [FamilyChoice(TITLES[family].name, *_words(family, offered)) for family in SWITCHED_FAMILIES]
        return [choice for choice in found if choice.read or choice.write]

    def find_profile(self, name: str) -> ListedProfile | None:
        """Gives the profile of this name; None when it is not among them."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def offered_by(self, profile: ListedProfile) -> frozenset[str]:
        """Gives the scopes, a family each, that the app asked for and that the profile allows."""
        return frozenset(scope_word(*one) for one in expand_scopes(self.asked) & expand_scopes(profile.scopes))

    def decide(self, profile: ListedProfile, ticked: Collection[str]) -> ConsentDecision:
        """Gives what the person allows and declines by these ticks with this profile.

        Everything ticked that the profile allows: what the app asked for, as it asked, so that what the profile allows later
        is within it. What neither app nor profile offers is left out, ticked or not.
        """
        offered = self.offered_by(profile)
        allowed = offered & frozenset(ticked)
        declined = offered - allowed
        return ConsentDecision(allowed if declined else self.asked, declined, bool(allowed))


class ConsentDecision(NamedTuple):
    """What a person allows and what they decline; `is_any` is False when nothing of what was offered is allowed."""

    scopes: frozenset[str]
    declined: frozenset[str]
    is_any: bool


def _words(family: Family, offered: Collection[str]) -> tuple[str, str]:
    """The scopes of a family to read and to write, empty where it is not offered."""
    read, write = (scope_word(family, access) for access in (Access.READ, Access.WRITE))
    return read if read in offered else "", write if write in offered else ""
