"""The answers of the OAuth door's addresses, with what may be logged about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.value_class import value_class

ANY_ORIGIN_HEADERS: Final[Mapping[str, str]] = {"access-control-allow-origin": "*"}
"""For answers that pages of any origin may read: they depend on no cookie."""
NO_STORE_HEADERS: Final[Mapping[str, str]] = {"cache-control": "no-store", "pragma": "no-cache"}


@dataclass
class OAuthSubject:
    """The client, person, profile and grant of a request as far as they are known, for its log line.

    `grant` is a fingerprint. Nothing of a token, a code, a state or a redirect's query belongs here.
    """

    client_id: str = ""
    user_code: int | None = None
    profile: str = ""
    grant: str = ""

    def line_fields(self) -> dict[str, Any]:
        """Gives what is known, as fields of a log line."""
        return {name: value for name, value in vars(self).items() if value not in {"", None}}


@value_class
class OAuthAnswer:
    """An HTTP answer; `line_name` and `result` are what its log line is called and says. Only the content may hold tokens."""

    status: int
    content: bytes = field(repr=False)
    line_name: str
    result: str
    headers: Mapping[str, str]
    known: OAuthSubject = field(default_factory=OAuthSubject)
    cookies: tuple[str, ...] = field(default=(), repr=False)

    def line_fields(self) -> dict[str, Any]:
        """Gives the fields of the log line."""
        return {"status": self.status, "result": self.result, **self.known.line_fields()}


def json_answer(
    line_name: str,
    status: int,
    body: Mapping[str, Any],
    result: str,
    known: OAuthSubject,
    headers: Mapping[str, str] | None = None,
    wait: float | None = None,
) -> OAuthAnswer:
    """Makes an answer in JSON that is not stored and that pages of any origin may read; `wait` is in seconds."""
    own = {"content-type": "application/json", **NO_STORE_HEADERS, **ANY_ORIGIN_HEADERS, **(headers or {})}
    own |= {"retry-after": retry_after_value(wait)} if wait is not None else {}
    return OAuthAnswer(status, json.dumps(body).encode(), line_name, result, own, known)


def error_answer(
    line_name: str,
    status: int,
    error: str,
    description: str,
    result: str,
    known: OAuthSubject,
    headers: Mapping[str, str] | None = None,
    wait: float | None = None,
) -> OAuthAnswer:
    """Makes the answer of an OAuth error (RFC 6749, section 5.2), with one of our own texts; see `json_answer`."""
    body = {"error": error, "error_description": description}
    return json_answer(line_name, status, body, result, known, headers, wait)
