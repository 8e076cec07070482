"""Decides which answer API Gateway gives to a request at the OAuth door, before the MCP endpoint runs.

It protects nothing: the gate reads the session again and decides alone. A function's own 401 or 403 would lose its
`WWW-Authenticate` on the way through API Gateway, and an app finds the way to its person by that header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.scopes import expand_scopes, list_needed_scopes
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.deadline import count_down, deadline
from affino_mcp.errors import BadCredentials
from affino_mcp.gate.credentials import read_credentials
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, session_key
from affino_mcp.gate.sessions.session_rows import Door, Session
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database

LOOKUP_SECONDS: Final = 4.0
"""How long the whole work may take: the function's own time is a second longer."""
TOOL_HEADER: Final = "mcp-name"
"""The header in which a client of 2026-07-28 names the tool; older ones leave it to the endpoint to refuse the call."""
_SWITCHED: Final = frozenset(expand_scopes(map(str, Access)))


class Unauthorized(Exception):
    """API Gateway answers UNAUTHORIZED, 401, when the function fails with exactly this text."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class OAuthAuthorizer:
    """A Lambda handler for API Gateway's events of type REQUEST ("Use API Gateway Lambda authorizers")."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._places = OAuthPlaces(settings.public_url)

    def __call__(self, event: Mapping[str, Any], _context: Any = None) -> dict[str, Any]:
        """Gives the policy: the one method is allowed, or denied with the challenge for more scopes. Raises Unauthorized.

        It allows the request when the store does not answer, so that the gate says so itself.
        """
        headers = _raw_headers(event)
        try:
            token = read_credentials(headers, is_app=True).token
            with deadline(count_down(LOOKUP_SECONDS)):
                session = self._require_session(token)
        except BadCredentials:
            raise Unauthorized from None
        except StoreUnavailable:
            return _policy(event, "Allow")
        missing = _missing_scopes(session, _named_tool(headers))
        if missing:
            return _policy(event, "Deny", challenge=self._places.step_up_challenge(missing))
        return _policy(event, "Allow")

    def _require_session(self, token: str) -> Session:
        """The live session of an active person. Raises Unauthorized."""
        digest = digest_token(token)
        row = self._db.get(self._table, session_key(digest))
        if row is None or row.get("door") != Door.OAUTH or row.get("revoked"):
            raise Unauthorized
        session = Session.from_row(row | {"digest": digest})
        if session.expires <= epoch_seconds(self._clock()) or not Person.from_json(row["person"]).active:
            raise Unauthorized
        return session


def _raw_headers(event: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """The request's headers, each value of a repeated one."""
    several: Mapping[str, Sequence[str]] = event.get("multiValueHeaders") or {}
    single = {name: [value] for name, value in (event.get("headers") or {}).items()}
    return [(name.lower().encode(), value.encode()) for name, values in (several or single).items() for value in values]


def _named_tool(headers: Sequence[tuple[bytes, bytes]]) -> Method | None:
    name = next((value for given, value in headers if given == TOOL_HEADER.encode()), b"")
    return METHODS.get(name.strip(b" \t").decode("ascii", "ignore"))


def _missing_scopes(session: Session, method: Method | None) -> list[str]:
    """All scopes that the tool needs when the app was not given its family, and the person has not declined it."""
    if method is None or (own := (method.family, method.access)) not in _SWITCHED:
        return []
    if own in expand_scopes(session.scopes) | expand_scopes(session.declined):
        return []
    return list_needed_scopes(method, f"{method.family}.{method.access}")


def _policy(event: Mapping[str, Any], effect: str, **context: str) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "app", "policyDocument": document, "context": context}
