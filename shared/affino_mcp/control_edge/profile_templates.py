"""What a profile's switches can be set to at one press: common workloads, everything, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from affino_mcp.admin.display import FAMILY_GROUPS
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family

_CRM: Final = FAMILY_GROUPS["all CRM families"]
_CONTENT: Final = (Family.ARTICLES, Family.MEDIA_ITEMS)


def _switch(families: Iterable[str], *accesses: Access) -> frozenset[str]:
    return frozenset(f"{family}.{access}" for family in families for access in accesses)


PROFILE_TEMPLATES: Final[Mapping[str, frozenset[str]]] = {
    "CRM reading": _switch(_CRM, Access.READ),
    "CRM sales": _switch(_CRM, *Access),
    "Content editing": _switch(_CONTENT, *Access),
    "Forum moderation": _switch([Family.FORUMS], *Access),
    "All read": _switch(SWITCHED_FAMILIES, Access.READ),
    "All read and write": _switch(SWITCHED_FAMILIES, *Access),
    "None": frozenset(),
}
"""The switches of each template, like `articles.read`, by its name."""
