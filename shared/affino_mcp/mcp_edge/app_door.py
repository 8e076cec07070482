"""What differs at the OAuth door: the answers by which an app learns that it must connect, or ask for more."""

from __future__ import annotations

from typing import Final

from affino_mcp.errors import Refusal
from affino_mcp.gate.app_scopes import InsufficientScope
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.mcp_edge.reply import message_refusal_reply

CONNECT_AGAIN: Final = {"error": "invalid_token", "error_description": "Connect this app to Affino again."}
"""The body of every 401 (RFC 6750, section 3.1). API Gateway gives the same one, before any function runs."""
TOLD_BEFORE_METHOD: Final = frozenset({401, 429})
"""The statuses that a request with another method than POST gets in place of 405."""


def app_refusal_reply(refusal: Refusal, message_id: str | int | None, places: OAuthPlaces) -> Reply:
    """The answer to a refused request of an app: an OAuth error without a valid token, else as everywhere.

    A 401 is no JSON-RPC error, because API Gateway's own, which has no message's id, must be the same.
    """
    if refusal.status == 401:
        return json_reply(401, CONNECT_AGAIN).with_headers({"www-authenticate": places.challenge()})
    reply = message_refusal_reply(refusal, message_id)
    if not isinstance(refusal, InsufficientScope):
        return reply
    scopes = str(refusal.details["scope"]).split()
    return reply.with_headers({"www-authenticate": places.step_up_challenge(scopes)})
