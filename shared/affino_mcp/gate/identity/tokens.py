"""Makes and digests AccessTokens and RefreshTokens; a token is never stored and never logged in the clear."""

from __future__ import annotations

import hashlib
import secrets
import uuid


def new_token() -> str:
    """Gives a new token in the form of a UUID, with all 128 bits random (OWASP ASVS 7.2.3)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def digest_token(token: str) -> str:
    """Gives what is stored instead of the token: the SHA-256 of its canonical form, as hex."""
    return sha256_hex(token.lower())


def sha256_hex(text: str) -> str:
    """Gives the SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_fingerprint(token_digest: str) -> str:
    """Gives the part of a token's digest that may be logged: it tells sessions apart and cannot be used as a token."""
    return token_digest[:12]
