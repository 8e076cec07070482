"""The interface that the answers of every part of the login edge have: to signed calls, to browsers, to apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class HttpAnswer(Protocol):
    """The interface of an HTTP answer: what is sent, and what is logged about it."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The response headers, without cookies."""

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of Set-Cookie headers."""

    @property
    def content(self) -> bytes:
        """The response body."""

    @property
    def line_name(self) -> str:
        """The name of the log line."""

    def line_fields(self) -> dict[str, Any]:
        """The fields of the log line."""
