"""Toolsets: the families to which one connection narrows its profile, as its address or a header names them.

A toolset only takes away. It is a convenience for clients that cannot hold all tools, and no authority: whoever may change
the address may widen it up to the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Narrowing
from affino_mcp.catalogue.record import fold_name
from affino_mcp.value_class import value_class

MAX_TOOLSET_NAMES: Final = 10
READ_SUFFIX: Final = "read"
EMPTY_TEXT: Final = "none"
"""The text of a toolset without a family: address and header named different ones."""
_KNOWN: Final = {fold_name(family): str(family) for family in SWITCHED_FAMILIES}
TOOLSET_GRAMMAR: Final = (
    f"Name 1 to {MAX_TOOLSET_NAMES} families, separated by commas, each with :{READ_SUFFIX} for its reads alone: "
    f"{', '.join(_KNOWN.values())}."
)


class InvalidToolset(ValueError):
    """A text that is no toolset; the message says what is wrong and what is taken, and holds nothing of the text."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"{fault} {TOOLSET_GRAMMAR}")


@value_class
class Toolset:
    """Families, each with the accesses that are left of it."""

    families: Mapping[str, frozenset[Access]]

    @classmethod
    def from_text(cls, text: str) -> Toolset:
        """Reads names of families separated by commas, like `accounts:read,contacts`; case, `_` and `-` are ignored.

        Blanks around a name are ignored. Of a family that is named twice the narrower access is left. Raises InvalidToolset
        for an unknown name, no name, or more than MAX_TOOLSET_NAMES.
        """
        names = text.split(",", MAX_TOOLSET_NAMES)
        if len(names) > MAX_TOOLSET_NAMES:
            raise InvalidToolset("The toolset has too many names.")
        found: dict[str, frozenset[Access]] = {}
        for place, name in enumerate(names, 1):
            family, access = _read_name(name, place)
            found[family] = access & found.get(family, access)
        return cls(found)

    def __and__(self, other: Toolset) -> Toolset:
        """The toolset of what both leave."""
        common = {name: access & other.families.get(name, frozenset()) for name, access in self.families.items()}
        return Toolset({name: access for name, access in common.items() if access})

    def __str__(self) -> str:
        """The toolset in one form for every spelling, families in the catalogue's order."""
        names = [_name_access(name, self.families[name]) for name in _KNOWN.values() if name in self.families]
        return ",".join(names) or EMPTY_TEXT

    def narrow(self, capability: Capability) -> Capability:
        """The capability without what the toolset leaves out."""
        return capability.narrow(lambda name, access: access in self.families.get(name, ()), Narrowing.TOOLSET)


def _read_name(name: str, place: int) -> tuple[str, frozenset[Access]]:
    family, colon, suffix = name.strip(" \t").partition(":")
    known = _KNOWN.get(fold_name(family)) if family[:1].isalpha() else None  # a sign before it may mean the contrary
    if known is None or (colon and suffix.casefold() != READ_SUFFIX):
        raise InvalidToolset(f"Name {place} of the toolset is no family.")
    return known, frozenset({Access.READ}) if colon else frozenset(Access)


def _name_access(name: str, access: frozenset[Access]) -> str:
    return name if Access.WRITE in access else f"{name}:{READ_SUFFIX}"
