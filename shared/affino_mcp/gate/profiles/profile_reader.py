"""Reads profiles for calls: the profile's row names the current version, a cache holds the last version read."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile, ProfileState, secret_name
from affino_mcp.gate.profiles.profile_usage import Usage
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, StoreUnavailable
from affino_mcp.store.secrets import Secrets


class ProfileReader:
    """Reads profiles by key. One per process; caches the last version of each profile without an expiry."""

    def __init__(self, db: Database, secrets: Secrets, settings: Settings) -> None:
        self._db, self._secrets, self._settings = db, secrets, settings
        self._known: dict[str, Profile] = {}

    def cached(self, key: str) -> Profile | None:
        """Gives the cached version, which may be out of date; None when there is none. Reads no store."""
        return self._known.get(key)

    def row(self, key: str) -> Item | None:
        """Reads the profile's current row; None when there is no such profile."""
        return self._db.get(self._settings.gate_table, row_keys.profile(key))

    def at(self, key: str, version: str) -> Profile:
        """Gives exactly this version.

        Raises StoreUnavailable if it cannot be read: a row never names a version that is gone.
        """
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
        """Reads the profile's current state; None when there is no such profile."""
        row = self.row(key)
        return None if row is None else self.state(key, row)

    def state(self, key: str, row: Item) -> ProfileState:
        """Gives the profile's state from its row. Raises StoreUnavailable."""
        return ProfileState(self.at(key, row["version"]), row["enabled"], Usage(row))
