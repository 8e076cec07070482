"""The entrance of another instance, which holds people and passwords; its sessions are stored here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive, SessionExpired
from affino_mcp.gate.identity.entered_texts import tidy_foreign_name
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_check import WrongPassword
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.federated_sessions import FederatedSessions, FederatedTokens
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import SessionEnded, Sessions
from affino_mcp.http.credential_forms import TOKEN_FORM
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.instance_calls import InstanceCalls, InstanceRefused
from affino_mcp.login_edge.proof import OfferedCredentials
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.ops import Database

_TOKEN_PATTERN: Final = re.compile(TOKEN_FORM, re.IGNORECASE)
_USER_ATTRIBUTES: Final = "UserCode,FirstName,LastName,Email,SecurityGroups"


class InstancePasswordEntrance:
    """See PasswordEntrance. An invalid answer of the instance raises StoreUnavailable; nothing is stored or counted."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._calls = InstanceCalls(settings.instance_url, settings.instance, clock, settings.instance_certificates)
        self._adoptions, self._sessions = FederatedSessions(db, settings, clock), Sessions(db, settings, clock)

    def open_session(self, profile: Profile | None, proof: OfferedCredentials, known: LoginSubject) -> IssuedSession:
        """See PasswordEntrance."""
        if profile is None:  # no secret to sign with
            raise StoreUnavailable
        try:
            tokens = self._calls.call_instance(
                profile, "POST", "login", {"Email": proof.email, "Password": proof.password}
            )
        except InstanceRefused as refused:
            raise _error_from_refusal(refused) from refused
        with _unanswered_if_interrupted():
            issued = self._adopt_session(profile, tokens, proof.email)
        known.user_code = issued.person.user_code
        return issued

    def refresh_session(self, profile: Profile, access: str, refresh: str) -> IssuedSession:
        """See PasswordEntrance. The instance uses up the RefreshToken; the old session ends here too.

        Whether a pair that was refreshed lately gives the same new pair again is up to the instance.
        """
        held = self._adoptions.require_refreshable(access)
        tokens = self._call_with_token(profile, "token", AccessToken=access, RefreshToken=refresh)
        with _unanswered_if_interrupted():
            return self._adopt_session(profile, tokens, held["person"]["email"], replaces=access)

    def read_user(self, profile: Profile, access: str) -> Mapping[str, Any]:
        """See PasswordEntrance. A session that was logged out here is refused even if the instance would accept it."""
        self._sessions.resolve_token(access)
        record = self._call_with_token(profile, "user", AccessToken=access)
        self._require_person(record, "")
        return record

    def _call_with_token(self, profile: Profile, name: str, **tokens: str) -> dict[str, Any]:
        try:
            return self._calls.call_instance(profile, "GET", name, None, tokens)
        except InstanceRefused as refused:
            if refused.status == 403:
                raise (refused.profile_refusal or PersonInactive) from refused
            raise SessionExpired if refused.code == "-106" else SessionEnded from refused

    def _require_person(self, record: Mapping[str, Any], email: str) -> Person:
        if (person := _person_from_record(record, email)) is None:
            raise self._calls.reject_answer("GET user", "no_user_code")
        return person

    def _adopt_session(
        self, profile: Profile, tokens: Mapping[str, Any], email: str, replaces: str = ""
    ) -> IssuedSession:
        access, refresh = (str(tokens.get(name, "")) for name in ("AccessToken", "RefreshToken"))
        lifetime = str(tokens.get("Expires", ""))
        if not (
            _TOKEN_PATTERN.fullmatch(access)
            and _TOKEN_PATTERN.fullmatch(refresh)
            and re.fullmatch("[0-9]{1,6}", lifetime)
        ):
            raise self._calls.reject_answer("POST login", "no_tokens")
        try:
            record = self._calls.call_instance(
                profile, "GET", "user", None, {"AccessToken": access, "Filter": _USER_ATTRIBUTES}
            )
        except InstanceRefused as refused:
            raise self._calls.reject_answer("GET user", "refused") from refused
        person = self._require_person(record, email)
        pair = FederatedTokens(access.lower(), refresh.lower(), int(lifetime), replaces)
        return self._adoptions.adopt_session(person, profile.key, pair)


@contextmanager
def _unanswered_if_interrupted() -> Iterator[None]:
    """Calls a fault in the body Unanswered: the instance has carried out its part by then."""
    try:
        yield
    except StoreUnavailable as error:
        raise Unanswered from error


def _error_from_refusal(refused: InstanceRefused) -> Exception:
    """The error of a refused login. The instance may have its own guard, for which this service is one source."""
    if refused.status == 403:
        return (refused.profile_refusal or PersonInactive)()
    return WrongPassword(refused.wait if refused.status == 429 else 0)


def _person_from_record(record: Mapping[str, Any], email: str) -> Person | None:
    """The person of a user record; None when it has no valid code."""
    code = str(record.get("UserCode", ""))
    if not re.fullmatch("[1-9][0-9]{0,11}", code):
        return None
    name = tidy_foreign_name(" ".join(str(record.get(part) or "") for part in ("FirstName", "LastName")))
    groups = record.get("SecurityGroups") or []
    listed = groups if isinstance(groups, list) else []
    if isinstance(groups, str):
        listed = groups.split(",")
    names = tuple(str(group).strip() for group in listed[:200] if str(group).strip())
    return Person(int(code), name[:201] or code, str(record.get("Email") or email), names)
