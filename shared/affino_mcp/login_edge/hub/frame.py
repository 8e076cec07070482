"""Renders the Hub's pages: what every page needs, and the cookie of its forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.sessions.web_sessions import WebSessions
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.sessions import render_iso, render_local_moment, render_moment
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, FORM_KEY_COOKIE, HubRequest
from affino_mcp.pages.hub_places import HUB_STATIC_PATH, LOGIN_PATH, login_path_for, safe_hub_path
from affino_mcp.pages.rendering import PageRenderer


class HubFrame:
    """Makes the answer of a page from its template, for every part of the Hub."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages = PageRenderer(Path(__file__).parent / "templates")
        self._pages.add_filter("moment", render_moment)
        self._pages.add_filter("iso", render_iso)
        self._pages.add_filter("shown_moment", render_local_moment)

    def render_page(
        self,
        visit: HubRequest,
        status: int,
        template: str,
        result: str,
        known: LoginSubject,
        *cookies: str,
        wait: float | None = None,
        **values: Any,
    ) -> HubPage:
        """Gives the page of a template.

        Takes the HTTP status, a word and the subject for the log, cookies to set, seconds to wait, and the template's values.
        """
        values = {"here": "", **values, "now": epoch_seconds(self._clock())}
        ground = {"base": visit.path_prefix, "static": HUB_STATIC_PATH, "form_key": visit.form_key}
        text = self._pages.render(template, **ground, **values)
        return page.html_page(status, text, result, known, *cookies, wait=wait)

    def render_form(
        self, visit: HubRequest, status: int, template: str, result: str, known: LoginSubject, **values: Any
    ) -> HubPage:
        """Gives the page of a template with a form, and the cookie that the form is checked by; see `render_page`."""
        return self.render_page(visit, status, template, result, known, form_key_cookie(visit), **values)


def form_key_cookie(visit: HubRequest) -> str:
    """Gives the Set-Cookie value with which the forms of this browser are told from those of another site."""
    return visit.set_cookie(FORM_KEY_COOKIE, visit.form_key)


def find_signed_in_person(browsers: WebSessions, visit: HubRequest) -> Person | None:
    """Gives the person who is logged in at the Hub in this browser; None when nobody is."""
    token = visit.read_cookie(BROWSER_COOKIE)
    session = browsers.find(token)[0] if token else None
    return session.person if session else None


def redirect_to_login(visit: HubRequest) -> HubPage:
    """Makes the redirection of a browser in which nobody is logged in; the login leads back to the page that was asked for."""
    query = f"?{visit.request.query}" if visit.request.query and visit.request.method == "GET" else ""
    back = safe_hub_path(f"/hub/{visit.path}{query}")
    path = login_path_for(back) if back else LOGIN_PATH
    return page.redirect(f"{visit.path_prefix}{path}", visit.delete_cookie(BROWSER_COOKIE))
