"""Scopes: what the person behind a grant lets an app do, in words like `accounts:read` (RFC 6749, section 3.3).

`read` and `write` stand for every family; `write` does not include `read`. A scope only narrows: a call also needs the
profile's switch and the person's right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.catalogue.crossings import CROSSINGS
from affino_mcp.catalogue.method import Method

FamilyAccess = tuple[Family, Access]


def scope_word(family: Family, access: Access) -> str:
    """Gives the scope of one access to one family, like `accounts:read`."""
    return f"{family}:{access}"


_ACCESSES: Final[dict[str, frozenset[FamilyAccess]]] = {
    **{str(access): frozenset((family, access) for family in SWITCHED_FAMILIES) for access in Access},
    **{scope_word(family, access): frozenset({(family, access)}) for family in SWITCHED_FAMILIES for access in Access},
}
SCOPES: Final = tuple(_ACCESSES)
"""Every scope, the broad ones first, then those of the families in the catalogue's order."""


def parse_scopes(text: str) -> frozenset[str]:
    """Gives the known scopes among the words of a text; the others are ignored."""
    return frozenset(text.split(" ")) & _ACCESSES.keys()


def format_scopes(scopes: Iterable[str]) -> str:
    """Gives the known ones of these scopes as one text, in the order of `SCOPES`."""
    given = frozenset(scopes)
    return " ".join(word for word in SCOPES if word in given)


def expand_scopes(scopes: Iterable[str]) -> frozenset[FamilyAccess]:
    """Gives the accesses to families that known scopes stand for; an unknown one stands for none."""
    return frozenset().union(*(_ACCESSES.get(word, frozenset()) for word in scopes))


def is_narrower(asked: Iterable[str], granted: Iterable[str]) -> bool:
    """True when scopes stand for nothing that the granted ones do not stand for; also when both stand for the same."""
    return expand_scopes(asked) <= expand_scopes(granted)


def capability_scopes(capability: Capability) -> frozenset[str]:
    """Gives the fewest scopes that stand for exactly what a capability allows."""
    allowed = {
        (family, access) for family in SWITCHED_FAMILIES for access in Access if capability.allows(family, access)
    }
    broad = {str(access) for access in Access if _ACCESSES[access] <= allowed}
    return frozenset(broad | {scope_word(*one) for one in allowed if one[1] not in broad})


def needed_scopes(method: Method) -> frozenset[str]:
    """Gives the scopes for everything that a tool can do, with the families that its arguments concern; none if it needs none."""
    own = {(Family(method.family), method.access)}
    crossed = {(crossing.family, crossing.access) for crossing in CROSSINGS.get(method.name, ())}
    return frozenset(scope_word(*access) for access in own | crossed if access[0] is not Family.ALWAYS)


def list_needed_scopes(method: Method | None, rule: str) -> list[str]:
    """Gives the scopes for a call of this method that a family's access, like `accounts.write`, was missing for, sorted.

    A method that works on whichever family is named needs that family's alone, or the broad scope when none was named.
    """
    family, _, access = rule.partition(".")
    missing = {word for word in (f"{family}:{access}",) if word in _ACCESSES}
    return sorted(missing | (needed_scopes(method) if method else set())) or [access]
