"""The demo's CRM: 40 accounts, 120 contacts, 25 opportunities, lists, tasks and notes, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

from affino_mcp.local.steps import DemoStep, StepRef

ACCOUNT_COUNT: Final = 40
CONTACTS_PER_ACCOUNT: Final = 3
OPPORTUNITY_COUNT: Final = 25
_SELLER_ROLES: Final = ("sales_manager", "sales")
_COMPANY_NAMES: Final = [
    "Harbour Lane",
    "Northlight",
    "Kestrel",
    "Fenwick",
    "Silver Birch",
    "Oakfield",
    "Tidewater",
    "Redwood",
    "Blue Heron",
    "Marlowe",
    "Copperfield",
    "Ashdown",
    "Larkspur",
    "Stonebridge",
    "Willowmere",
    "Foxglove",
    "Greyfriars",
    "Highgate",
    "Ironbark",
    "Juniper",
]
_BUSINESSES: Final = (
    ("Media", "Media and Publishing", "harbour"),
    ("Energy", "Energy", "power"),
    ("Learning", "Education", "campus"),
    ("Partners", "Professional Services", "advice"),
    ("Health", "Healthcare", "clinic"),
    ("Software", "Technology", "apps"),
    ("Travel", "Travel and Leisure", "tours"),
)
_ACCOUNT_TYPES: Final = ("Customer", "Prospect", "Prospect", "Partner", "Customer")
_CITIES: Final = (
    ("Bristol", "GB"),
    ("Aberdeen", "GB"),
    ("Dublin", "IE"),
    ("London", "GB"),
    ("Leeds", "GB"),
    ("Utrecht", "NL"),
)
_GIVEN_NAMES: Final = [
    "Amara",
    "Ivor",
    "Nuala",
    "Bilal",
    "Chloe",
    "Dmitri",
    "Elena",
    "Farid",
    "Greta",
    "Hugo",
    "Imani",
    "Jonas",
    "Keira",
    "Luca",
    "Maeve",
    "Noor",
    "Oscar",
    "Priya",
    "Quentin",
    "Rosa",
    "Stellan",
    "Tamsin",
    "Ugo",
    "Vera",
    "Wendell",
    "Xenia",
    "Yusuf",
    "Zoe",
    "Anneke",
    "Bram",
]
_FAMILY_NAMES: Final = [
    "Cole",
    "Strand",
    "Byrne",
    "Okoye",
    "Hartley",
    "Sokolov",
    "Marchetti",
    "Nasser",
    "Lindqvist",
    "Moreau",
    "Fraser",
    "Keller",
    "Doyle",
]
_JOB_TITLES: Final = (
    "Head of Subscriptions",
    "Communications Lead",
    "Director",
    "Events Manager",
    "Membership Officer",
    "CTO",
)
_STAGES: Final = (1, 2, 3, 4, 7, 8, 9, 10)
_TOPICS: Final = ("Platform Expansion", "Renewal", "Events", "Training", "Membership")


def make_crm_steps() -> Iterator[DemoStep]:
    """The steps that make all CRM records, ordered so that each step refers to earlier ones only."""
    yield from (make_account_step(place) for place in range(ACCOUNT_COUNT))
    yield from (make_contact_step(place) for place in range(ACCOUNT_COUNT * CONTACTS_PER_ACCOUNT))
    yield from (step for place in range(OPPORTUNITY_COUNT) for step in make_opportunity_steps(place))
    yield from make_list_steps()
    yield from (step for place in range(12) for step in make_follow_up_steps(place))


def _company_domain(place: int) -> str:
    first, (business, _, _) = _COMPANY_NAMES[place % len(_COMPANY_NAMES)], _BUSINESSES[place % len(_BUSINESSES)]
    return f"{first}-{business}".lower().replace(" ", "") + ".example"


def make_account_step(place: int) -> DemoStep:
    """The step that makes one account; the two sellers take turns."""
    business, industry, _ = _BUSINESSES[place % len(_BUSINESSES)]
    city, country = _CITIES[place % len(_CITIES)]
    values: dict[str, Any] = {
        "Name": f"{_COMPANY_NAMES[place % len(_COMPANY_NAMES)]} {business}",
        "IndustryCode": industry,
        "AccountTypeCode": _ACCOUNT_TYPES[place % len(_ACCOUNT_TYPES)],
        "Website": f"https://{_company_domain(place)}",
        "City": city,
        "CountryISO": country,
        "CompanySize": 20 + 35 * (place % 9),
    }
    return DemoStep(_SELLER_ROLES[place % 2], "create_account", values, f"account {place}")


def make_contact_step(place: int) -> DemoStep:
    """The step that makes one contact at one of the accounts."""
    given, family = _GIVEN_NAMES[place % len(_GIVEN_NAMES)], _FAMILY_NAMES[place % len(_FAMILY_NAMES)]
    company = place % ACCOUNT_COUNT
    values = {
        "FirstName": given,
        "LastName": family,
        "Email": f"{given}.{family}.{place}@{_company_domain(company)}".lower(),
        "JobTitle": _JOB_TITLES[place % len(_JOB_TITLES)],
        "AccountCode": StepRef(f"account {company}"),
    }
    return DemoStep(_SELLER_ROLES[company % 2], "create_contact", values, f"contact {place}")


def make_opportunity_steps(place: int) -> Iterator[DemoStep]:
    """The steps that make one opportunity with a contact and a topic."""
    role, company, topic = _SELLER_ROLES[place % 2], place, _TOPICS[place % len(_TOPICS)]
    values = {
        "AccountCode": StepRef(f"account {company}"),
        "Title": f"{topic}: {_COMPANY_NAMES[company % len(_COMPANY_NAMES)]}",
        "Value": 5000 + 2500 * (place % 14),
        "Stage": _STAGES[place % len(_STAGES)],
        "CloseDate": f"2027-{1 + place % 9:02d}-{3 + place:02d}",
        "PrimaryContactCode": StepRef(f"contact {company}"),
    }
    yield DemoStep(role, "create_opportunity", values, f"opportunity {place}")
    yield DemoStep(
        role, "add_opportunity_topics", {"OpportunityCode": StepRef(f"opportunity {place}"), "TopicNames": [topic]}
    )


def make_list_steps() -> Iterator[DemoStep]:
    """The steps that make a contact list and an account list with members."""
    people = [StepRef(f"contact {place}") for place in islice(cycle(range(0, 120, 4)), 30)]
    yield DemoStep("sales", "create_contact_list", {"Title": "Autumn events", "Type": "segment"}, "events")
    yield DemoStep("sales", "add_contact_list_members", {"ContactListCode": StepRef("events"), "UserCodes": people})
    yield DemoStep("sales_manager", "create_account_list", {"Title": "Renewals this year"}, "renewals")
    companies = [StepRef(f"account {place}") for place in range(0, ACCOUNT_COUNT, 5)]
    yield DemoStep(
        "sales_manager", "add_account_list_members", {"AccountListCode": StepRef("renewals"), "AccountCodes": companies}
    )


def make_follow_up_steps(place: int) -> Iterator[DemoStep]:
    """The steps that make a task and a note about one account."""
    role, company = _SELLER_ROLES[place % 2], StepRef(f"account {place}")
    due = f"2027-{1 + place % 6:02d}-{5 + place:02d}T09:00:00Z"
    task = {"Title": f"Call {_COMPANY_NAMES[place]} about the plan", "DueDate": due, "AccountCode": company}
    yield DemoStep(role, "create_task", task)
    note = {
        "Subject": "First call",
        "Body": "Wants clearer reporting; the budget is decided in February.",
        "AccountCode": company,
    }
    yield DemoStep(role, "create_note", note)
