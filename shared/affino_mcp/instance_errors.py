"""The refusals of calls that an instance elsewhere did not carry out: it takes none for now, or its answer is of no use."""

from __future__ import annotations

from affino_mcp.errors import OutcomeUnknown, Unavailable
from affino_mcp.tool_errors import NotOffered, ToolError


class InstanceBusy(Unavailable):
    """The instance that holds the records takes no more calls for now; its limit is not the profile's here."""

    type, code = "instance_busy", -31055
    text = "The Affino instance behind this service takes no more calls just now. Nothing was changed. Wait {wait}."


class InstanceFailed(Unavailable):
    """The instance that holds the records gave no answer, or none that can be used; nothing was changed."""

    type, code = "instance_failed", -31056
    text = "The Affino instance behind this service gave no answer that can be used. Nothing was changed."
    next_step = "Wait {wait}, then send the same call again; if it stays so, tell the operator, whose log says why."


class OutcomeToBeLookedUp(OutcomeUnknown):
    """A write was sent to an instance that knows no keys, and not answered: a repeat might make it twice."""

    next_step = "Do not repeat the call. Look at the record first: a repeat might make the change a second time."


class ConfirmationNotAsked(NotOffered):
    """The instance wants the person's confirmation of a call, and the API Profile here asks nobody for one."""

    text = (
        "The Affino instance behind this service wants the person's confirmation of this call first, which this API Profile "
        "does not ask for. Nothing was changed."
    )

    def __init__(self) -> None:
        step = "Do not repeat the call. Tell the person: the operator can switch on the option Confirmation for this API Profile."
        ToolError.__init__(self, denied_by="instance", who_can_fix="operator", next=step)
