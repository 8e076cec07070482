"""An API Profile: what one workload may touch (R15-R17). Its truth is one secret document per version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from affino_mcp.catalogue.capability import Capability
from affino_mcp.gate.former import Former
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
    former: Former | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every clear secret that is known of the profile, to be kept out of rows and lines."""
        return (self.secret, self.former.secret) if self.former and self.former.secret else (self.secret,)

    @property
    def cursor_key(self) -> bytes:
        """The key that signs this profile's list cursors; a regenerated secret ends them."""
        return hashlib.sha256(_CURSOR_LABEL + self.secret.encode()).digest()

    def to_document(self) -> Document:
        """The secret document, without the version (the version is the document's address)."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        former = {"former": self.former.to_json()} if self.former else {}
        return {"type": PROFILE_TYPE, "families": self.capability.to_json(), **former, **plain}

    @classmethod
    def from_document(cls, version: str, document: Document) -> Profile:
        """The inverse of `to_document`."""
        plain = {name: document[name] for name in _PLAIN if name in document}
        former = Former(**document["former"]) if "former" in document else None
        return cls(version=version, capability=Capability.from_json(document["families"]), former=former, **plain)


@dataclass(frozen=True)
class ProfileState:
    """A profile, its one switch (R134), and how much it is used."""

    profile: Profile
    enabled: bool
    usage: Usage = field(default_factory=Usage)


def secret_name(prefix: str, key: str) -> str:
    """The name of a profile's secret in Secrets Manager."""
    return f"{prefix}/profiles/{key}"
