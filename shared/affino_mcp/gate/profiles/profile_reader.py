"""Reads profiles for calls: the profile's row names the current version, a cache holds the last version read."""

from __future__ import annotations

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile, ProfileState, profile_secret_name
from affino_mcp.gate.profiles.profile_usage import ProfileUsage
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, StoreUnavailable
from affino_mcp.store.secrets import SecretStore


class ProfileReader:
    """Reads profiles by key. One per process; caches the last version of each profile without an expiry."""

    def __init__(self, db: Database, secrets: SecretStore, settings: Settings) -> None:
        self._db, self._secrets, self._settings = db, secrets, settings
        self._known: dict[str, Profile] = {}

    def cached_profile(self, key: str) -> Profile | None:
        """Gives the cached version, which may be out of date; None when there is none. Reads no store."""
        return self._known.get(key)

    def read_row(self, key: str) -> Item | None:
        """Reads the profile's current row; None when there is no such profile."""
        return self._db.get(self._settings.gate_table, row_keys.profile_key(key))

    def read_version(self, key: str, version: str) -> Profile:
        """Gives exactly this version.

        Raises StoreUnavailable if it cannot be read: a row never names a version that is gone.
        """
        known = self._known.get(key)
        if known is not None and known.version == version:
            return known
        try:
            document = self._secrets.read(profile_secret_name(self._settings.secrets_prefix, key), version)
        except KeyError as error:
            raise StoreUnavailable from error
        profile = self._known[key] = Profile.from_document(version, document)
        return profile

    def read_current(self, key: str) -> ProfileState | None:
        """Reads the profile's current state; None when there is no such profile."""
        row = self.read_row(key)
        return None if row is None else self.state_from_row(key, row)

    def state_from_row(self, key: str, row: Item) -> ProfileState:
        """Gives the profile's state from its row. Raises StoreUnavailable."""
        return ProfileState(self.read_version(key, row["version"]), row["enabled"], ProfileUsage(row))
