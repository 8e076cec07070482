"""The Hub's pages of connected apps: which apps act as the person, and ending one, after a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from affino_mcp.admin.display import describe_capability
from affino_mcp.gate.grants.grant_listing import AppListing, ConnectedApp
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.sessions.web_sessions import WebSession
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.services import HubServices
from affino_mcp.login_edge.hub.visit import HubRequest
from affino_mcp.pages.hub_places import APPS_PATH

AppHandler = Callable[["AppPages", HubRequest, LoginSubject, WebSession], HubPage]
_OVER_TEXT: Final = "This app is not connected any more."
_DONE_TEXTS: Final[Mapping[str, str]] = {
    "ended": "Done: the app is not connected any more. Its next call is refused.",
    "over": _OVER_TEXT,
}
"""What the list says after a form, by the name in its address."""


class AppPages:
    """Answers the requests of `APP_ROUTES`."""

    def __init__(self, services: HubServices) -> None:
        self._hub, self._grants = services, Grants(services.db, services.settings, services.clock)
        self._apps = AppListing(services.db, services.settings, self._grants)

    def answer_request(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Gives the page of a request of `APP_ROUTES`. Raises StoreUnavailable, NotDone, MaybeDone."""
        handle = APP_ROUTES[visit.request.method, visit.path]
        return self._hub.answer_signed_in(visit, known, lambda session: handle(self, visit, known, session))

    def show_apps(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/apps` with the person's connected apps."""
        return self._render_apps(visit, known, session, done=visit.find_text(_DONE_TEXTS))

    def ask_before_end(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/apps/end`: which app would be ended, and the form that ends it."""
        found = self._apps.find_of_person(session.person.user_code, visit.query.get("app", ""))
        if found is None:
            return self._render_apps(visit, known, session, 404, wrong=_OVER_TEXT)
        shown = {"here": APPS_PATH, "found": found, "may": _may(found)}
        return self._hub.frame.render_form(visit, 200, "app_end.html", "end_app_question", known, **shown)

    def end_app(self, visit: HubRequest, _: LoginSubject, session: WebSession) -> HubPage:
        """Answers `POST /hub/apps/end`: ends one app; a repeat is told that it is over."""
        found = self._apps.find_of_person(session.person.user_code, visit.form.get("App", ""))
        if found is None:
            return page.redirect(f"{visit.path_prefix}{APPS_PATH}?over")
        with self._hub.audit(visit, session, "end_app", found.describe(), {}) as action:
            self._grants.end(found.grant.grant, action.commit)
        return page.redirect(f"{visit.path_prefix}{APPS_PATH}?ended")

    def _render_apps(
        self,
        visit: HubRequest,
        known: LoginSubject,
        session: WebSession,
        status: int = 200,
        *,
        done: str = "",
        wrong: str = "",
    ) -> HubPage:
        listed, settings = self._apps.list_of_person(session.person.user_code), self._hub.settings
        address = OAuthPlaces(settings.public_url).resource if settings.oauth_on else ""
        shown: dict[str, Any] = {"here": APPS_PATH, "person": session.person, "done": done, "wrong": wrong}
        shown |= {"apps": [(app, _may(app)) for app in listed], "address": address}
        return self._hub.frame.render_form(visit, status, "apps.html", "apps", known, **shown)


def _may(app: ConnectedApp) -> str:
    """What the app may do, in words."""
    return "; ".join(describe_capability(app.capability)) or "nothing but say who you are"


APP_ROUTES: Final[Mapping[tuple[str, str], AppHandler]] = {
    ("GET", "apps"): AppPages.show_apps,
    ("GET", "apps/end"): AppPages.ask_before_end,
    ("POST", "apps/end"): AppPages.end_app,
}
