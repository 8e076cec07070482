"""Admits one call on a known profile: resolves its session and charges the profile's budget, in the order that is fair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import (
    BadCredentials,
    NetworkNotAllowed,
    PersonInactive,
    ProfileDisabled,
    ProfileExpired,
    RateLimited,
    Refusal,
    SessionExpired,
    SessionUnknown,
)
from affino_mcp.gate.abuse.refusal_sampling import RefusalSampler
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.credentials import CallerCredentials
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.rate_limit import MAX_CHARGE_ATTEMPTS, ProfileSuperseded, RateCharge, RateMeter
from affino_mcp.gate.profiles.secret_status import SecretStatus, secret_status
from affino_mcp.gate.sessions.last_use import RecentTokens
from affino_mcp.gate.sessions.sessions import FoundSession, Session, Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, StartRead
from affino_mcp.value_class import value_class

SessionLookup = Callable[[], tuple[Session, Person]]


@value_class
class _Entrant:
    """Who asks to be admitted, from where, and how their session is found. With `session_first` before anything is charged."""

    credentials: CallerCredentials
    source: str
    resolved: SessionLookup
    session_first: bool


class Admission:
    """Charges and resolves calls. One per process.

    With `start_read`, the profile is written while the session's read is under way for a token that was resolved here within the
    last minute; for any other, and on profiles that are not for everybody, the session comes first.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        clock: Clock,
        reader: ProfileReader,
        sessions: Sessions,
        start_read: StartRead | None = None,
    ) -> None:
        self._meter, self._sampler = RateMeter(db, settings, clock), RefusalSampler(clock)
        self._recent = RecentTokens()
        self._reader, self._sessions, self._start_read, self._clock = reader, sessions, start_read, clock

    def admit(
        self,
        profile: Profile,
        credentials: CallerCredentials,
        source: str = "",
        found: FoundSession | None = None,
        *,
        charge: bool,
    ) -> Caller:
        """Gives the caller of a call on this profile from this address, whose session may have been found already.

        Raises BadCredentials, ProfileDisabled, the refusals of the profile's terms, RateLimited, the refusals of
        `resolve_token`, StoreUnavailable. What is refused for its token or by the terms takes nothing from the profile's
        budget, and never makes it refuse another call.
        """
        try:
            return self._charge_and_resolve(
                profile, credentials, source, self._plan_lookup(credentials, found), charge=charge
            )
        except (SessionUnknown, SessionExpired, PersonInactive):
            self._recent.forget(digest_token(credentials.token))
            raise

    def _plan_lookup(self, credentials: CallerCredentials, found: FoundSession | None) -> SessionLookup:
        if found is not None:
            return lambda: self._sessions.require_live(found)
        return lambda: self._sessions.resolve_token(credentials.token)

    def _charge_and_resolve(
        self,
        profile: Profile,
        credentials: CallerCredentials,
        source: str,
        lookup: SessionLookup,
        *,
        charge: bool,
    ) -> Caller:
        if charge:
            self._refuse_while_limited(profile, lookup)
        digest = digest_token(credentials.token)
        resolved = _look_up_once(lookup if credentials.comes_alone else self._start_lookup(digest) or lookup)
        is_recent = self._recent.holds(digest, epoch_seconds(self._clock()))
        entrant = _Entrant(
            credentials, source, resolved, session_first=credentials.comes_alone or (charge and not is_recent)
        )
        try:
            profile, paid = self._charge_current_version(
                profile, entrant, self._meter.charge_call if charge else self._meter.read_rate
            )
        except (ProfileDisabled, ProfileExpired, NetworkNotAllowed, RateLimited) as refusal:
            raise refusal.concerning(person=_find_person_if_up(resolved)) from None
        return self._build_caller(profile, paid, resolved, credentials)

    def _refuse_while_limited(self, profile: Profile, lookup: SessionLookup) -> None:
        """Raises RateLimited without a write while this process knows that the limit is reached.

        Sampled refusals name the person.
        """
        try:
            self._meter.refuse_while_denied(profile)
        except RateLimited as refusal:
            if self._sampler.should_sample(profile.key):
                person = _find_person_if_up(lookup)
                raise refusal.concerning(person=person) from None
            raise

    def _build_caller(
        self, profile: Profile, paid: RateCharge, resolved: SessionLookup, credentials: CallerCredentials
    ) -> Caller:
        try:
            session, person = resolved()
        except (Refusal, StoreUnavailable):
            self._refund_charge(profile, paid)
            raise
        now = self._clock()
        self._recent.note(session, epoch_seconds(now))
        token = "" if credentials.comes_alone else credentials.token
        return Caller(profile, person, session, paid.rate, at=now, token=token, presented=credentials.presented)

    def _charge_current_version(
        self, profile: Profile, entrant: _Entrant, ask: Callable[[Profile], RateCharge]
    ) -> tuple[Profile, RateCharge]:
        """Charges or reads the profile's budget, when nothing but the budget can refuse the entrant.

        If the row names another version, reads that version and decides again: the terms that admit are in force.
        """
        for _ in range(MAX_CHARGE_ATTEMPTS):
            try:
                return profile, self._ask_if_admitted(profile, entrant, ask)
            except ProfileSuperseded as newer:
                profile = require_secret(
                    self._reader.read_version(profile.key, newer.version), entrant.credentials, self._clock()
                )
        raise StoreUnavailable

    def _ask_if_admitted(self, profile: Profile, entrant: _Entrant, ask: Callable[[Profile], RateCharge]) -> RateCharge:
        """Asks the budget, or raises the refusal; that the profile is gone, off or another version is told before it."""
        refusal = self._find_refusal(profile, entrant)
        if refusal is None:
            return ask(profile)
        self._meter.read_rate(profile)
        raise refusal

    def _find_refusal(self, profile: Profile, entrant: _Entrant) -> Refusal | None:
        """The refusal by the terms, then by the session, then of the person; None when nothing refuses."""
        unmet = profile.terms.find_refusal(entrant.source, self._clock())
        if unmet or not (entrant.session_first or profile.terms.is_for_some):
            return unmet
        try:
            _, person = entrant.resolved()
        except Refusal as refusal:
            return refusal
        refused = profile.terms.find_person_refusal(person, connected=entrant.credentials.comes_alone)
        return refused.concerning(person=person) if refused else None

    def _refund_charge(self, profile: Profile, charge: RateCharge) -> None:
        try:
            self._meter.refund_charge(profile, charge)
        except StoreUnavailable:
            return  # the refusal itself matters more; one unit is lost until it drains

    def _start_lookup(self, digest: str) -> SessionLookup | None:
        return self._sessions.start_resolving(digest, self._start_read) if self._start_read is not None else None


