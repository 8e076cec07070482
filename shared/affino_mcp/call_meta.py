"""What a call carries besides its credentials and its arguments, and what its row says of its session."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from affino_mcp.audit.channels import CALL_CHANNEL
from affino_mcp.gate.confirmation import ConfirmationForm
from affino_mcp.gate.identity.row_keys import token_fingerprint
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import Session
from affino_mcp.value_class import value_class


@value_class
class CallMeta:
    """What a call carries besides its credentials: request id, client, source, an answered form, toolset, channel.

    `gate_ms` is the time that the gate took to admit or refuse the call; `secrets` are the secrets in its headers,
    which no row may hold. `door` is the form in which they came (see `name_door`).
    """

    request_id: str
    client_name: str = ""
    client_version: str = ""
    source: str = ""
    form: ConfirmationForm = field(default_factory=ConfirmationForm)
    gate_ms: int = 0
    secrets: tuple[str, ...] = field(default=(), repr=False)
    toolset: str = ""
    channel: str = CALL_CHANNEL
    door: str = ""

    def known_secrets(self, profile: Profile) -> tuple[str, ...]:
        """Gives every known secret of a call on this profile."""
        return (*profile.secrets, *self.secrets)


def describe_session(session: Session) -> dict[str, Any]:
    """Gives what the audit row says of the session of a call: fingerprints, and the app that it belongs to with its proof."""
    return {
        "fingerprint": session.fingerprint,
        "client_id": session.client_id,
        "client_proof": session.client_proof,
        "grant": token_fingerprint(session.grant) if session.grant else "",
    }
