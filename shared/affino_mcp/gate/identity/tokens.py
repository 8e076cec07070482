"""AccessTokens and RefreshTokens: UUID-shaped, 128 random bits, never stored and never logged in the clear."""

from __future__ import annotations

import hashlib
import secrets
import uuid


def new_token() -> str:
    """A new token: looks like a UUID (R19), all 128 bits random (ASVS 7.2.3)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def digest(token: str) -> str:
    """What is stored instead of the token: SHA-256 of its canonical form, as hex."""
    return sha256(token.lower())


def sha256(text: str) -> str:
    """The SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(token_digest: str) -> str:
    """What may be logged: enough to tell sessions apart, useless to anybody."""
    return token_digest[:12]
