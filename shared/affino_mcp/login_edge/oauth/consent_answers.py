"""The answers of authorization and consent: pages for the person, and redirections that carry an answer to the app.

A page's form may end at the app, which has to see the window that it opened: three headers differ from those of other pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.redirect_uris import form_action_source, with_parameters
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.login_edge.hub.visit import HubRequest
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject
from affino_mcp.pages.hub_places import HUB_STATIC_PATH
from affino_mcp.pages.rendering import PAGE_HEADERS, PageRenderer
from affino_mcp.store.faults import StoreUnavailable, Unanswered

CONSENT_COOKIE: Final = "affino-consent"
CONSENT_COOKIE_SECONDS: Final = 10 * 60
_POLICY: Final = "content-security-policy"
_OWN_FORMS: Final = "form-action 'self'"
_ANSWER_HEADERS: Final[Mapping[str, str]] = PAGE_HEADERS | {"cross-origin-opener-policy": "unsafe-none"}
"""Headers of all these answers: the window that opened this one stays connected to it through every redirection."""


def set_consent_cookie(visit: HubRequest, browser: str) -> str:
    """Gives the Set-Cookie value that ties requests to this browser."""
    return f"{visit.set_cookie(CONSENT_COOKIE, browser)}; Max-Age={CONSENT_COOKIE_SECONDS}"


class AppAnswers:
    """Makes the redirections of one endpoint; `issuer` goes with every answer to an app (RFC 9207)."""

    def __init__(self, issuer: str, line_name: str) -> None:
        self._issuer, self._line_name = issuer, line_name

    def redirect(self, address: str, result: str, known: OAuthSubject, *cookies: str) -> OAuthAnswer:
        """Gives a redirection to an address; `result` is a word for the log."""
        headers = {**_ANSWER_HEADERS, "location": address}
        return OAuthAnswer(HTTPStatus.SEE_OTHER, b"", self._line_name, result, headers, known, cookies)

    def refuse(self, redirect_uri: str, state: str, error: str, known: OAuthSubject) -> OAuthAnswer:
        """Gives the redirection that tells the app why it gets no code."""
        return self.redirect(with_parameters(redirect_uri, error=error, state=state, iss=self._issuer), error, known)

    def grant(self, redirect_uri: str, state: str, code: str, known: OAuthSubject) -> OAuthAnswer:
        """Gives the redirection that brings the app its code."""
        return self.redirect(with_parameters(redirect_uri, code=code, state=state, iss=self._issuer), "allowed", known)


class ConsentFrame:
    """Renders the pages of one endpoint."""

    def __init__(self, clock: Clock, line_name: str) -> None:
        self._clock, self._line_name = clock, line_name
        self._pages = PageRenderer(Path(__file__).parent / "templates")

    def render(
        self,
        visit: HubRequest,
        status: int,
        template: str,
        result: str,
        known: OAuthSubject,
        redirect_uri: str = "",
        wait: float | None = None,
        **values: Any,
    ) -> OAuthAnswer:
        """Gives the page of a template; with a redirect URI its forms may end there. `wait` is in seconds."""
        ground = {"base": visit.path_prefix, "static": HUB_STATIC_PATH, "here": "", "now": epoch_seconds(self._clock())}
        headers = {**_ANSWER_HEADERS, "content-type": "text/html; charset=utf-8"}
        if redirect_uri:
            headers[_POLICY] = headers[_POLICY].replace(_OWN_FORMS, f"{_OWN_FORMS} {form_action_source(redirect_uri)}")
        headers |= {} if wait is None else {"retry-after": retry_after_value(wait)}
        content = self._pages.render(template, **ground, **values).encode()
        return OAuthAnswer(status, content, self._line_name, result, headers, known)

    def render_refusal(
        self,
        visit: HubRequest,
        status: int,
        result: str,
        known: OAuthSubject,
        *said: str,
        wait: float | None = None,
    ) -> OAuthAnswer:
        """Gives a page that says what is wrong and what next; nothing goes to the app."""
        return self.render(visit, status, "refused.html", result, known, wait=wait, said=said)

    def render_outage(self, visit: HubRequest, known: OAuthSubject, error: StoreUnavailable) -> OAuthAnswer:
        """Gives the page of an outage: whether anything may have been done."""
        said = "The service cannot reach its storage just now. Please try again shortly."
        if isinstance(error, Unanswered):
            said = "The storage did not say whether it was done. Go back to the app and start again: that does no harm."
        return self.render_refusal(visit, 503, "unavailable", known, said, wait=error.retry_after)
