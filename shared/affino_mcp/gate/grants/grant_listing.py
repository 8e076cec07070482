"""Lists the apps that people have connected, with the names of profiles and people."""

from __future__ import annotations

from typing import NamedTuple

from affino_mcp.catalogue.capability import Access, Capability
from affino_mcp.catalogue.scopes import expand_scopes
from affino_mcp.gate.grants.grants import Grant, Grants
from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.allowed_people import find_people
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database

MAX_LISTED_APPS = 100


class ConnectedApp(NamedTuple):
    """One live grant, the name of its profile (the key where there is none), and its person where they are known."""

    grant: Grant
    profile: str
    person: Person | None = None

    @property
    def mark(self) -> str:
        """What the app is named by in pages, commands and rows."""
        return self.grant.fingerprint

    @property
    def vouched_by(self) -> str:
        """Who says that the app is what it is: the host that proves it, the operator, or nobody."""
        if self.grant.client_id.startswith(SELF_REGISTERED_PREFIX):
            return "registered by itself"
        return self.grant.host or "registered by your operator"

    @property
    def capability(self) -> Capability:
        """What the person lets the app do, as far as the profile allows it."""
        allowed: dict[str, set[Access]] = {}
        for family, access in expand_scopes(self.grant.scopes) - expand_scopes(self.grant.declined):
            allowed.setdefault(family, set()).add(access)
        return Capability({family: frozenset(accesses) for family, accesses in allowed.items()})

    def describe(self) -> dict[str, str]:
        """What rows of the API Log say of an app that is ended."""
        return {"app": self.mark, "client_id": self.grant.client_id, "name": self.grant.name, "profile": self.profile}


class AppListing:
    """Lists and finds connected apps. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, grants: Grants) -> None:
        self._db, self._table, self._grants = db, settings.gate_table, grants

    def list_of_person(self, user_code: int) -> list[ConnectedApp]:
        """Gives the apps of a person, latest first."""
        found = self._grants.list_of_person(user_code)
        keys = list(dict.fromkeys(row_keys.profile_key(grant.profile) for grant in found))
        rows = self._db.get_many(self._table, keys) if keys else {}
        names = {key: row["name"] for key, row in rows.items()}
        return [ConnectedApp(one, names.get(row_keys.profile_key(one.profile), one.profile)) for one in found]

    def list_of_profile(self, key: str, name: str) -> list[ConnectedApp]:
        """Gives the apps that people have connected to a profile, latest first; at most MAX_LISTED_APPS."""
        found = self._grants.list_of_profile(key, MAX_LISTED_APPS)
        people = find_people(self._db, self._table, {grant.user_code for grant in found})
        return [ConnectedApp(one, name, people.get(one.user_code)) for one in found]

    def find_of_person(self, user_code: int, mark: str) -> ConnectedApp | None:
        """Gives the person's app of this name; None when there is none."""
        return next((app for app in self.list_of_person(user_code) if app.mark == mark), None)
