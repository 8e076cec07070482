"""The emulator with the tables of the template, a profile and a person who may do everything: what the proofs run on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.clock import utc_now
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.instance.builtin.crm.staff import enrol_staff
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.tools import FACETS
from affino_mcp.local import bucket, tables
from affino_mcp.local.emulator import EMULATOR_STOP_SECONDS, Emulator
from affino_mcp.local.login import make_mcp_headers
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.local.stores import EMULATOR_ACCOUNT_KEY, open_bucket, open_dynamodb, open_emulator_stores
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Item
from affino_mcp.store.render import item_from_wire
from affino_mcp.wiring import Stores

RATE_PER_MINUTE = 6000


@dataclass(frozen=True)
class EmulatedService:
    """A service in the emulator: its settings, its stores, and the three headers of a caller who may do everything."""

    settings: Settings
    stores: Stores
    profile: Profile
    person: int
    headers: dict[str, str]

    def add_caller(self, name: str, *groups: str) -> dict[str, str]:
        """Makes a person of these groups with a profile of the person's own; gives the three headers."""
        profile = self.add_profile(name)
        return _make_person(self.settings, self.stores, profile, name, groups)[1]

    def add_profile(self, name: str) -> Profile:
        """Makes a profile."""
        return _make_profile(self.settings, self.stores, name)

    def scan(self, table: str) -> list[Item]:
        """Gives every row of a table."""
        endpoint, rows = open_dynamodb(self.settings), list[Item]()
        start: dict[str, Any] = {}
        while True:
            page = endpoint.call_operation("Scan", {"TableName": table, "ConsistentRead": True, **start})
            rows += [item_from_wire(item) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return rows
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@contextmanager
def emulated_service(folder: Path) -> Iterator[EmulatedService]:
    """Runs the emulator during the body, with tables, a profile, a person and a session."""
    folder.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(folder, Settings().region)
    try:
        emulator.wait_until_ready()
        settings = Settings(aws_endpoint=emulator.endpoint)
        tables.make_tables(open_dynamodb(settings), tables.read_tables(TEMPLATE_FILE, settings))
        bucket.make_bucket(open_bucket(settings), settings)
        yield _staffed(settings, open_emulator_stores(settings))
    finally:
        emulator.child.stop(EMULATOR_STOP_SECONDS)


def emulator_variables(settings: Settings) -> dict[str, str]:
    """Gives the environment variables by which a process of the service finds the emulator."""
    return {
        "AFFINO_AWS_ENDPOINT": settings.aws_endpoint,
        "AWS_REGION": settings.region,
        "AWS_ACCESS_KEY_ID": EMULATOR_ACCOUNT_KEY,
        "AWS_SECRET_ACCESS_KEY": EMULATOR_ACCOUNT_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "prove",
        "POWERTOOLS_METRICS_NAMESPACE": "AffinoMcp",
        "FASTMCP_LOG_ENABLED": "false",
    }


def inherited_environment() -> dict[str, str]:
    """Gives this process's environment without what would lead a child to other AWS accounts."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AFFINO_", "PYTEST_"))}


def _staffed(settings: Settings, stores: Stores) -> EmulatedService:
    profile = _make_profile(settings, stores, "prove")
    person, headers = _make_person(settings, stores, profile, "Una Mighty", tuple(SECURITY_GROUPS))
    return EmulatedService(settings, stores, profile, person, headers)


def _make_profile(settings: Settings, stores: Stores, name: str) -> Profile:
    everything: dict[Any, frozenset[Access]] = {family: frozenset(Access) for family in SWITCHED_FAMILIES}
    return Profiles(stores.database, stores.secrets, settings, utc_now).create(name, everything, RATE_PER_MINUTE)


def _make_person(
    settings: Settings, stores: Stores, profile: Profile, name: str, groups: tuple[str, ...]
) -> tuple[int, dict[str, str]]:
    """The code of a new person, and the headers of the person's session."""
    first, last = name.split()
    email = f"{first}@{last}.example".lower()
    records = Records(stores.database, settings.records_table, settings.words_table, FACETS)
    person = enrol_staff(records, first, last, email, utc_now())
    People(stores.database, settings, utc_now).create(person, name, email, groups=groups)
    token = Sessions(stores.database, settings, utc_now).create_session(person, profile.key).access_token
    return person, make_mcp_headers(token, profile.key, profile.secret)
