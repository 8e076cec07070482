"""An example of a signed login request to check one's own code against: for User Help, in browser and shell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from affino_mcp.gate.abuse.request_signature import body_md5, format_timestamp, sign_request

EXAMPLE: Final = "the-API-Secret"
BODY: Final = '{"Email":"jane@orbital.example","Password":"..."}'
STAMP: Final = format_timestamp(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@dataclass(frozen=True)
class Example:
    """A login request, and the values that its headers MD5 and Signature must have."""

    path: str
    body: str
    secret: str
    stamp: str
    md5: str
    signature: str

    @classmethod
    def of(cls, instance: str) -> Example:
        """The example for the instance of this name."""
        path = f"/rest/{instance}/login"
        signature = sign_request("POST", path, BODY.encode(), EXAMPLE, STAMP)
        return cls(path, BODY, EXAMPLE, STAMP, body_md5(BODY.encode()), signature)
