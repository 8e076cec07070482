"""The demo instance as data: its people, profiles and a few records. Everything is made through the real write path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.capability import SWITCHED, Access, Family

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
    """One of the demo's people."""

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
    """One of the demo's API Profiles; `rate` is calls a minute."""

    families: Mapping[str, frozenset[Access]]
    rate: int


PROFILES: Final[Mapping[str, DemoProfile]] = {
    "all": DemoProfile(dict.fromkeys(SWITCHED, BOTH), 6000),
    "content-editor": DemoProfile({Family.ARTICLES: BOTH, Family.MEDIA_ITEMS: BOTH}, 300),
    "crm-read": DemoProfile(dict.fromkeys(CRM, READ), 300),
}

HEADERS_PROFILE: Final = "all"
HEADERS_ROLE: Final = "sales_manager"


class Step(NamedTuple):
    """One record to create: who creates it, with which tool, and what. `{n}` stands for the code that step n answered."""

    role: str
    tool: str
    arguments: Mapping[str, Any]


RECORDS: Final[tuple[Step, ...]] = (
    Step(
        "sales_manager",
        "create_account",
        {
            "Name": "Harbour Lane Media",
            "IndustryCode": "Media and Publishing",
            "AccountTypeCode": "Customer",
            "Website": "https://harbourlane.example",
            "City": "Bristol",
            "CountryISO": "GB",
            "CompanySize": 140,
        },
    ),
    Step(
        "sales",
        "create_account",
        {
            "Name": "Northlight Energy",
            "IndustryCode": "Energy",
            "AccountTypeCode": "Prospect",
            "Website": "https://northlight.example",
            "City": "Aberdeen",
            "CountryISO": "GB",
        },
    ),
    Step(
        "sales",
        "create_account",
        {
            "Name": "Kestrel Learning",
            "IndustryCode": "Education",
            "AccountTypeCode": "Prospect",
            "City": "Dublin",
            "CountryISO": "IE",
        },
    ),
    Step(
        "sales_manager",
        "create_account",
        {
            "Name": "Fenwick & Rowe",
            "IndustryCode": "Professional Services",
            "AccountTypeCode": "Partner",
            "City": "London",
            "CountryISO": "GB",
        },
    ),
    Step(
        "sales_manager",
        "create_contact",
        {
            "FirstName": "Amara",
            "LastName": "Cole",
            "Email": "amara.cole@harbourlane.example",
            "JobTitle": "Head of Subscriptions",
            "AccountCode": "{0}",
        },
    ),
    Step(
        "sales",
        "create_contact",
        {
            "FirstName": "Ivor",
            "LastName": "Strand",
            "Email": "ivor.strand@northlight.example",
            "JobTitle": "Communications Lead",
            "AccountCode": "{1}",
        },
    ),
    Step(
        "sales",
        "create_contact",
        {
            "FirstName": "Nuala",
            "LastName": "Byrne",
            "Email": "nuala.byrne@kestrel.example",
            "JobTitle": "Director",
            "AccountCode": "{2}",
        },
    ),
    Step(
        "sales_manager",
        "create_task",
        {
            "Title": "Send the renewal proposal",
            "Memo": "Two-year term, with training.",
            "DueDate": "2027-01-29",
            "Priority": "high",
            "AccountCode": "{0}",
        },
    ),
    Step("sales", "create_task", {"Title": "Call Ivor about the pilot", "DueDate": "2027-01-15", "AccountCode": "{1}"}),
    Step(
        "sales_manager",
        "create_note",
        {"Subject": "Renewal", "Body": "Happy with the platform; wants clearer reporting.", "AccountCode": "{0}"},
    ),
    Step(
        "sales",
        "create_note",
        {"Subject": "First call", "Body": "Budget is decided in February. Interested in events.", "AccountCode": "{1}"},
    ),
)
