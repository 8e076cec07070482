"""Verifies signed requests: finds the API Profile of APIKey and Signature, and accepts each signature once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock
from affino_mcp.gate.abuse.signatures_seen import SignatureUsed, UsedSignatures
from affino_mcp.gate.profiles.profile import Profile, ProfileReader, ProfileState, is_same_secret, signing_secrets
from affino_mcp.http.request_signature import body_md5, sign_request
from affino_mcp.login_edge.answer import (
    KEY_MISSING,
    NETWORK_NOT_ALLOWED,
    PROFILE_DISABLED,
    PROFILE_EXPIRED,
    SIGNATURE_REPLAYED,
    LoginFault,
    LoginRefused,
    LoginSubject,
    untrusted_fault,
)
from affino_mcp.login_edge.request import LoginRequest, SigningHeaders, signing_headers

TIMESTAMP_TOLERANCE: Final = timedelta(seconds=300)
CountStranger = Callable[[str, LoginFault], LoginRefused]
"""Counts an invalid signature against its source, and gives the refusal."""


class SignatureCheck:
    """Verifies signatures. An invalid signature costs at most one read of the profile."""

    def __init__(self, reader: ProfileReader, seen: UsedSignatures, clock: Clock, counted: CountStranger) -> None:
        self._reader, self._seen, self._clock, self._counted = reader, seen, clock, counted

    @contextmanager
    def signed_call(self, request: LoginRequest, uri: str, known: LoginSubject) -> Iterator[Profile]:
        """Runs the body with the enabled profile that signed this request for `uri`, with a signature not used before.

        A body that a store stops (StoreUnavailable) leaves the signature unused, as far as the stores allow. During its
        overlap a previous secret is accepted like the current one. Raises LoginRefused: KEY_MISSING, BAD_SIGNATURE (one
        answer for a wrong time, key, MD5 or signature; TOO_MANY_FAILURES after many), for a right signature
        PROFILE_DISABLED, PROFILE_EXPIRED, NETWORK_NOT_ALLOWED, SIGNATURE_REPLAYED. Raises StoreUnavailable.
        """
        given = self._require_signing_headers(request)
        state = self._verify_signature(request, given, uri)
        known.profile = state.profile.key
        self._require_admitting(state, request.source)
        try:
            with self._seen.use_signature(given.signature):
                yield state.profile
        except SignatureUsed as used:
            raise LoginRefused(SIGNATURE_REPLAYED) from used

    def _require_admitting(self, state: ProfileState, source: str) -> None:
        terms = state.profile.terms
        if not state.enabled:
            raise LoginRefused(PROFILE_DISABLED)
        if terms.is_over(self._clock()):
            raise LoginRefused(PROFILE_EXPIRED)
        if not terms.allows_source(source):
            raise LoginRefused(NETWORK_NOT_ALLOWED)

    def _require_signing_headers(self, request: LoginRequest) -> SigningHeaders:
        if request.single_header("APIKey") is None:
            raise LoginRefused(KEY_MISSING)
        given = signing_headers(request)
        if given is None or abs(self._clock() - given.moment) > TIMESTAMP_TOLERANCE:
            raise LoginRefused(untrusted_fault(self._clock()))
        return given

    def _verify_signature(self, request: LoginRequest, given: SigningHeaders, uri: str) -> ProfileState:
        state = self._reader.read_current(given.key)
        secrets = signing_secrets(state.profile if state else None, self._clock())
        ours = [sign_request(request.method, uri, request.body, secret, given.timestamp) for secret in secrets]
        right = any(is_same_secret(each, given.signature) for each in ours) & is_same_secret(
            body_md5(request.body), given.md5
        )
        if state is None or not right:
            raise self._counted(request.source, untrusted_fault(self._clock()))
        return state
