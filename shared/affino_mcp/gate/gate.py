"""The gate: turns the three credentials of a call into a Caller, or raises a Refusal."""

from __future__ import annotations

from functools import partial

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import (
    BadCredentials,
    HandshakesLimited,
    Refusal,
    SessionUnknown,
    TooManyFailures,
    Unavailable,
)
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import ignore_unavailable
from affino_mcp.gate.admission import Admission, find_person, require_secret
from affino_mcp.gate.caller import Caller, in_session
from affino_mcp.gate.credentials import CallerCredentials, RawHeaders, read_credentials, read_user_agent
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.profiles.handshake_budget import HandshakeBudget
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.profiles.previous_secret_uses import PreviousSecretUses
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.secret_status import SecretStatus, is_accepted_secret, secret_status
from affino_mcp.gate.relogin import ReloginOffered, relogin_link
from affino_mcp.gate.sessions.last_use import SessionLastUse
from affino_mcp.gate.sessions.session_rows import Door
from affino_mcp.gate.sessions.sessions import FoundSession, Sessions, SessionTimeOver
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, StartRead
from affino_mcp.store.secrets import SecretStore
from affino_mcp.value_class import replace


class Gate:
    """Admits or refuses calls. One per process.

    With `start_read`, the profile is written while the session's read is under way. With `used`, the gate records from time
    to time that a session is in use.
    """

    def __init__(
        self,
        db: Database,
        secrets: SecretStore,
        settings: Settings,
        clock: Clock,
        start_read: StartRead | None = None,
        used: SessionLastUse | None = None,
    ) -> None:
        self._reader = ProfileReader(db, secrets, settings)
        self._sessions = Sessions(db, settings, clock)
        self._admission = Admission(db, settings, clock, self._reader, self._sessions, start_read)
        self._former = PreviousSecretUses(db, settings, clock)
        self._strangers = TokenGuard(db, settings, clock)
        self._handshakes = HandshakeBudget(clock)
        self._used, self._clock = used, clock

    def admit(self, headers: RawHeaders, *, charge: bool, source: str = "", is_app: bool = False) -> Caller:
        """Gives the caller behind these raw headers, which came through the OAuth door if `is_app`.

        `charge` takes one call from the profile's budget; handshakes take from `admit_handshake`. Raises the same
        BadCredentials for every wrong key or secret; after a right key and secret SessionUnknown, SessionExpired,
        PersonInactive, ProfileDisabled, ProfileExpired, NetworkNotAllowed (for the `source`), PersonNotAllowed or
        RateLimited, with the profile, the person and the token's fingerprint as far as they are known. Raises Unavailable
        when a store does not answer. Only an admitted call costs budget. Unknown credentials are counted against their
        `source`, which gets TooManyFailures after many of them; right credentials are never counted. The profile's previous
        secret is admitted during its overlap; after that it raises PreviousSecretRefused, a BadCredentials that the API Log
        tells apart.
        """
        return self.admit_credentials(
            read_credentials(headers, is_app=is_app), read_user_agent(headers), charge=charge, source=source
        )

    def admit_credentials(
        self, credentials: CallerCredentials, agent: str, *, charge: bool, source: str = ""
    ) -> Caller:
        """Gives the caller behind these credentials, whose client calls itself `agent` (see `admit`)."""
        found = None
        try:
            if credentials.comes_alone:
                found = self._find_session(credentials)
                credentials = credentials.of_session(found.session)
            caller = self._note_previous_secret(self._admit(credentials, source, found, charge=charge), credentials)
        except PreviousSecretRefused as former:
            raise self._refuse_previous_secret(former, credentials, source, found) from None
        except (BadCredentials, SessionUnknown) as stranger:
            raise self._count_failure(source, stranger) from None
        except StoreUnavailable as error:
            raise Unavailable(retry_after=error.retry_after) from error
        if self._used is not None:
            self._used.note_use(caller.session, agent, source)
        return caller

    def _find_session(self, credentials: CallerCredentials) -> FoundSession:
        """The session of a token that comes alone; one that nobody has is answered like any wrong credentials."""
        try:
            return self._sessions.read_session(credentials.token, credentials.door)
        except SessionUnknown as unknown:
            raise BadCredentials().concerning(fingerprint=unknown.fingerprint) from None

    def admit_handshake(self, caller: Caller, client: str, method: str) -> None:
        """Takes one message that is no tool call from the budget of its session and its client, which names itself.

        Raises HandshakesLimited, with the profile and the person, when there were too many of the method's kind.
        """
        try:
            self._handshakes.take(caller.session.digest, client, method)
        except HandshakesLimited as refusal:
            raise caller.concern(refusal) from None

    def _note_previous_secret(self, caller: Caller, credentials: CallerCredentials) -> Caller:
        """The caller; one that used the previous secret is recorded, and gets the secret's end in `former`."""
        profile, former = caller.profile, caller.profile.former
        if former is None or secret_status(profile, credentials.secret_digest, self._clock()) is SecretStatus.CURRENT:
            return caller
        self._former.note_use(profile, former, caller.person, accepted=True)
        return replace(caller, former=former)

    def _refuse_previous_secret(
        self, refusal: PreviousSecretRefused, credentials: CallerCredentials, source: str, found: FoundSession | None
    ) -> Refusal:
        """Gives the refusal of a previous secret, with the person; an unknown token is counted against its source.

        Nothing is counted or recorded when the sessions do not answer: the token may belong to a person.
        """
        profile: Profile = refusal.profile
        marked = _concern(refusal, credentials, found)
        try:
            person = found.person if found else find_person(partial(self._sessions.resolve_token, credentials.token))
        except StoreUnavailable:
            return marked
        if profile.former is not None and profile.former.digest == credentials.secret_digest:
            self._former.note_use(profile, profile.former, person, accepted=False)
        return self._count_failure(source, marked.concerning(person=person))

    def _count_failure(self, source: str, stranger: Refusal) -> Refusal:
        known = stranger.person is not None  # a token of a session that was logged out is no guess
        wait = ignore_unavailable(lambda: self._strangers.record_failure(source)) if source and not known else None
        if wait is None:
            return stranger
        return TooManyFailures(retry_after=wait).concerning(stranger.profile, stranger.person, stranger.fingerprint)

    def _admit(
        self, credentials: CallerCredentials, source: str, found: FoundSession | None, *, charge: bool
    ) -> Caller:
        profile = self._identify_profile(credentials)
        try:
            return self._admission.admit(profile, credentials, source, found, charge=charge)
        except BadCredentials:
            raise
        except StoreUnavailable as error:
            down = Unavailable(retry_after=error.retry_after)
            raise _concern(down, credentials, found, profile) from error
        except SessionTimeOver as expired:
            refusal = self._offer_relogin(profile, expired)
            raise _concern(refusal, credentials, found, profile, expired.person) from None
        except Refusal as refusal:
            raise _concern(refusal, credentials, found, profile) from None

    def _offer_relogin(self, profile: Profile, expired: SessionTimeOver) -> Refusal:
        if not profile.relogin or expired.session.door is Door.OAUTH:  # an app refreshes its token by itself
            return expired
        return ReloginOffered(relogin_link(profile, expired.session, epoch_seconds(self._clock())))

    def _identify_profile(self, credentials: CallerCredentials) -> Profile:
        """The profile of this key and secret.

        The cached version decides if it accepts the secret; otherwise the row does.
        """
        cached = self._reader.cached_profile(credentials.key)
        if cached is not None and self._accepts_secret(cached, credentials):
            return cached
        state = self._reader.read_current(credentials.key)
        return require_secret(state.profile if state else None, credentials, self._clock())

    def _accepts_secret(self, profile: Profile, credentials: CallerCredentials) -> bool:
        return is_accepted_secret(profile, credentials.secret_digest, self._clock())


def _concern(
    refusal: Refusal,
    credentials: CallerCredentials,
    found: FoundSession | None,
    profile: Profile | None = None,
    person: Person | None = None,
) -> Refusal:
    """The refusal for the audit row: with the token's fingerprint, and what is known of session, profile and person."""
    mark = token_fingerprint(digest_token(credentials.token))
    return in_session(refusal.concerning(profile, person, mark), found and found.session)