def require_secret(profile: Profile | None, credentials: CallerCredentials, now: datetime) -> Profile:
    """Gives the profile, if the secret is accepted now; raises BadCredentials, or PreviousSecretRefused with the profile.

    A token that comes alone was made under a secret of its profile, so that one which is not known is a previous one.
    """
    found = secret_status(profile, credentials.secret_digest, now)
    if profile is None:
        raise BadCredentials
    if found is SecretStatus.PREVIOUS or (found is SecretStatus.UNKNOWN and credentials.comes_alone):
        raise PreviousSecretRefused().concerning(profile)
    if found is SecretStatus.UNKNOWN:
        raise BadCredentials
    return profile


def _look_up_once(work: SessionLookup) -> SessionLookup:
    """The lookup, made when it is first asked for; its result, or its error, holds for every further asking."""
    found: list[tuple[Session, Person] | Refusal | StoreUnavailable] = []

    def look_up() -> tuple[Session, Person]:
        if not found:
            try:
                found.append(work())
            except (Refusal, StoreUnavailable) as error:
                found.append(error)
        if isinstance(found[0], tuple):
            return found[0]
        raise found[0]

    return look_up


def _find_person_if_up(resolved: SessionLookup) -> Person | None:
    try:
        return find_person(resolved)
    except StoreUnavailable:
        return None


def find_person(resolved: SessionLookup) -> Person | None:
    """Gives the person of a token, also of one that is refused; None when it belongs to nobody. Raises StoreUnavailable."""
    try:
        return resolved()[1]
    except Refusal as refusal:
        person: Person | None = refusal.person
        return person
