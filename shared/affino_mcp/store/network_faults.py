"""What an attempt that the network ended tells: whether the request may have been carried out."""

from __future__ import annotations

from affino_mcp.value_class import value_class


@value_class
class RequestFault:
    """Why one attempt had no usable answer; `is_unanswered` when the service may have carried it out."""

    error: str
    is_unanswered: bool
    status: int = 0
    aws_request_id: str = ""


NO_TIME_LEFT = RequestFault("deadline", is_unanswered=False)
"""No attempt was begun."""
NOT_CONNECTED = RequestFault("connect", is_unanswered=False)
"""Nothing was sent."""


def broken_exchange(*, timed_out: bool) -> RequestFault:
    """Gives the fault of an attempt that was sent and not answered."""
    return RequestFault("read_timeout" if timed_out else "broken", is_unanswered=True)
