"""Who signed a request: the API Profile behind APIKey and Signature, each signature once."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock
from affino_mcp.gate.profile import Profile, ProfileState
from affino_mcp.gate.profile_reader import ProfileReader
from affino_mcp.gate.signature import body_md5, sign
from affino_mcp.gate.signatures_seen import SignaturesSeen
from affino_mcp.login_edge.answer import NO_KEY, NO_TRUST, PROFILE_OFF, REPLAYED, Known, LoginRefused
from affino_mcp.login_edge.request import LoginRequest, Signed, signed

WINDOW: Final = timedelta(seconds=300)
_NOBODYS_SECRET: Final = "0" * 40


class SignedCalls:
    """Checks signatures. Nothing before the signature costs more than one look at the profile."""

    def __init__(self, reader: ProfileReader, seen: SignaturesSeen, clock: Clock) -> None:
        self._reader, self._seen, self._clock = reader, seen, clock

    def verified(self, request: LoginRequest, uri: str, known: Known) -> Profile:
        """The profile that signed this request for `uri`, switched on, with a signature not used before.

        Raises LoginRefused: NO_KEY, NO_TRUST (one answer for a wrong time, key, MD5 or signature), PROFILE_OFF only when
        the signature is right, REPLAYED. Raises StoreUnavailable.
        """
        if request.header("APIKey") is None:
            raise LoginRefused(NO_KEY)
        given = signed(request)
        if given is None or abs(self._clock() - given.moment) > WINDOW:
            raise LoginRefused(NO_TRUST)
        state = self._signer(request, given, uri)
        known.profile = state.profile.key
        if not state.enabled:
            raise LoginRefused(PROFILE_OFF)
        if not self._seen.first_use(given.signature):
            raise LoginRefused(REPLAYED)
        return state.profile

    def _signer(self, request: LoginRequest, given: Signed, uri: str) -> ProfileState:
        state = self._reader.current(given.key)
        secret = state.profile.secret if state else _NOBODYS_SECRET
        ours = sign(request.method, uri, request.body, secret, given.timestamp)
        right = hmac.compare_digest(ours, given.signature) & hmac.compare_digest(body_md5(request.body), given.md5)
        if state is None or not right:
            raise LoginRefused(NO_TRUST)
        return state
