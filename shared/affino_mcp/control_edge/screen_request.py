"""One request of a signed-in person, and the answers that a screen can give."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.gate.identity.permissions import LOGS_READ, PROFILES_MANAGE, RECORDS_RESTORE, STRUCTURE_MANAGE
from affino_mcp.gate.sessions.web_sessions import Rows, WebSession
from affino_mcp.http.api_gateway import client_address, find_request_id
from affino_mcp.http.own_address import is_loopback_address, own_base_url
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.pages.reader_zone import ZONE_COOKIE, ReaderZone, choose_reader_zone
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.spoken_times.spans import LocalClock
from affino_mcp.store.faults import AccessRefused
from affino_mcp.value_class import value_class

CONTROL_PATH: Final = "/control"
STATIC_PATH: Final = f"{CONTROL_PATH}/static"
FILES_PATH: Final = "/files"
"""The path of the pages of import and export, below /control."""


@value_class
class RequestOrigin:
    """Where a request came in: what API Gateway or the server itself says, never a header that the caller sent.

    `path_prefix` is the path prefix of the stage, `public_url` the service's public URL, `source` the caller's IP address;
    `is_plain_http` is true for http on this machine; `browser_zone` is what the browser calls its time zone, "" when it does not.
    """

    path_prefix: str
    public_url: str
    source: str
    request_id: str
    is_plain_http: bool
    browser_zone: str = ""

    @classmethod
    def from_request(cls, request: Request) -> RequestOrigin:
        """The place of this request. `path_prefix` is the stage before the path; `is_plain_http` says http on this machine."""
        public = own_base_url(request.scope)
        source, request_id = client_address(request.scope), find_request_id(request.scope)
        zone, path = request.cookies.get(ZONE_COOKIE, ""), urlsplit(public).path.rstrip("/")
        return cls(path, public, source, request_id, is_loopback_address(public), zone)

    @property
    def cookie_name(self) -> str:
        """The name of the web session's cookie: bound to the host and to TLS, except in a local run without TLS."""
        return "affino-control" if self.is_plain_http else "__Host-affino-control"


@value_class
class ScreenRequest:
    """One request as a screen receives it.

    `path_values` and `query_values` hold its parameters, `form` the last value of each posted field, `multi_values` all
    values of each; `gate_rows` are the rows of the Gate table that the screen's rule names.
    """

    centre: ControlCentre
    web_session: WebSession
    origin: RequestOrigin
    path_values: Mapping[str, str]
    query_values: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    multi_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gate_rows: Rows = field(default_factory=dict, repr=False)

    @property
    def site(self) -> str:
        """The name of the pages at which the person acts, as rows of the API Log have it."""
        return "Control Centre"

    @property
    def frame(self) -> str:
        """The template of the frame around a page that both sites have."""
        return "frame.html"

    @property
    def files_place(self) -> str:
        """The path of the pages of import and export, as `redirect` and the navigation have it."""
        return FILES_PATH

    @property
    def files_address(self) -> str:
        """The address of these pages, for links and forms."""
        return f"{self.origin.path_prefix}{CONTROL_PATH}{FILES_PATH}"

    def has_right(self, right: str) -> bool:
        """Whether the person has this right now."""
        return self.web_session.person.has_right(right, self.centre.clock())

    def render_page(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page of this template, with the person's navigation and form token; takes the HTTP status and its values."""
        return render_page(self.centre, self.origin, template, status, ask=self, csrf=self.form_token, **values)

    def redirect(self, path: str) -> Response:
        """A redirect to a path of the Control Centre, to be followed with GET."""
        return redirect(self.origin, path)

    @cached_property
    def reader(self) -> ReaderZone:
        """The zone in which pages show times: the person's, the browser's, or the instance's."""
        own, instance = self.web_session.person.zone, self.centre.settings.time_zone
        return choose_reader_zone(own, self.origin.browser_zone, instance, self.centre.clock())

    @property
    def local_clock(self) -> LocalClock:
        """What a clock shows in the reader's zone."""
        return LocalClock(self.centre.clock(), self.reader.zone)

    @property
    def form_token(self) -> str:
        """The token that every form of this web session carries; the session's own token cannot be derived from it."""
        return hashlib.sha256(b"affino-mcp control form\0" + self.web_session.token.encode()).hexdigest()

    @property
    def navigation(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The screens that the person may see, by section: path and label of each."""
        manage = self.has_right(PROFILES_MANAGE)
        profiles = [("/profiles", "API Profiles")] if manage else []
        logs = "API Logs" if self.has_right(LOGS_READ) else "My calls"
        notices = [("/notices", "Notices"), ("/reports", "Agents lack")] if self.has_right(LOGS_READ) else []
        tools = [("/tests/crm", "CRM Test Tool"), ("/tests/user", "User Test Tool")] if manage else []
        people = [("/people", "People")] if manage else []
        apps = [("/apps", "Registered apps")] if manage and self.centre.settings.oauth_on else []
        structure = [("/structure", "Structure")] if self.has_right(STRUCTURE_MANAGE) else []
        deleted = [("/deleted", "Deleted records")] if self.has_right(RECORDS_RESTORE) else []
        found = [
            ("Settings", [*profiles, *people, *apps, *structure]),
            ("Calls", [("/logs", logs), *notices, *deleted]),
            ("Records", [(FILES_PATH, "Import and export")]),
            ("Test", tools),
            ("Help", [("/help/crm", "CRM Help"), ("/help/user", "User Help")]),
        ]
        return [(section, links) for section, links in found if links]


def render_page(
    centre: ControlCentre, place: RequestOrigin, template: str, status: int = 200, **values: Any
) -> Response:
    """The page of this template with the headers of every page; the person need not be signed in.

    A page that says that the stores do not answer (503) says when to try again.
    """
    common: dict[str, Any] = {
        "base": place.path_prefix,
        "static": STATIC_PATH,
        "at": place.path_prefix + CONTROL_PATH,
        "request_id": place.request_id,
    }
    ask = values.get("ask")
    common["reader"] = ask.reader if ask else choose_reader_zone("", place.browser_zone, centre.settings.time_zone)
    html = centre.page_renderer.render(template, **{"ask": None, "here": "", **common, **values})
    later = {"Retry-After": retry_after_value(AccessRefused.retry_after)} if status == 503 else {}
    return HTMLResponse(html, status, headers={**PAGE_HEADERS, **later})


def redirect(place: RequestOrigin, path: str) -> Response:
    """A redirect to a path of the Control Centre, to be followed with GET."""
    return RedirectResponse(place.path_prefix + CONTROL_PATH + path, 303, headers=PAGE_HEADERS)


def safe_control_path(path: str) -> str:
    """A path of the Control Centre from a form or a link; `/` for anything that could lead elsewhere."""
    sound = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if sound and len(path) < 1000 else "/"
