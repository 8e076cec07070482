"""What a secret is to a profile at one moment: its own, its previous one, or none."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.profile import UNUSED_SECRET, Profile, is_same_secret

_UNUSED_DIGEST: Final = sha256_hex("")


class SecretStatus(Enum):
    """The status of a secret for a profile at one moment."""

    CURRENT = "current"
    OVERLAPPING = "former, accepted"
    PREVIOUS = "former"
    UNKNOWN = "strange"


def secret_status(profile: Profile | None, digest: str, now: datetime) -> SecretStatus:
    """Gives the status of the secret with this SHA-256 for the profile; without a profile UNKNOWN, after the same computation.

    Always makes both comparisons, each in constant time.
    """
    former = profile.former if profile else None
    current = is_same_secret(sha256_hex(profile.secret if profile else UNUSED_SECRET), digest)
    was = is_same_secret(former.digest if former else _UNUSED_DIGEST, digest)
    if current and profile is not None:
        return SecretStatus.CURRENT
    if was and former is not None:
        return SecretStatus.OVERLAPPING if former.is_accepted(now) else SecretStatus.PREVIOUS
    return SecretStatus.UNKNOWN


def is_accepted_secret(profile: Profile, digest: str, now: datetime) -> bool:
    """True if the secret with this SHA-256 is the profile's, or its previous one during the overlap."""
    return secret_status(profile, digest, now) in (SecretStatus.CURRENT, SecretStatus.OVERLAPPING)
