"""The people and profiles of the demo instance, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from affino_mcp.catalogue.capability import CRM_FAMILIES, SWITCHED_FAMILIES, Access, Family

READ_ONLY: Final = frozenset({Access.READ})
READ_AND_WRITE: Final = frozenset({Access.READ, Access.WRITE})


class DemoPerson(NamedTuple):
    """One of the demo's people: the name and the security groups."""

    name: str
    groups: tuple[str, ...]

    @property
    def email(self) -> str:
        """`mara.lind@demo.affino.example`."""
        return f"{self.name.lower().replace(' ', '.')}@demo.affino.example"


DEMO_PEOPLE: Final[Mapping[str, DemoPerson]] = {
    "operator": DemoPerson("Olivia Park", ("Registered User", "Operators")),
    "sales": DemoPerson("Sam Rivers", ("Registered User", "Sales")),
    "sales_manager": DemoPerson("Mara Lind", ("Registered User", "Sales Managers", "Legal")),
    "editor": DemoPerson("Edith Moreau", ("Registered User", "Editors")),
    "publisher": DemoPerson("Paul Okafor", ("Registered User", "Publishers")),
    "moderator": DemoPerson("Mina Sato", ("Registered User", "Community")),
    "member": DemoPerson("Max Weber", ("Registered User",)),
}


class DemoProfile(NamedTuple):
    """One of the demo's API Profiles: its family switches, and its rate in calls a minute.

    Each offers the link that revives an expired session, because people use them by hand.
    """

    families: Mapping[str, frozenset[Access]]
    rate: int


DEMO_PROFILES: Final[Mapping[str, DemoProfile]] = {
    "all": DemoProfile(dict.fromkeys(SWITCHED_FAMILIES, READ_AND_WRITE), 6000),
    "content-editor": DemoProfile({Family.ARTICLES: READ_AND_WRITE, Family.MEDIA_ITEMS: READ_AND_WRITE}, 300),
    "crm-read": DemoProfile(dict.fromkeys(CRM_FAMILIES, READ_ONLY), 300),
}

HEADERS_PROFILE: Final = "all"
HEADERS_ROLE: Final = "sales_manager"
