"""An API Profile: what one workload may touch (R15-R17). Its truth is one secret document per version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from affino_mcp.catalogue.capability import Capability
from affino_mcp.gate.usage import Usage
from affino_mcp.store.secrets import Document

PROFILE_TYPE = "AI"
_PLAIN = ("name", "key", "secret", "rate", "burst", "compact", "notes", "created", "updated", "relogin")
_CURSOR_LABEL = b"affino-mcp list cursor\0"


@dataclass(frozen=True)
class Profile:
    """One version of a profile. `rate` is calls per minute, `burst` how many may come at once after a quiet time.

    `relogin`: an expired session's refusal carries a link through which its person may revive it.
    """

    key: str
    name: str
    version: str
    secret: str = field(repr=False)
    capability: Capability
    rate: int
    burst: int
    compact: bool = False
    """Whether tools/list shows three tools that stand for all others (catalogue/compact.py)."""
    notes: str = ""
    created: str = ""
    updated: str = ""
    relogin: bool = False

    @property
    def cursor_key(self) -> bytes:
        """The key that signs this profile's list cursors; a regenerated secret ends them."""
        return hashlib.sha256(_CURSOR_LABEL + self.secret.encode()).digest()

    def to_document(self) -> Document:
        """The secret document, without the version (the version is the document's address)."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {"type": PROFILE_TYPE, "families": self.capability.to_json(), **plain}

    @classmethod
    def from_document(cls, version: str, document: Document) -> Profile:
        """The inverse of `to_document`."""
        plain = {name: document[name] for name in _PLAIN if name in document}
        return cls(version=version, capability=Capability.from_json(document["families"]), **plain)


@dataclass(frozen=True)
class ProfileState:
    """A profile, its one switch (R134), and how much it is used."""

    profile: Profile
    enabled: bool
    usage: Usage = field(default_factory=Usage)


def secret_name(prefix: str, key: str) -> str:
    """The name of a profile's secret in Secrets Manager."""
    return f"{prefix}/profiles/{key}"
