"""The revocation address: an app gives its grant back (RFC 7009)."""

from __future__ import annotations

from typing import Final

from affino_mcp.gate.grants.issuing import Issuing
from affino_mcp.login_edge.oauth import oauth_refusal
from affino_mcp.login_edge.oauth.client_authentication import ClientAuthentication
from affino_mcp.login_edge.oauth.form_parameters import require_form
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject, json_answer
from affino_mcp.login_edge.oauth.oauth_refusal import OAuthRefused
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.refusal_answer import answer_or_refuse, name_grant
from affino_mcp.login_edge.request import LoginRequest

LINE_NAME: Final = "oauth_revoke"


class RevocationEndpoint:
    """Answers `POST /oauth/revoke`."""

    def __init__(self, services: OAuthServices) -> None:
        self._clients = ClientAuthentication(services)
        self._issuing = Issuing(services.db, services.reader, services.settings, services.clock)

    def answer_request(self, request: LoginRequest) -> OAuthAnswer:
        """Ends the whole grant of the client's token; 200 also when there was nothing to end."""
        known = OAuthSubject()
        return answer_or_refuse(LINE_NAME, known, lambda: self._revoke(request, known))

    def _revoke(self, request: LoginRequest, known: OAuthSubject) -> OAuthAnswer:
        parameters = require_form(request)
        if "token" not in parameters:
            raise OAuthRefused(oauth_refusal.TOKEN_MISSING)
        client_id = self._clients.require_client(request, parameters, known)
        grant = self._issuing.revoke(parameters["token"], client_id)
        if grant is not None:
            name_grant(known, grant)
        return json_answer(LINE_NAME, 200, {}, "ok" if grant else "nothing_to_end", known)
