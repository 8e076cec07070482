"""What holds for one request wherever it is worked on: its deadline, and its id in the log lines of faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from affino_mcp.deadline import LOCAL_SECONDS, SecondsLeft, count_down, deadline, has_deadline
from affino_mcp.observability import request_context
from affino_mcp.settings import keep_trace_environment


@contextmanager
def invocation(scope: Mapping[str, Any], request_id: str) -> Iterator[None]:
    """Sets the deadline and the request id of an ASGI request for the work in the body, in this context, and its trace.

    The deadline is that of the Lambda invocation, or LOCAL_SECONDS from now where there is none (the local run); one that
    is set already stays.
    """
    limit = nullcontext() if has_deadline() else deadline(_request_deadline(scope))
    with request_context(request_id), keep_trace_environment(), limit:
        yield


def _request_deadline(scope: Mapping[str, Any]) -> SecondsLeft:
    remaining = getattr(scope.get("aws.context"), "get_remaining_time_in_millis", None)
    if remaining is None:
        return count_down(LOCAL_SECONDS)
    return lambda: float(remaining()) / 1000
