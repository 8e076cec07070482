"""Verifies signed requests: finds the API Profile of APIKey and Signature, and accepts each signature once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock
from affino_mcp.errors import NetworkNotAllowed, ProfileDisabled, ProfileExpired, Refusal, TooManyFailures
from affino_mcp.gate.abuse.signatures_seen import SignatureUsed, UsedSignatures
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import ignore_unavailable
from affino_mcp.gate.profiles.profile import Profile, ProfileReader, ProfileState, is_same_secret, signing_secrets
from affino_mcp.http.request_signature import body_md5, format_timestamp, sign_digest
from affino_mcp.http.signing_headers import RawHeaders, SigningHeaders, signing_headers, single_header
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class

TIMESTAMP_TOLERANCE: Final = timedelta(seconds=300)


class KeyMissing(Refusal):
    """The header APIKey is missing."""

    type, status, code, denied_by, who_can_fix = "no_key", 401, -31001, "credentials", "caller"
    text = "API Key is missing"
    next_step = "Sign the request: send APIKey, TimeStamp, Signature, and MD5 with a body."


class BadSignature(Refusal):
    """Time, key, MD5 or signature is wrong: the answer does not say which."""

    type, status, code, denied_by, who_can_fix = "bad_signature", 401, -31001, "credentials", "caller"
    text = "The request's signature is not valid. Check APIKey, MD5, Signature and TimeStamp (UTC, within 5 minutes)."
    next_step = "Sign a new request; if that fails, ask the operator for the key and secret."


class SignatureReplayed(Refusal):
    """The signature has been used already."""

    type, status, code, denied_by, who_can_fix = "replayed", 401, -31001, "credentials", "caller"
    text = "This signature has been used already. Sign a new request."
    next_step = "Sign a new request, with a new TimeStamp."


@value_class
class SignedRequest:
    """A request that must be signed, for one of these `uris`, or of those that `spell_uris` gives when it is for none of them."""

    method: str
    uris: tuple[str, ...]
    headers: RawHeaders = field(repr=False)
    body: bytes = field(repr=False)
    source: str = ""
    spell_uris: Callable[[], Iterable[str]] = field(default=tuple, compare=False)


@value_class
class Signatory:
    """Who signed a request: a profile, with this one of its secrets."""

    profile: Profile
    secret: str = field(repr=False)


class SignedRequests:
    """Verifies signatures. An invalid signature costs at most one read of the profile."""

    def __init__(self, reader: ProfileReader, db: Database, settings: Settings, clock: Clock) -> None:
        self._reader, self._clock = reader, clock
        self._seen, self._strangers = UsedSignatures(db, settings, clock), TokenGuard(db, settings, clock)

    @contextmanager
    def signed_by(self, request: SignedRequest) -> Iterator[Signatory]:
        """Runs the body with the enabled profile that signed this request, with a signature not used before.

        A body that a store stops (StoreUnavailable) leaves the signature unused, as far as the stores allow. During its
        overlap a previous secret is accepted like the current one. Raises KeyMissing, BadSignature (one answer for a wrong
        time, key, MD5 or signature; TooManyFailures after many), for a right signature, with the profile, ProfileDisabled,
        ProfileExpired, NetworkNotAllowed, SignatureReplayed. Raises StoreUnavailable.
        """
        given = self._require_signing_headers(request)
        state, secret = self._verify_signature(request, given)
        self._require_admitting(state, request.source)
        try:
            with self._seen.use_signature(given.signature):
                yield Signatory(state.profile, secret)
        except SignatureUsed as used:
            raise SignatureReplayed().concerning(state.profile) from used

    def _require_admitting(self, state: ProfileState, source: str) -> None:
        terms = state.profile.terms
        if not state.enabled:
            raise ProfileDisabled().concerning(state.profile)
        if terms.is_over(self._clock()):
            raise ProfileExpired().concerning(state.profile)
        if not terms.allows_source(source):
            raise NetworkNotAllowed().concerning(state.profile)

    def _require_signing_headers(self, request: SignedRequest) -> SigningHeaders:
        if single_header(request.headers, "APIKey") is None:
            raise KeyMissing
        given = signing_headers(request.headers)
        if given is None or abs(self._clock() - given.moment) > TIMESTAMP_TOLERANCE:
            raise self._untrusted()
        return given

    def _verify_signature(self, request: SignedRequest, given: SigningHeaders) -> tuple[ProfileState, str]:
        state = self._reader.read_current(given.key)
        secrets = signing_secrets(state.profile if state else None, self._clock())
        md5 = body_md5(request.body)
        right = [secret for secret in secrets if _is_signed_with(secret, request, given, md5)]
        if not is_same_secret(md5, given.md5) or state is None or not right:
            raise self._count_stranger(request.source)
        return state, right[0]

    def _count_stranger(self, source: str) -> Refusal:
        wait = ignore_unavailable(lambda: self._strangers.record_failure(source))
        return self._untrusted() if wait is None else TooManyFailures(retry_after=wait)

    def _untrusted(self) -> BadSignature:
        """The refusal with the server's time, which a caller with a wrong clock needs."""
        return BadSignature(f"{BadSignature.text} It is {format_timestamp(self._clock())} here.")


def _is_signed_with(secret: str, request: SignedRequest, given: SigningHeaders, md5: str) -> bool:
    """True when the signature is right for one of the URIs, with this MD5 of the body."""

    def is_of(uri: str) -> bool:
        return is_same_secret(sign_digest(request.method, uri, md5, secret, given.timestamp), given.signature)

    return any(map(is_of, request.uris)) or any(map(is_of, request.spell_uris()))
