"""The Hub's answers: pages, redirections and assets, with their headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from http import HTTPStatus
from typing import Any

from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.pages.assets import ASSET_CACHE_CONTROL, Asset
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.value_class import value_class


@value_class
class HubPage:
    """One HTTP answer to a browser, and what may be logged about it: the content may hold a token."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str]
    result: str
    known: LoginSubject
    cookies: tuple[str, ...] = field(default=(), repr=False)
    line_name: str = "login"

    def line_fields(self) -> dict[str, Any]:
        """Gives the fields of the log line."""
        return {"status": self.status, "result": f"hub_{self.result}", **asdict(self.known)}


def html_page(
    status: int, text: str, result: str, known: LoginSubject, *cookies: str, wait: float | None = None
) -> HubPage:
    """Makes an HTML page; `wait` is in seconds."""
    headers = PAGE_HEADERS | {"content-type": "text/html; charset=utf-8"}
    if wait is not None:
        headers |= {"retry-after": retry_after_value(wait)}
    return HubPage(status, text.encode(), headers, result, known, cookies)


def redirect(address: str, *cookies: str) -> HubPage:
    """Makes a redirection to `address`."""
    return HubPage(HTTPStatus.SEE_OTHER, b"", PAGE_HEADERS | {"location": address}, "moved", LoginSubject(), cookies)


def asset_page(found: Asset) -> HubPage:
    """Makes the answer of a style, script or picture.

    Browsers may cache it, because its address changes with its content.
    """
    headers = {
        "content-type": found.media_type,
        "cache-control": ASSET_CACHE_CONTROL,
        "x-content-type-options": "nosniff",
    }
    return HubPage(HTTPStatus.OK, found.content, headers, "asset", LoginSubject())
