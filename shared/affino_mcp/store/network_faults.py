"""What an attempt that the network ended tells: whether the request may have been carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    import urllib3


@value_class
class RequestFault:
    """Why one attempt had no usable answer; `is_unanswered` when the service may have carried it out."""

    error: str
    is_unanswered: bool
    status: int = 0
    aws_request_id: str = ""


NOT_CONNECTED = RequestFault("connect", is_unanswered=False)
"""Nothing was sent."""


def broken_exchange(*, timed_out: bool) -> RequestFault:
    """Gives the fault of an attempt that was sent and not answered."""
    return RequestFault("read_timeout" if timed_out else "broken", is_unanswered=True)


def network_fault(error: urllib3.exceptions.HTTPError) -> RequestFault:
    """Gives the fault of an attempt by urllib3."""
    import urllib3  # noqa: PLC0415 (who calls has loaded it)

    if isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return NOT_CONNECTED
    return broken_exchange(timed_out=isinstance(error, urllib3.exceptions.TimeoutError))
