"""An API Profile: which families one workload may use. Each version is one secret document in Secrets Manager."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any, Final, NamedTuple

from affino_mcp.catalogue.capability import Capability
from affino_mcp.gate.identity.tokens import sha256
from affino_mcp.gate.profiles.previous_secret import Former
from affino_mcp.gate.profiles.profile_usage import Usage
from affino_mcp.signed_text import derive_key
from affino_mcp.store.secrets import Document

PROFILE_TYPE = "AI"
_CURSOR_LABEL = b"affino-mcp list cursor\0"
_OPTION: Final = "option"
_NOBODYS: Final = sha256("")
_NOBODYS_SECRET: Final = "0" * 40


class Option(NamedTuple):
    """A setting that a profile has on or off: its label for operators, and what it does."""

    label: str
    hint: str


def _option(label: str, hint: str) -> Any:
    """A dataclass field for an option, off by default."""
    return field(default=False, metadata={_OPTION: Option(label, hint)})


@dataclass(frozen=True)
class Profile:
    """One version of a profile. `rate` is calls per minute, `burst` the most calls at once when the bucket is empty."""

    key: str
    name: str
    version: str
    secret: str = field(repr=False)
    capability: Capability
    rate: int
    burst: int
    compact: bool = _option(
        "Compact mode", "The agent sees three tools that stand for all others: far fewer tokens, one more step."
    )
    notes: str = ""
    created: str = ""
    updated: str = ""
    relogin: bool = _option(
        "Re-login link", "An expired session's refusal carries a link: its person logs in, and the client goes on."
    )
    confirm: bool = _option(
        "Confirmation", "The agent deletes, moderates and publishes only when its person has confirmed it."
    )
    former: Former | None = None

    @property
    def options(self) -> dict[str, bool]:
        """Every option by its name, on or off."""
        return {name: getattr(self, name) for name in OPTIONS}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The profile's secrets in the clear that are known, for redaction of rows and log lines."""
        return (self.secret, self.former.secret) if self.former and self.former.secret else (self.secret,)

    def key_for(self, label: bytes) -> bytes:
        """A key of its own for each use; what was signed with one ends with a regenerated secret."""
        return derive_key(label, self.secret)

    @property
    def cursor_key(self) -> bytes:
        """The key that signs this profile's list cursors."""
        return self.key_for(_CURSOR_LABEL)

    def to_document(self) -> Document:
        """Gives the secret document, without the version (the version is part of the document's address)."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        former = {"former": self.former.to_json()} if self.former else {}
        return {"type": PROFILE_TYPE, "families": self.capability.to_json(), **former, **plain}

    @classmethod
    def from_document(cls, version: str, document: Document) -> Profile:
        """Makes the profile from its secret document; the inverse of `to_document`."""
        plain = {name: document[name] for name in _PLAIN if name in document}
        former = Former(**document["former"]) if "former" in document else None
        return cls(version=version, capability=Capability.from_json(document["families"]), former=former, **plain)


OPTIONS: Final[Mapping[str, Option]] = {f.name: f.metadata[_OPTION] for f in fields(Profile) if _OPTION in f.metadata}
"""The options by name. Form, command line, log and stored document are derived from them."""
_PLAIN: Final = tuple(f.name for f in fields(Profile) if f.name not in {"version", "capability", "former"})


@dataclass(frozen=True)
class ProfileState:
    """A profile with its switch (enabled or not) and its use."""

    profile: Profile
    enabled: bool
    usage: Usage = field(default_factory=Usage)


def secret_name(prefix: str, key: str) -> str:
    """Gives the name of a profile's secret in Secrets Manager."""
    return f"{prefix}/profiles/{key}"


class Standing(Enum):
    """The status of a secret for a profile at one moment."""

    CURRENT = "current"
    OVERLAPPING = "former, accepted"
    FORMER = "former"
    STRANGE = "strange"


def standing(profile: Profile | None, secret: str, now: datetime) -> Standing:
    """Gives the status of `secret` for the profile; without a profile STRANGE, after the same computation.

    Always makes both comparisons, each in constant time.
    """
    former = profile.former if profile else None
    current = same(profile.secret if profile else _NOBODYS_SECRET, secret)
    was = same(former.digest if former else _NOBODYS, sha256(secret))
    if current and profile is not None:
        return Standing.CURRENT
    if was and former is not None:
        return Standing.OVERLAPPING if former.accepted(now) else Standing.FORMER
    return Standing.STRANGE


def signing_secrets(profile: Profile | None, now: datetime) -> list[str]:
    """Gives the secrets that a signature may be made with; without a profile one secret that is never issued."""
    if profile is None:
        return [_NOBODYS_SECRET]
    former = profile.former
    return [profile.secret, former.secret] if former and former.accepted(now) else [profile.secret]


def same(ours: str, theirs: str) -> bool:
    """True if two secrets are equal; compares in constant time."""
    return hmac.compare_digest(ours.encode(), theirs.encode())
