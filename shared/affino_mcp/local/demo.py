"""The people and profiles of the demo instance, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family

READ: Final = frozenset({Access.READ})
BOTH: Final = frozenset({Access.READ, Access.WRITE})

CRM: Final = (
    Family.ACCOUNTS,
    Family.CONTACTS,
    Family.CONTACT_LISTS,
    Family.ACCOUNT_LISTS,
    Family.OPPORTUNITIES,
    Family.TASKS,
    Family.NOTES,
)
"""The seven CRM families."""


class Role(NamedTuple):
    """One of the demo's people: the name and the security groups."""

    name: str
    groups: tuple[str, ...]

    @property
    def email(self) -> str:
        """`mara.lind@demo.affino.example`."""
        return f"{self.name.lower().replace(' ', '.')}@demo.affino.example"


ROLES: Final[Mapping[str, Role]] = {
    "operator": Role("Olivia Park", ("Registered User", "Operators")),
    "sales": Role("Sam Rivers", ("Registered User", "Sales")),
    "sales_manager": Role("Mara Lind", ("Registered User", "Sales Managers", "Legal")),
    "editor": Role("Edith Moreau", ("Registered User", "Editors")),
    "publisher": Role("Paul Okafor", ("Registered User", "Publishers")),
    "moderator": Role("Mina Sato", ("Registered User", "Community")),
    "member": Role("Max Weber", ("Registered User",)),
}


class DemoProfile(NamedTuple):
    """One of the demo's API Profiles: its family switches, and its rate in calls a minute."""

    families: Mapping[str, frozenset[Access]]
    rate: int


PROFILES: Final[Mapping[str, DemoProfile]] = {
    "all": DemoProfile(dict.fromkeys(SWITCHED_FAMILIES, BOTH), 6000),
    "content-editor": DemoProfile({Family.ARTICLES: BOTH, Family.MEDIA_ITEMS: BOTH}, 300),
    "crm-read": DemoProfile(dict.fromkeys(CRM, READ), 300),
}

HEADERS_PROFILE: Final = "all"
HEADERS_ROLE: Final = "sales_manager"
