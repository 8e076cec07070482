"""What a call carries besides its credentials and its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field

from affino_mcp.audit.channels import CALL_CHANNEL
from affino_mcp.gate.confirmation import ConfirmationForm
from affino_mcp.gate.profiles.profile import Profile


@dataclass(frozen=True)
class CallMeta:
    """What a call carries besides its credentials: request id, client, source, an answered form, toolset, channel.

    `gate_ms` is the time that the gate took to admit or refuse the call; `secrets` are the secrets in its headers,
    which no row may hold.
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

    def known_secrets(self, profile: Profile) -> tuple[str, ...]:
        """Gives every known secret of a call on this profile."""
        return (*profile.secrets, *self.secrets)
