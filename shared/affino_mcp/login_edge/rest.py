"""Affino's REST calls about a person: login, token, logout, user. Every call is signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from affino_mcp.errors import PersonInactive, Refusal, SessionExpired, SessionUnknown
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import SessionEnded, Sessions
from affino_mcp.gate.signed_requests import SignedRequest, SignedRequests
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginAnswer, LoginFault, LoginRefused, LoginSubject
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.proof import read_offered_credentials
from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest
from affino_mcp.store.faults import StoreUnavailable

OPENAPI_CALL: Final = "openapi.json"
RestHandler = Callable[["RestCalls", LoginRequest, Profile, LoginSubject], LoginAnswer]


class RestRoute(NamedTuple):
    """One REST call: its HTTP method, the fault for another method, and its handler."""

    method: str
    wrong_method: LoginFault
    handle: RestHandler


class RestCalls:
    """Answers the REST calls of one instance, independent of ASGI."""

    def __init__(self, dbname: str, signed: SignedRequests, login: GuardedLogin, sessions: Sessions) -> None:
        self._dbname, self._signed, self._login, self._sessions = dbname, signed, login, sessions

    def answer_request(self, request: LoginRequest) -> LoginAnswer:
        """Gives the answer to one request: 200, or an error in Affino's form.

        An unknown e-mail address and a wrong password get the same answer, after the same work. Failed logins from
        other sources do not block a known source. When a store does not answer: 503, which counts as no failed login; it
        says whether the call may have been carried out.
        """
        known = LoginSubject()
        try:
            return self._answer_call(request, known)
        except LoginRefused as refused:
            return answer.fault_answer(refused.fault, known, refused.wait)
        except Refusal as refusal:
            known.profile = refusal.profile.key if refusal.profile else known.profile
            return answer.fault_answer(answer.refusal_fault(refusal), known, refusal.retry_after)
        except StoreUnavailable as error:
            return answer.fault_answer(answer.outage_fault(error), known, error.retry_after)

    def _answer_call(self, request: LoginRequest, known: LoginSubject) -> LoginAnswer:
        if request.method == "GET" and request.instance_and_call == (self._dbname, OPENAPI_CALL):
            from affino_mcp.login_edge.openapi import openapi_document  # noqa: PLC0415 (no login needs the catalogue)

            return answer.success_answer(openapi_document(self._dbname), known)
        route = self._require_route(request)
        uris = (request.path.rstrip("/"),)
        signed = SignedRequest(request.method, uris, request.headers, request.body, request.source)
        with self._signed.signed_by(signed) as signatory:
            known.profile = signatory.profile.key
            return route.handle(self, request, signatory.profile, known)

    def _require_route(self, request: LoginRequest) -> RestRoute:
        dbname, call = request.instance_and_call
        route = REST_ROUTES.get(call)
        if route is None or dbname.casefold() != self._dbname.casefold():
            raise LoginRefused(answer.PATH_NOT_FOUND)
        if request.method != route.method:
            raise LoginRefused(route.wrong_method)
        if len(request.body) > MAX_BODY_BYTES:
            raise LoginRefused(answer.BAD_BODY)
        if request.single_header("User-Agent") is None:
            raise LoginRefused(answer.USER_AGENT_MISSING)
        return route

    def log_in(self, request: LoginRequest, profile: Profile, known: LoginSubject) -> LoginAnswer:
        """Answers `POST /login` with the tokens of a new session."""
        proof = read_offered_credentials(request.body)
        return answer.tokens_answer(self._login.open_session(profile, proof, request.source, known), known)

    def refresh_session(self, request: LoginRequest, profile: Profile, known: LoginSubject) -> LoginAnswer:
        """Answers `GET /token` with a new pair of tokens for the old one."""
        access, refresh = self._require_token(request, "AccessToken"), self._require_token(request, "RefreshToken")
        issued = self._use_token(request, lambda: self._login.entrance.refresh_session(profile, access, refresh))
        known.user_code, known.session = issued.person.user_code, issued.session.fingerprint
        return answer.tokens_answer(issued, known)

    def log_out(self, request: LoginRequest, _: Profile, known: LoginSubject) -> LoginAnswer:
        """Answers `POST /logout`: ends the session, so that its tokens become invalid. A session that is ended stays so."""
        token = self._require_token(request, "AccessToken")
        session, person = self._use_token(request, lambda: self._sessions.find_session(token))
        known.user_code, known.session = person.user_code, session.fingerprint
        self._sessions.end_session(person.user_code, session.digest)
        return answer.success_answer(None, known)

    def read_user(self, request: LoginRequest, profile: Profile, known: LoginSubject) -> LoginAnswer:
        """Answers `GET /user` with the token's person; a `Filter` header names the attributes."""
        token = self._require_token(request, "AccessToken")
        record = self._use_token(request, lambda: self._login.entrance.read_user(profile, token))
        known.user_code = int(record["UserCode"])
        return answer.success_answer(filter_attributes(record, request.single_header("Filter") or ""), known)

    def _require_token(self, request: LoginRequest, name: str) -> str:
        token = request.token_header(name)
        if token is None:
            raise self._login.count_stranger(request.source, answer.TOKEN_UNKNOWN)
        return token

    def _use_token(self, request: LoginRequest, work: Callable[[], Any]) -> Any:
        """Runs `work` with a token; an unknown token is counted against its source. Raises LoginRefused.

        The token of a session that was ended is no guess, and is not counted.
        """
        try:
            return work()
        except SessionEnded as ended:
            raise LoginRefused(answer.TOKEN_UNKNOWN) from ended
        except SessionUnknown as unknown:
            raise self._login.count_stranger(request.source, answer.TOKEN_UNKNOWN) from unknown
        except SessionExpired as expired:
            raise LoginRefused(answer.TOKEN_EXPIRED) from expired
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_DISABLED) from inactive


REST_ROUTES: Final[Mapping[str, RestRoute]] = {
    "login": RestRoute("POST", answer.ONLY_POST, RestCalls.log_in),
    "token": RestRoute("GET", answer.ONLY_GET, RestCalls.refresh_session),
    "logout": RestRoute("POST", answer.ONLY_POST, RestCalls.log_out),
    "user": RestRoute("GET", answer.ONLY_GET, RestCalls.read_user),
}


def filter_attributes(record: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    """Gives the attributes whose names are in `wanted`, separated by commas, in any case; all when it is empty."""
    names = {name.strip().casefold() for name in wanted.split(",") if name.strip()}
    return {name: value for name, value in record.items() if not names or name.casefold() in names}
