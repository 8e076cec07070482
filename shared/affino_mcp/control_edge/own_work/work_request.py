"""One request of a person who is logged in at the Hub, to the pages of their own work."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.control_edge.screen_request import RequestOrigin, ScreenRequest
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.pages.hub_places import FILES_PLACE, HUB_STATIC_PATH, WORK_PATH
from affino_mcp.pages.reader_zone import choose_reader_zone
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.store.faults import AccessRefused


class WorkRequest(ScreenRequest):
    """A request to the pages of one's own work: the same person and rights as anywhere, at the Hub."""

    @property
    def site(self) -> str:
        """See ScreenRequest."""
        return "Hub"

    @property
    def frame(self) -> str:
        """See ScreenRequest."""
        return "hub.html"

    @property
    def files_place(self) -> str:
        """See ScreenRequest."""
        return FILES_PLACE

    @property
    def files_address(self) -> str:
        """See ScreenRequest."""
        return f"{self.origin.path_prefix}{FILES_PLACE}"

    @property
    def form_token(self) -> str:
        """See ScreenRequest: one that is of no use at the Control Centre."""
        return hashlib.sha256(b"affino-mcp hub form\0" + self.web_session.token.encode()).hexdigest()

    def render_page(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page of this template, with the Hub's navigation and the person's form token."""
        shown = {"here": WORK_PATH, "ask": self, "csrf": self.form_token, **values}
        return render_work_page(self.centre, self.origin, template, status, **shown)

    def redirect(self, path: str) -> Response:
        """A redirect to a path below the service's own address, to be followed with GET."""
        return redirect_within(self.origin, path)


def hub_cookie_name(origin: RequestOrigin) -> str:
    """Gives the name of the cookie of a browser that is logged in at the Hub."""
    return "affino-hub" if origin.is_plain_http else "__Host-affino-hub"


def read_hub_cookie(request: Request, origin: RequestOrigin) -> str:
    """Gives the value of the Hub's cookie; empty when there is none."""
    return request.cookies.get(hub_cookie_name(origin), "")


def redirect_within(origin: RequestOrigin, path: str) -> Response:
    """A redirect to a path below the service's own address, to be followed with GET."""
    return RedirectResponse(origin.path_prefix + path, 303, headers=PAGE_HEADERS)


def render_work_page(
    centre: ControlCentre, origin: RequestOrigin, template: str, status: int = 200, **values: Any
) -> Response:
    """The page of this template; the person need not be logged in. A 503 says when to try again."""
    ask = values.get("ask")
    reader = ask.reader if ask else choose_reader_zone("", origin.browser_zone, centre.settings.time_zone)
    common = {
        "reader": reader,
        "base": origin.path_prefix,
        "static": HUB_STATIC_PATH,
        "at": origin.path_prefix + WORK_PATH,
    }
    html = centre.page_renderer.render(template, **{"ask": None, "here": "", **common, **values})
    later = {"Retry-After": retry_after_value(AccessRefused.retry_after)} if status == 503 else {}
    return HTMLResponse(html, status, headers={**PAGE_HEADERS, **later})
