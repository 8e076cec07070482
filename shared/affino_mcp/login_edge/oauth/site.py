"""The OAuth door's addresses in the login function: finds the handler of each, and answers what none of them answers.

Handlers are made at their first request, so that a login pays for none of their imports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from affino_mcp.http import oauth_places
from affino_mcp.login_edge.oauth.metadata import METADATA_ROUTES, make_preflight_handler
from affino_mcp.login_edge.oauth.oauth_answer import OAuthSubject, error_answer

if TYPE_CHECKING:
    from affino_mcp.login_edge.http_answer import HttpAnswer
    from affino_mcp.login_edge.oauth.oauth_services import HandlerMaker, OAuthHandler, OAuthServices
    from affino_mcp.login_edge.request import LoginRequest

OTHER_LINE: Final = "oauth_other"
"""What the log line of a request is called that no handler answers."""


class OAuthSite:
    """Answers requests to the OAuth door of one instance, independent of ASGI."""

    def __init__(self, services: OAuthServices, makers: Mapping[tuple[str, str], HandlerMaker] | None = None) -> None:
        own = {**OAUTH_ROUTES, **(REGISTRATION_ROUTES if services.settings.registers_clients else {})}
        self._services, self._makers = services, own if makers is None else makers
        self._made: dict[tuple[str, str], OAuthHandler] = {}

    def answer_request(self, request: LoginRequest) -> HttpAnswer:
        """Gives the answer. 404 for an unknown path and under another name than the public one, 405 for another method."""
        place = request.method, request.path
        known = [verb for verb, path in self._makers if path == request.path]
        if not known or not self._services.places.is_at(request.base):
            text = "Nothing is served at this address."
            return error_answer(OTHER_LINE, 404, "not_found", text, "no_such_path", OAuthSubject())
        if place not in self._makers:
            text = f"This address is asked with {' or '.join(known)}."
            allow = {"allow": ", ".join(known)}
            return error_answer(OTHER_LINE, 405, "invalid_request", text, "method_not_allowed", OAuthSubject(), allow)
        if place not in self._made:
            self._made[place] = self._makers[place](self._services)
        return self._made[place](request)


def _make_token_endpoint(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.token_endpoint import TokenEndpoint  # noqa: PLC0415 (see above)

    return TokenEndpoint(services).answer_request


def _make_revocation_endpoint(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.revocation_endpoint import RevocationEndpoint  # noqa: PLC0415 (see above)

    return RevocationEndpoint(services).answer_request


def _make_authorize(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.authorize import AuthorizeEndpoint  # noqa: PLC0415 (Jinja is for pages only)

    return AuthorizeEndpoint(services)


def _make_consent_question(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.consent import ConsentPages  # noqa: PLC0415 (as above)

    return ConsentPages(services).show


def _make_consent_answer(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.consent import ConsentPages  # noqa: PLC0415 (as above)

    return ConsentPages(services).decide


def _make_registration_endpoint(services: OAuthServices) -> OAuthHandler:
    from affino_mcp.login_edge.oauth.registration import RegistrationEndpoint  # noqa: PLC0415 (see above)

    return RegistrationEndpoint(services).answer_request


REGISTRATION_ROUTES: Final[Mapping[tuple[str, str], HandlerMaker]] = {
    ("POST", oauth_places.REGISTER_PATH): _make_registration_endpoint,
    ("OPTIONS", oauth_places.REGISTER_PATH): make_preflight_handler,
}
"""The routes that are there only where clients may register themselves."""
OAUTH_ROUTES: Final[Mapping[tuple[str, str], HandlerMaker]] = {
    **METADATA_ROUTES,
    ("POST", oauth_places.TOKEN_PATH): _make_token_endpoint,
    ("POST", oauth_places.REVOKE_PATH): _make_revocation_endpoint,
    ("GET", oauth_places.AUTHORIZE_PATH): _make_authorize,
    ("GET", oauth_places.CONSENT_PATH): _make_consent_question,
    ("POST", oauth_places.CONSENT_PATH): _make_consent_answer,
}
"""What makes the handler of each HTTP method and path."""
