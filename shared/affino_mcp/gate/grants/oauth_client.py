"""OAuth clients: the apps that ask people for a grant, and what proves who they are."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Final

from affino_mcp.value_class import value_class

SELF_REGISTERED_PREFIX: Final = "reg_"
"""What the id of every client begins with that has registered itself, so that nobody vouches for it."""


class ClientProof(StrEnum):
    """What proves a client: the document at its own address, a secret, or nothing."""

    DOCUMENT = "cimd"
    SECRET = "secret"  # noqa: S105 (a word, no password)
    NONE = "none"


@value_class
class OAuthClient:
    """An OAuth client. `name` is what it calls itself, or what the operator calls it.

    `host` serves the document that proves it; it is empty for a client that the operator registered. `secret_digest` is the
    SHA-256 of its secret, empty for one without a secret. `created` is in seconds since the epoch, 0 when not registered here.
    """

    client_id: str
    name: str
    host: str
    redirect_uris: tuple[str, ...]
    proof: ClientProof
    secret_digest: str = field(default="", repr=False)
    created: int = 0
