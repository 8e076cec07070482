"""Verifies signed requests: finds the API Profile of APIKey and Signature, and accepts each signature once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock
from affino_mcp.gate.abuse.request_signature import body_md5, sign
from affino_mcp.gate.abuse.signatures_seen import SignaturesSeen
from affino_mcp.gate.profiles.profile import Profile, ProfileState, same, signing_secrets
from affino_mcp.gate.profiles.profile_reader import ProfileReader
from affino_mcp.login_edge.answer import NO_KEY, PROFILE_OFF, REPLAYED, Fault, Known, LoginRefused, untrusted
from affino_mcp.login_edge.request import LoginRequest, Signed, signed

WINDOW: Final = timedelta(seconds=300)
Counted = Callable[[str, Fault], LoginRefused]
"""Counts an invalid signature against its source, and gives the refusal."""


class SignedCalls:
    """Verifies signatures. An invalid signature costs at most one read of the profile."""

    def __init__(self, reader: ProfileReader, seen: SignaturesSeen, clock: Clock, counted: Counted) -> None:
        self._reader, self._seen, self._clock, self._counted = reader, seen, clock, counted

    def verified(self, request: LoginRequest, uri: str, known: Known) -> Profile:
        """Gives the enabled profile that signed this request for `uri`, with a signature not used before.

        During its overlap a previous secret is accepted like the current one. Raises LoginRefused: NO_KEY, NO_TRUST
        (one answer for a wrong time, key, MD5 or signature; BLOCKED after many), PROFILE_OFF (only for a right
        signature), REPLAYED. Raises StoreUnavailable.
        """
        if request.header("APIKey") is None:
            raise LoginRefused(NO_KEY)
        given = signed(request)
        if given is None or abs(self._clock() - given.moment) > WINDOW:
            raise LoginRefused(untrusted(self._clock()))
        state = self._signer(request, given, uri)
        known.profile = state.profile.key
        if not state.enabled:
            raise LoginRefused(PROFILE_OFF)
        if not self._seen.first_use(given.signature):
            raise LoginRefused(REPLAYED)
        return state.profile

    def _signer(self, request: LoginRequest, given: Signed, uri: str) -> ProfileState:
        state = self._reader.current(given.key)
        secrets = signing_secrets(state.profile if state else None, self._clock())
        ours = [sign(request.method, uri, request.body, secret, given.timestamp) for secret in secrets]
        right = any(same(each, given.signature) for each in ours) & same(body_md5(request.body), given.md5)
        if state is None or not right:
            raise self._counted(request.source, untrusted(self._clock()))
        return state
