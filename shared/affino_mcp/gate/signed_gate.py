"""The gate of signed requests: the signature proves the API Profile, the AccessToken the person."""

from __future__ import annotations

from typing import Final

from affino_mcp.errors import Refusal, Unavailable
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.credentials import CallerCredentials, read_user_agent
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.signed_requests import SignedRequest, SignedRequests
from affino_mcp.http.signing_headers import token_header
from affino_mcp.store.faults import StoreUnavailable

TOKEN_HEADER: Final = "AccessToken"  # noqa: S105 (a header's name)
ACTED_AS: Final = "actedas"
"""The header of every answer that names the person in whose name the call was made."""


class TokenMissing(Refusal):
    """The header AccessToken is missing or no token: nothing acts here without a person."""

    type, status, code, denied_by, who_can_fix = "no_token", 401, -31001, "session", "person"
    text = "The header AccessToken is missing or is no token. Every call acts as a person: log in, and send the AccessToken."
    next_step = "Log in with POST /rest/{dbname}/login, and send its AccessToken with each call."


class RestSwitchedOff(Refusal):
    """The profile does not serve the REST API."""

    type, status, code, denied_by, who_can_fix = "rest_off", 403, -31003, "profile", "operator"
    text = "This API Profile is not open to the REST API. Ask the operator of this Affino instance to switch REST on for it."
    next_step = "Stop calling; ask the operator to switch the profile's option REST on, or use another profile."


class SignedGate:
    """Admits or refuses signed requests. One per process."""

    def __init__(self, gate: Gate, signed: SignedRequests) -> None:
        self._gate, self._signed = gate, signed

    def admit(self, request: SignedRequest, *, charge: bool) -> Caller:
        """Gives the caller of a signed request.

        Raises the refusals of `SignedRequests.signed_by`, RestSwitchedOff, TokenMissing and those of `Gate.admit`, each with the
        profile once the signature is believed; Unavailable when a store does not answer.
        """
        try:
            with self._signed.signed_by(request) as signatory:
                profile = _require_open(signatory.profile)
                token = token_header(request.headers, TOKEN_HEADER)
                if token is None:
                    raise TokenMissing().concerning(profile)
                credentials, agent = (
                    CallerCredentials(profile.key, signatory.secret, token),
                    read_user_agent(request.headers),
                )
                caller = self._gate.admit_credentials(credentials, agent, charge=charge, source=request.source)
        except StoreUnavailable as error:
            raise Unavailable(retry_after=error.retry_after) from error
        _require_open(caller.profile)
        return caller

    def admit_profile(self, request: SignedRequest) -> Profile:
        """Gives the profile that signed a request without a person's token, for a question that tells nothing of records.

        Raises the refusals of `SignedRequests.signed_by` and RestSwitchedOff; Unavailable when a store does not answer.
        """
        try:
            with self._signed.signed_by(request) as signatory:
                return _require_open(signatory.profile)
        except StoreUnavailable as error:
            raise Unavailable(retry_after=error.retry_after) from error

    def admit_question(self, caller: Caller, client: str, question: str) -> None:
        """Raises HandshakesLimited when the caller's session, or client, asked this too often; it costs no budget."""
        self._gate.admit_handshake(caller, client, question)


def _require_open(profile: Profile) -> Profile:
    if not profile.rest:
        raise RestSwitchedOff().concerning(profile)
    return profile
