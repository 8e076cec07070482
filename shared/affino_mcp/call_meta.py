"""What a call carries besides its credentials and its arguments, how its row begins, and what the row says of its session."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from affino_mcp.audit.channels import CALL_CHANNEL, REST_CHANNEL
from affino_mcp.audit.redact import redact_arguments
from affino_mcp.audit.row import AuditRow, Outcome, RowStamp
from affino_mcp.catalogue.method import DRY_RUN
from affino_mcp.catalogue.plain_values import read_truth
from affino_mcp.catalogue.record import fold_name
from affino_mcp.catalogue.tool_view import find_method
from affino_mcp.gate.confirmation import ConfirmationForm
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import token_fingerprint
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import Session
from affino_mcp.value_class import value_class


@value_class
class CallMeta:
    """What a call carries besides its credentials: request id, client, source, an answered form, toolset, channel.

    `gate_ms` is the time that the gate took to admit or refuse the call; `secrets` are the secrets in its headers,
    which no row may hold. `door` is the form in which they came (see `PresentedSecrets`). With `counts` a list
    tells how many records it has, as far as that costs a few reads.
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
    counts: bool = False

    def takes_confirm(self, profile: Profile) -> bool:
        """True when Confirm is an argument of calls that may be grave: on confirming profiles, and for every program."""
        return profile.confirm or self.channel == REST_CHANNEL

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


def start_row(
    stamp: RowStamp,
    profile: Profile,
    person: Person | None,
    tool: str,
    arguments: dict[str, Any],
    meta: CallMeta,
    session: Session | None = None,
) -> AuditRow:
    """Gives the row of a call of which nothing is known yet but what came.

    `person` and `session` are None where nobody was recognised.
    """
    method = find_method(tool)
    takes = [f.name for f in method.for_profile(confirm=meta.takes_confirm(profile)).all_arguments] if method else None
    return AuditRow(
        id=stamp.id,
        at=stamp.at,
        profile_key=profile.key,
        profile_name=profile.name,
        profile_version=profile.version,
        method=tool,
        outcome=Outcome.ERROR,
        status=500,
        family=method.family if method else "",
        access=method.access if method else "",
        person_code=person.user_code if person else None,
        person_name=person.name if person else "",
        person_email=person.email if person else "",
        arguments=redact_arguments(arguments, takes, meta.known_secrets(profile)),
        request_id=meta.request_id,
        client_name=meta.client_name,
        client_version=meta.client_version,
        source=meta.source,
        gate_ms=meta.gate_ms,
        toolset=meta.toolset,
        channel=meta.channel,
        door=meta.door,
        dry_run=any(fold_name(n) == fold_name(DRY_RUN.name) and read_truth(v) is True for n, v in arguments.items()),
        **(describe_session(session) if session else {}),
    )
