"""Reading profiles on the way of every call: the row says which version counts, the cache holds that version."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile, ProfileState, secret_name
from affino_mcp.gate.profiles.profile_usage import Usage
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, StoreUnavailable
from affino_mcp.store.secrets import Secrets


class ProfileReader:
    """Profiles by key. One per process: it remembers the last version of each profile, and never for how long."""

    def __init__(self, db: Database, secrets: Secrets, settings: Settings) -> None:
        self._db, self._secrets, self._settings = db, secrets, settings
        self._known: dict[str, Profile] = {}

    def cached(self, key: str) -> Profile | None:
        """The version last seen here, which may be out of date; no store is asked."""
        return self._known.get(key)

    def row(self, key: str) -> Item | None:
        """The profile's row as it stands now; None when there is no such profile."""
        return self._db.get(self._settings.gate_table, row_keys.profile(key))

    def at(self, key: str, version: str) -> Profile:
        """Exactly this version. Raises StoreUnavailable when it cannot be read: a row never names a lost version."""
        known = self._known.get(key)
        if known is not None and known.version == version:
            return known
        try:
            document = self._secrets.read(secret_name(self._settings.secrets_prefix, key), version)
        except KeyError as error:
            raise StoreUnavailable from error
        profile = self._known[key] = Profile.from_document(version, document)
        return profile

    def current(self, key: str) -> ProfileState | None:
        """The profile as it stands now; None when there is no such profile."""
        row = self.row(key)
        return None if row is None else self.state(key, row)

    def state(self, key: str, row: Item) -> ProfileState:
        """The profile as this row of it says. Raises StoreUnavailable."""
        return ProfileState(self.at(key, row["version"]), row["enabled"], Usage(row))
