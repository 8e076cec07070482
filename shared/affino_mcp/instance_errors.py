"""The refusals of calls that an instance elsewhere did not carry out: it takes none for now, or its answer is of no use."""

from __future__ import annotations

from affino_mcp.errors import OutcomeUnknown, Unavailable


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
