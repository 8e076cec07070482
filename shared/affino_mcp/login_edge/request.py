"""A request to the login edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final

from affino_mcp.http.signing_headers import single_header, token_header
from affino_mcp.value_class import value_class

MAX_BODY_BYTES: Final = 16 * 1024
_REST_PATH_PATTERN = re.compile(r"/rest/([^/]{1,100})/([A-Za-z]{1,20}(?:\.json)?)/?")


@value_class
class LoginRequest:
    """A request: method, path, raw header pairs, body, query, the caller's network address, and the request's id.

    `base` is the service's own address as the caller reached it, without a trailing slash.
    """

    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    source: str = ""
    request_id: str = ""
    query: str = field(default="", repr=False)
    base: str = ""

    @property
    def instance_and_call(self) -> tuple[str, str]:
        """The instance and the call that the path names; two empty texts when it is no REST path."""
        match = _REST_PATH_PATTERN.fullmatch(self.path)
        return (match[1], match[2]) if match else ("", "")

    def token_header(self, name: str) -> str | None:
        """Gives the token in a header, in canonical form; None when it is missing, repeated or malformed."""
        return token_header(self.headers, name)

    def single_header(self, name: str) -> str | None:
        """Gives a header's value; None when it is absent, empty or repeated."""
        return single_header(self.headers, name)
