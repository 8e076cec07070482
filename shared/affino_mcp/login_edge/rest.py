"""Affino's REST calls about a person: login, token, logout, user. Every call is signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Fault, Known, LoginAnswer, LoginRefused
from affino_mcp.login_edge.login import Login
from affino_mcp.login_edge.openapi import document
from affino_mcp.login_edge.proof import read
from affino_mcp.login_edge.request import MAX_BODY, LoginRequest
from affino_mcp.login_edge.signed_calls import SignedCalls
from affino_mcp.store.ops import StoreUnavailable

OPENAPI: Final = "openapi.json"
Handling = Callable[["Rest", LoginRequest, Profile, Known], LoginAnswer]


class Route(NamedTuple):
    """One REST call: its HTTP method, the fault for another method, and its handler."""

    method: str
    otherwise: Fault
    handle: Handling


class Rest:
    """Answers the REST calls of one instance, independent of ASGI."""

    def __init__(self, dbname: str, signed: SignedCalls, login: Login, sessions: Sessions) -> None:
        self._dbname, self._signed, self._login, self._sessions = dbname, signed, login, sessions

    def answer(self, request: LoginRequest) -> LoginAnswer:
        """Gives the answer to one request: 200, or an error in Affino's form.

        An unknown e-mail address and a wrong password get the same answer, after the same work. Failed logins from
        other sources do not block a known source. When a store does not answer: 503, which counts as no failed login.
        """
        known = Known()
        try:
            return self._answer(request, known)
        except LoginRefused as refused:
            return answer.refused(refused.fault, known, refused.wait)
        except StoreUnavailable:
            return answer.refused(answer.UNAVAILABLE, known, wait=1)

    def _answer(self, request: LoginRequest, known: Known) -> LoginAnswer:
        if request.method == "GET" and request.place == (self._dbname, OPENAPI):
            return answer.found(document(self._dbname), known)
        route = self._route(request)
        profile = self._signed.verified(request, request.path.rstrip("/"), known)
        return route.handle(self, request, profile, known)

    def _route(self, request: LoginRequest) -> Route:
        dbname, call = request.place
        route = ROUTES.get(call)
        if route is None or dbname.casefold() != self._dbname.casefold():
            raise LoginRefused(answer.NO_PATH)
        if request.method != route.method:
            raise LoginRefused(route.otherwise)
        if len(request.body) > MAX_BODY:
            raise LoginRefused(answer.BAD_BODY)
        if request.header("User-Agent") is None:
            raise LoginRefused(answer.NO_AGENT)
        return route

    def log_in(self, request: LoginRequest, profile: Profile, known: Known) -> LoginAnswer:
        """Answers `POST /login` with the tokens of a new session."""
        proof = read(request.body)
        return answer.granted(self._login.enter(profile, proof, request.source, known), known)

    def refresh(self, request: LoginRequest, profile: Profile, known: Known) -> LoginAnswer:
        """Answers `GET /token` with a new pair of tokens for the old one."""
        access, refresh = self._token(request, "AccessToken"), self._token(request, "RefreshToken")
        issued = self._held(request, lambda: self._login.entrance.refresh(profile, access, refresh))
        known.user_code, known.session = issued.person.user_code, issued.session.fingerprint
        return answer.granted(issued, known)

    def log_out(self, request: LoginRequest, _: Profile, known: Known) -> LoginAnswer:
        """Answers `POST /logout`: ends the session, so that its tokens become invalid."""
        token = self._token(request, "AccessToken")
        session, person = self._held(request, lambda: self._sessions.resolve(token))
        known.user_code, known.session = person.user_code, session.fingerprint
        self._sessions.end(person.user_code, session.digest)
        return answer.found(None, known)

    def user(self, request: LoginRequest, profile: Profile, known: Known) -> LoginAnswer:
        """Answers `GET /user` with the token's person; a `Filter` header names the attributes."""
        token = self._token(request, "AccessToken")
        record = self._held(request, lambda: self._login.entrance.user(profile, token))
        known.user_code = int(record["UserCode"])
        return answer.found(filtered(record, request.header("Filter") or ""), known)

    def _token(self, request: LoginRequest, name: str) -> str:
        token = request.token(name)
        if token is None:
            raise self._login.stranger(request.source, answer.NO_TOKEN)
        return token

    def _held(self, request: LoginRequest, work: Callable[[], Any]) -> Any:
        """Runs `work` with a token; an unknown token is counted against its source. Raises LoginRefused."""
        try:
            return work()
        except SessionUnknown as unknown:
            raise self._login.stranger(request.source, answer.NO_TOKEN) from unknown
        except SessionExpired as expired:
            raise LoginRefused(answer.TOKEN_EXPIRED) from expired
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_OFF) from inactive


ROUTES: Final[Mapping[str, Route]] = {
    "login": Route("POST", answer.NO_POST, Rest.log_in),
    "token": Route("GET", answer.NO_GET, Rest.refresh),
    "logout": Route("POST", answer.NO_POST, Rest.log_out),
    "user": Route("GET", answer.NO_GET, Rest.user),
}


def filtered(record: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    """Gives the attributes whose names are in `wanted`, separated by commas, in any case; all when it is empty."""
    names = {name.strip().casefold() for name in wanted.split(",") if name.strip()}
    return {name: value for name, value in record.items() if not names or name.casefold() in names}
