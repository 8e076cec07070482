"""An API Profile: which families one workload may use, how much it is used, and how its versions are read.

Each version is one secret document in Secrets Manager.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.capability import Capability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.clock import SECOND_MICROSECONDS, epoch_microseconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.settings import Settings
from affino_mcp.signed_text import derive_key
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Item
from affino_mcp.store.secrets import SecretDocument, SecretStore
from affino_mcp.value_class import value_class

LAST_USED_ATTRIBUTE: Final = "used"
"""The attribute that holds the last use, in microseconds since the epoch."""
_COUNTER_PREFIX: Final = "calls_"
_DAY_SECONDS: Final = 24 * 3600
_DAY_MICROSECONDS: Final = _DAY_SECONDS * SECOND_MICROSECONDS
PROFILE_TYPE = "AI"
_CURSOR_LABEL = b"affino-mcp list cursor\0"
_OPTION_METADATA: Final = "option"
UNUSED_SECRET: Final = "0" * 40
"""A secret that is never issued: what is compared where there is no profile."""


def day_counter(now: int) -> str:
    """Names the attribute that counts the calls of the UTC day of this moment (in microseconds)."""
    return _name_counter(now // _DAY_MICROSECONDS)


@lru_cache(maxsize=8)
def _name_counter(day: int) -> str:
    return f"{_COUNTER_PREFIX}{datetime.fromtimestamp(day * _DAY_SECONDS, UTC):%Y%m%d}"


def past_day_counters(row: Iterable[str], now: int) -> tuple[str, ...]:
    """Gives the names of a row's counters of past days."""
    return tuple(sorted(name for name in row if name.startswith(_COUNTER_PREFIX) and name < day_counter(now)))


@value_class
class ProfileUsage:
    """A profile's use, read from its row."""

    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def today(self, now: datetime) -> int:
        """Gives the number of calls of this day (UTC) that passed credentials and rate limit."""
        return int(self.row.get(day_counter(epoch_microseconds(now)), 0))

    @property
    def last(self) -> datetime | None:
        """The time of the last such call; None when there was none."""
        used = self.row.get(LAST_USED_ATTRIBUTE)
        return None if used is None else datetime.fromtimestamp(used // SECOND_MICROSECONDS, UTC)


class ProfileOption(NamedTuple):
    """A setting that a profile has on or off: its label for operators, and what it does."""

    label: str
    hint: str


def _option_field(label: str, hint: str) -> Any:
    """A dataclass field for an option, off by default."""
    return field(default=False, metadata={_OPTION_METADATA: ProfileOption(label, hint)})


@value_class
class Profile:
    """One version of a profile. `rate` is calls per minute, `burst` the most calls at once when the bucket is empty.

    `mode` is the form in which its tools are listed.
    """

    key: str
    name: str
    version: str
    secret: str = field(repr=False)
    capability: Capability
    rate: int
    burst: int
    mode: ListMode = ListMode.FULL
    notes: str = ""
    created: str = ""
    updated: str = ""
    relogin: bool = _option_field(
        "Re-login link", "An expired session's refusal carries a link: its person logs in, and the client goes on."
    )
    confirm: bool = _option_field(
        "Confirmation", "The agent deletes, moderates and publishes only when its person has confirmed it."
    )
    rest: bool = _option_field(
        "REST API", "Programs may call the REST API with this profile, as a person who is logged in."
    )
    former: PreviousSecret | None = None
    terms: AdmissionTerms = field(default_factory=AdmissionTerms)

    @property
    def options(self) -> dict[str, bool]:
        """Every option by its name, on or off."""
        return {name: getattr(self, name) for name in PROFILE_OPTIONS}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The profile's secrets in the clear that are known, for redaction of rows and log lines."""
        return (self.secret, self.former.secret) if self.former and self.former.secret else (self.secret,)

    def derive_key(self, label: bytes) -> bytes:
        """A key of its own for each use; what was signed with one ends with a regenerated secret."""
        return derive_key(label, self.secret)

    @cached_property
    def cursor_key(self) -> bytes:
        """The key that signs this profile's list cursors."""
        return self.derive_key(_CURSOR_LABEL)

    def to_document(self) -> SecretDocument:
        """Gives the secret document, without the version (the version is part of the document's address)."""
        plain = {name: getattr(self, name) for name in _PLAIN_FIELDS} | {"mode": str(self.mode)}
        former = {"former": self.former.to_json()} if self.former else {}
        families, terms = self.capability.to_json(), self.terms.to_json()
        return {"type": PROFILE_TYPE, "families": families, "terms": terms, **former, **plain}

    @classmethod
    def from_document(cls, version: str, document: SecretDocument) -> Profile:
        """Makes the profile from its secret document; the inverse of `to_document`.

        Documents from before there were three modes say `compact`, true or false.
        """
        plain = {name: document[name] for name in _PLAIN_FIELDS if name in document}
        former = PreviousSecret(**document["former"]) if "former" in document else None
        terms = AdmissionTerms.from_json(document.get("terms", {}))
        families = Capability.from_json(document["families"])
        mode = ListMode(document.get("mode", ListMode.COMPACT if document.get("compact") else ListMode.FULL))
        return cls(version=version, capability=families, former=former, terms=terms, mode=mode, **plain)


PROFILE_OPTIONS: Final[Mapping[str, ProfileOption]] = {
    f.name: f.metadata[_OPTION_METADATA] for f in fields(Profile) if _OPTION_METADATA in f.metadata
}
"""The options by name. Form, command line, log and stored document are derived from them."""


_PLAIN_FIELDS: Final = tuple(
    f.name for f in fields(Profile) if f.name not in {"version", "capability", "former", "terms", "mode"}
)


@value_class
class ProfileState:
    """A profile with its switch (enabled or not) and its use."""

    profile: Profile
    enabled: bool
    usage: ProfileUsage = field(default_factory=ProfileUsage)

    def is_open(self, at: datetime) -> bool:
        """True if the profile is enabled and its last day is not over."""
        return self.enabled and not self.profile.terms.is_over(at)


def profile_secret_name(prefix: str, key: str) -> str:
    """Gives the name of a profile's secret in Secrets Manager."""
    return f"{prefix}/profiles/{key}"


def signing_secrets(profile: Profile | None, now: datetime) -> list[str]:
    """Gives the secrets that a signature may be made with; without a profile one secret that is never issued."""
    if profile is None:
        return [UNUSED_SECRET]
    former = profile.former
    return [profile.secret, former.secret] if former and former.is_accepted(now) else [profile.secret]


def is_same_secret(ours: str, theirs: str) -> bool:
    """True if two secrets are equal; compares in constant time."""
    return hmac.compare_digest(ours.encode(), theirs.encode())


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
