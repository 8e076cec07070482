"""The demo's CRM: 40 accounts, 120 contacts, 25 opportunities, lists, tasks and notes, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

from affino_mcp.local.steps import Ref, Step

ACCOUNTS: Final = 40
PEOPLE_EACH: Final = 3
OPPORTUNITIES: Final = 25
_SELLERS: Final = ("sales_manager", "sales")
_FIRST: Final = [
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
_BUSINESS: Final = (
    ("Media", "Media and Publishing", "harbour"),
    ("Energy", "Energy", "power"),
    ("Learning", "Education", "campus"),
    ("Partners", "Professional Services", "advice"),
    ("Health", "Healthcare", "clinic"),
    ("Software", "Technology", "apps"),
    ("Travel", "Travel and Leisure", "tours"),
)
_TYPES: Final = ("Customer", "Prospect", "Prospect", "Partner", "Customer")
_PLACES: Final = (
    ("Bristol", "GB"),
    ("Aberdeen", "GB"),
    ("Dublin", "IE"),
    ("London", "GB"),
    ("Leeds", "GB"),
    ("Utrecht", "NL"),
)
_GIVEN: Final = [
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
_FAMILY: Final = [
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
_JOBS: Final = (
    "Head of Subscriptions",
    "Communications Lead",
    "Director",
    "Events Manager",
    "Membership Officer",
    "CTO",
)
_STAGES: Final = (1, 2, 3, 4, 7, 8, 9, 10)
_TOPICS: Final = ("Platform Expansion", "Renewal", "Events", "Training", "Membership")


def steps() -> Iterator[Step]:
    """The steps that make all CRM records, ordered so that each step refers to earlier ones only."""
    yield from (account(place) for place in range(ACCOUNTS))
    yield from (contact(place) for place in range(ACCOUNTS * PEOPLE_EACH))
    yield from (step for place in range(OPPORTUNITIES) for step in opportunity(place))
    yield from lists()
    yield from (step for place in range(12) for step in follow_up(place))


def _site(place: int) -> str:
    first, (business, _, _) = _FIRST[place % len(_FIRST)], _BUSINESS[place % len(_BUSINESS)]
    return f"{first}-{business}".lower().replace(" ", "") + ".example"


def account(place: int) -> Step:
    """The step that makes one account; the two sellers take turns."""
    business, industry, _ = _BUSINESS[place % len(_BUSINESS)]
    city, country = _PLACES[place % len(_PLACES)]
    values: dict[str, Any] = {
        "Name": f"{_FIRST[place % len(_FIRST)]} {business}",
        "IndustryCode": industry,
        "AccountTypeCode": _TYPES[place % len(_TYPES)],
        "Website": f"https://{_site(place)}",
        "City": city,
        "CountryISO": country,
        "CompanySize": 20 + 35 * (place % 9),
    }
    return Step(_SELLERS[place % 2], "create_account", values, f"account {place}")


def contact(place: int) -> Step:
    """The step that makes one contact at one of the accounts."""
    given, family = _GIVEN[place % len(_GIVEN)], _FAMILY[place % len(_FAMILY)]
    company = place % ACCOUNTS
    values = {
        "FirstName": given,
        "LastName": family,
        "Email": f"{given}.{family}.{place}@{_site(company)}".lower(),
        "JobTitle": _JOBS[place % len(_JOBS)],
        "AccountCode": Ref(f"account {company}"),
    }
    return Step(_SELLERS[company % 2], "create_contact", values, f"contact {place}")


def opportunity(place: int) -> Iterator[Step]:
    """The steps that make one opportunity with a contact and a topic."""
    role, company, topic = _SELLERS[place % 2], place, _TOPICS[place % len(_TOPICS)]
    values = {
        "AccountCode": Ref(f"account {company}"),
        "Title": f"{topic}: {_FIRST[company % len(_FIRST)]}",
        "Value": 5000 + 2500 * (place % 14),
        "Stage": _STAGES[place % len(_STAGES)],
        "CloseDate": f"2027-{1 + place % 9:02d}-{3 + place:02d}",
        "PrimaryContactCode": Ref(f"contact {company}"),
    }
    yield Step(role, "create_opportunity", values, f"opportunity {place}")
    yield Step(role, "add_opportunity_topics", {"OpportunityCode": Ref(f"opportunity {place}"), "TopicNames": [topic]})


def lists() -> Iterator[Step]:
    """The steps that make a contact list and an account list with members."""
    people = [Ref(f"contact {place}") for place in islice(cycle(range(0, 120, 4)), 30)]
    yield Step("sales", "create_contact_list", {"Title": "Autumn events", "Type": "segment"}, "events")
    yield Step("sales", "add_contact_list_members", {"ContactListCode": Ref("events"), "UserCodes": people})
    yield Step("sales_manager", "create_account_list", {"Title": "Renewals this year"}, "renewals")
    companies = [Ref(f"account {place}") for place in range(0, ACCOUNTS, 5)]
    yield Step(
        "sales_manager", "add_account_list_members", {"AccountListCode": Ref("renewals"), "AccountCodes": companies}
    )


def follow_up(place: int) -> Iterator[Step]:
    """The steps that make a task and a note about one account."""
    role, company = _SELLERS[place % 2], Ref(f"account {place}")
    due = f"2027-{1 + place % 6:02d}-{5 + place:02d}T09:00:00Z"
    task = {"Title": f"Call {_FIRST[place]} about the plan", "DueDate": due, "AccountCode": company}
    yield Step(role, "create_task", task)
    note = {
        "Subject": "First call",
        "Body": "Wants clearer reporting; the budget is decided in February.",
        "AccountCode": company,
    }
    yield Step(role, "create_note", note)
