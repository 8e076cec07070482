"""Calls of profiles that require confirmation, and what makes the repeat of a call safe."""

from __future__ import annotations

from affino_mcp.audit.redact import redact_arguments
from affino_mcp.call_audit import CallAudit
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY
from affino_mcp.gate.confirmation import Confirmation
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import replace


def with_confirmation(call: Call, confirmation: Confirmation, values: Values, trail: CallAudit) -> Call:
    """The call of a profile that requires confirmation: the instance asks `confirmation_refusal` before it writes.

    The row then records how the call was confirmed. The person sees the checked values, not everything that was sent.
    """

    def unconfirmed(subject: str) -> ToolError | None:
        trail.set_confirmation(confirmation.confirmation_method)
        return confirmation.refuse_unconfirmed(subject, redact_arguments(values, known=trail.secrets))

    return replace(call, confirmation_refusal=unconfirmed, confirmed=confirmation.confirmation_method)


def repeat_arguments(given: Values, values: Values, call: Call) -> dict[str, str]:
    """The arguments that make a repeat of the call safe: its own idempotency key, or the one that the service made.

    Empty for a call that was confirmed in a form: the answered form itself counts once.
    """
    name = IDEMPOTENCY_KEY.name
    if name in values and name not in given:
        return {}
    return {name: given.get(name) or call.repeat_key}
