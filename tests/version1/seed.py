"""What the instance holds at its start: the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.version1.habits import Json
from tests.version1.records import Link, Record, Records, Shelf

ACCOUNTS = 47
USERS = 63
FIRST_DAY = datetime(2024, 1, 8, 8, 30, tzinfo=UTC)
LOGIN = ("jane@orbital.example", "correct horse")
"""The email and password of a user who can log in: the first."""
HAND_OFF_TOKEN = "hand-off-0001"
"""A token that `POST /tokenLogin` takes, for that same user."""

_WORDS = [
    "Orbital",
    "Harbour",
    "Meridian",
    "Copper",
    "Linden",
    "Quarry",
    "Saffron",
    "Tundra",
    "Velvet",
    "Willow",
    "Anchor",
    "Beacon",
]
_TRADES = ["Press", "Media", "Foods", "Energy", "Logistics", "Partners"]
_FIRST = ["Jane", "Omar", "Ines", "Piotr", "Aoife", "Chen", "Lucia", "Tomas", "Nadia", "Yusuf", "Greta"]
_LAST = ["Smith", "O'Neill", "García", "Kowalski", "Brandt", "Okafor", "Li", "Dubois", "Haddad"]
_CITIES = (("London", "GBR"), ("Dublin", "IRL"), ("Paris", "FRA"), ("Gdańsk", "POL"))


def _put(shelf: Shelf, chosen: random.Random, values: Json) -> None:
    day = FIRST_DAY + timedelta(days=9 * len(shelf.rows), minutes=chosen.randrange(600))
    shelf.rows[shelf.next_code] = Record(shelf.next_code, values, day)
    shelf.next_code += chosen.choice([1, 1, 2, 3])


def _account(number: int, chosen: random.Random) -> Json:
    city, country = _CITIES[number % 4]
    return {
        "Name": f"{_WORDS[number % 12]} {_TRADES[(number // 12 + number) % 6]} {number + 1}",
        "ExternalID": f"ERP-{number:04}" if number % 3 else "",
        "Email": f"office{number}@{_WORDS[number % 12].lower()}.example",
        "Telephone": f"+44 20 7946 {number:04}",
        "Address1": f"{number + 1} Quay Street",
        "City": city,
        "CountryISO": country,
        "PostCode": f"AB{number} 1CD",
        "CompanySize": chosen.choice([5, 40, 900]),
        "Active": 0 if number % 11 == 10 else 1,
    }


def _user(number: int, chosen: random.Random) -> Json:
    first, last = _FIRST[number % 11], _LAST[number % 9]
    city, country = _CITIES[number % 4]
    return {
        "FirstName": first,
        "LastName": last,
        "PrimaryEmail": LOGIN[0] if number == 0 else f"{first.lower()}{number}@contacts.example",
        "Password": LOGIN[1] if number == 0 else "",
        "ExternalID": f"CRM-{number:04}" if number % 4 else "",
        "JobTitle": chosen.choice(["Editor", "Publisher", "Head of Sales", ""]),
        "TownCity": city,
        "CountryISO": country,
        "Postcode": f"EF{number} 2GH",
        "DateOfBirth": f"19{60 + number % 40}-Feb-{number % 28 + 1:02} 00:00:00" if number % 5 == 0 else "",
        "UIDString": f"00000000-0000-4000-8000-{number:012}",
    }


def seed_records(records: Records, seed: int) -> None:
    """Fills empty records: accounts, users, the links between them, consents, subscriptions, groups."""
    chosen = random.Random(seed)
    for number in range(ACCOUNTS):
        _put(records.accounts, chosen, _account(number, chosen))
    for number in range(USERS):
        _put(records.users, chosen, _user(number, chosen))
    _link(records, chosen)
    records.permissions |= {11: "Postal offers", 12: "Newsletter", 15: "Partners' offers"}
    records.lists |= {3: "Weekly digest", 4: "Events"}
    records.groups |= dict.fromkeys(list(records.users.rows)[:3], (7,))
    for number, user in enumerate(records.users.rows):
        if number % 2:
            records.consents.add((user, 12))
        if number % 3 == 0:
            records.subscriptions[user, 3 + number % 2] = FIRST_DAY + timedelta(days=number)


def _link(records: Records, chosen: random.Random) -> None:
    accounts = sorted(records.accounts.rows)
    for number, user in enumerate(sorted(records.users.rows)):
        for account in chosen.sample(accounts, 1 + (number % 7 == 0)):
            records.links[records.next_link] = Link(records.next_link, account, user, int(number % 13 == 12))
            records.next_link += 1
