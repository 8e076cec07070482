"""The gate: turns the three credentials of a call into a Caller, or raises a Refusal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import (
    BadCredentials,
    ProfileDisabled,
    RateLimited,
    Refusal,
    SessionUnknown,
    TooManyFailures,
    Unavailable,
)
from affino_mcp.gate.abuse.refusal_sampling import RefusalSampler
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import unless_down
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.credential_headers import Credentials, RawHeaders, read
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import digest, fingerprint
from affino_mcp.gate.profiles.previous_secret import FormerSecret
from affino_mcp.gate.profiles.previous_secret_uses import FormerUses
from affino_mcp.gate.profiles.profile import Profile, Standing, standing
from affino_mcp.gate.profiles.profile_reader import ProfileReader
from affino_mcp.gate.profiles.rate_limit import TURNS, Charge, Meter, Superseded
from affino_mcp.gate.relogin import ReloginOffered, link
from affino_mcp.gate.sessions.last_use import LastUse
from affino_mcp.gate.sessions.sessions import Expired, Session, Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable
from affino_mcp.store.secrets import Secrets

Resolved = Callable[[], tuple[Session, Person]]


class Gate:
    """Admits or refuses calls. One per process.

    With a `pool`, the profile's write and the session's read run in parallel. With `used`, the gate records from time
    to time that a session is in use.
    """

    def __init__(
        self,
        db: Database,
        secrets: Secrets,
        settings: Settings,
        clock: Clock,
        pool: Executor | None = None,
        used: LastUse | None = None,
    ) -> None:
        self._reader = ProfileReader(db, secrets, settings)
        self._meter = Meter(db, settings, clock)
        self._sessions = Sessions(db, settings, clock)
        self._sampler = RefusalSampler(clock)
        self._former = FormerUses(db, settings, clock)
        self._strangers = TokenGuard(db, settings, clock)
        self._pool, self._used, self._clock = pool, used, clock

    def admit(self, headers: RawHeaders, *, charge: bool, source: str = "") -> Caller:
        """Gives the caller behind these raw headers.

        `charge` takes one call from the profile's budget (handshakes do not). Raises the same BadCredentials for every
        wrong key or secret; after a right key and secret SessionUnknown, SessionExpired, PersonInactive,
        ProfileDisabled or RateLimited, with the profile, the person and the token's fingerprint as far as they are
        known. Raises Unavailable when a store does not answer. Only an admitted call costs budget. Unknown credentials
        are counted against their `source`, which gets TooManyFailures after many of them; right credentials are never
        counted. The profile's previous secret is admitted during its overlap; after that it raises FormerSecret, a
        BadCredentials that the API Log tells apart.
        """
        credentials = read(headers)
        try:
            caller = self._marked(self._admit(credentials, charge=charge), credentials)
        except FormerSecret as former:
            raise self._known_still(former, credentials, source) from None
        except (BadCredentials, SessionUnknown) as stranger:
            raise self._counted(source, stranger) from None
        except StoreUnavailable as error:
            raise Unavailable(retry_after=1) from error
        if self._used is not None:
            self._used.note(caller.session)
        return caller

    def _marked(self, caller: Caller, credentials: Credentials) -> Caller:
        """The caller; one that used the previous secret is recorded, and gets the secret's end in `former`."""
        profile, former = caller.profile, caller.profile.former
        if former is None or standing(profile, credentials.secret, self._clock()) is Standing.CURRENT:
            return caller
        self._former.note(profile, former, caller.person, accepted=True)
        return replace(caller, former=former)

    def _known_still(self, refusal: FormerSecret, credentials: Credentials, source: str) -> Refusal:
        """Gives the refusal of a previous secret, with the person; an unknown token is counted against its source.

        Nothing is counted or recorded when the sessions do not answer: the token may belong to a person.
        """
        profile: Profile = refusal.profile
        refusal.about(fingerprint=fingerprint(digest(credentials.token)))
        try:
            person = _person(partial(self._sessions.resolve, credentials.token))
        except StoreUnavailable:
            return refusal
        refusal.about(person=person)
        if profile.former is not None:
            self._former.note(profile, profile.former, person, accepted=False)
        return self._counted(source, refusal)

    def _counted(self, source: str, stranger: Refusal) -> Refusal:
        known = stranger.person is not None  # a token of a session that was logged out is no guess
        wait = unless_down(lambda: self._strangers.failed(source)) if source and not known else None
        if wait is None:
            return stranger
        return TooManyFailures(retry_after=wait).about(stranger.profile, stranger.person, stranger.fingerprint)

    def _admit(self, credentials: Credentials, *, charge: bool) -> Caller:
        profile = self._identified(credentials)
        mark = fingerprint(digest(credentials.token))
        try:
            return self._passed(profile, credentials, charge=charge)
        except BadCredentials:
            raise
        except StoreUnavailable as error:
            raise Unavailable(retry_after=1).about(profile=profile, fingerprint=mark) from error
        except Expired as expired:
            refusal = self._offered(profile, expired)
            raise refusal.about(profile=profile, person=expired.person, fingerprint=mark) from None
        except Refusal as refusal:
            raise refusal.about(profile=profile, fingerprint=mark) from None

    def _offered(self, profile: Profile, expired: Expired) -> Refusal:
        if not profile.relogin:
            return expired
        return ReloginOffered(link(profile, expired.session, seconds(self._clock())))

    def _identified(self, credentials: Credentials) -> Profile:
        """The profile of this key and secret.

        The cached version decides if it accepts the secret; otherwise the row does.
        """
        cached = self._reader.cached(credentials.key)
        if cached is not None and self._accepts(cached, credentials):
            return cached
        state = self._reader.current(credentials.key)
        return self._believed(state.profile if state else None, credentials)

    def _accepts(self, profile: Profile, credentials: Credentials) -> bool:
        return standing(profile, credentials.secret, self._clock()) in {Standing.CURRENT, Standing.OVERLAPPING}

    def _believed(self, profile: Profile | None, credentials: Credentials) -> Profile:
        """The profile, if the secret is accepted now; raises BadCredentials, or FormerSecret with the profile."""
        found = standing(profile, credentials.secret, self._clock())
        if profile is None or found is Standing.STRANGE:
            raise BadCredentials
        if found is Standing.FORMER:
            raise FormerSecret().about(profile)
        return profile

    def _passed(self, profile: Profile, credentials: Credentials, *, charge: bool) -> Caller:
        if charge:
            self._refuse_known(profile, credentials.token)
        resolved = self._begun(lambda: self._sessions.resolve(credentials.token))
        try:
            profile, paid = self._current(profile, credentials, self._meter.charge if charge else self._meter.look)
        except (ProfileDisabled, RateLimited) as refusal:
            raise refusal.about(person=_person_if_known(resolved)) from None
        return self._joined(profile, paid, resolved)

    def _refuse_known(self, profile: Profile, token: str) -> None:
        """Raises RateLimited without a write while this process knows that the limit is reached.

        Sampled refusals name the person.
        """
        try:
            self._meter.refuse_known(profile)
        except RateLimited as refusal:
            if self._sampler.should_sample(profile.key):
                refusal.about(person=_person_if_known(lambda: self._sessions.resolve(token)))
            raise

    def _joined(self, profile: Profile, paid: Charge, resolved: Resolved) -> Caller:
        try:
            session, person = resolved()
        except (Refusal, StoreUnavailable):
            self._give_back(profile, paid)
            raise
        return Caller(profile, person, session, paid.rate)

    def _current(
        self, profile: Profile, credentials: Credentials, ask: Callable[[Profile], Charge]
    ) -> tuple[Profile, Charge]:
        """Charges or reads the profile's budget.

        If the row names another version, reads that version and decides again.
        """
        for _ in range(TURNS):
            try:
                return profile, ask(profile)
            except Superseded as newer:
                profile = self._believed(self._reader.at(profile.key, newer.version), credentials)
        raise StoreUnavailable

    def _give_back(self, profile: Profile, charge: Charge) -> None:
        try:
            self._meter.refund(profile, charge)
        except StoreUnavailable:
            return  # the refusal itself matters more; one unit is lost until it drains

    def _begun(self, work: Resolved) -> Resolved:
        return work if self._pool is None else self._pool.submit(work).result


def _person_if_known(resolved: Resolved) -> Person | None:
    try:
        return _person(resolved)
    except StoreUnavailable:
        return None


def _person(resolved: Resolved) -> Person | None:
    try:
        return resolved()[1]
    except Refusal as refusal:
        person: Person | None = refusal.person
        return person
