"""An example of a signed login request to check one's own code against: for User Help, in browser and shell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from affino_mcp.http.request_signature import body_md5, format_timestamp, sign_request
from affino_mcp.value_class import value_class

EXAMPLE_SECRET: Final = "the-API-Secret"  # noqa: S105 (an example)
EXAMPLE_BODY: Final = '{"Email":"jane@orbital.example","Password":"..."}'
EXAMPLE_TIMESTAMP: Final = format_timestamp(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))


@value_class
class SigningExample:
    """A login request, and the values that its headers MD5 and Signature must have."""

    path: str
    body: str
    secret: str
    stamp: str
    md5: str
    signature: str

    @classmethod
    def from_instance_name(cls, instance: str) -> SigningExample:
        """The example for the instance of this name."""
        path = f"/rest/{instance}/login"
        signature = sign_request("POST", path, EXAMPLE_BODY.encode(), EXAMPLE_SECRET, EXAMPLE_TIMESTAMP)
        return cls(path, EXAMPLE_BODY, EXAMPLE_SECRET, EXAMPLE_TIMESTAMP, body_md5(EXAMPLE_BODY.encode()), signature)
