"""The event that asks a Lambda function for its self-check, recognised before anything else looks at the event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from affino_mcp.deadline import deadline
from affino_mcp.observability import request_context

SELF_CHECK_EVENT: Final = {"affino": "self-check"}
"""The whole event, as the schedule in the template and `affino-mcp doctor` send it.

API Gateway cannot send it: its events have other names, and a caller chooses nothing but values below those.
"""

LambdaFunction = Callable[[dict[str, Any], Any], Any]


class SelfCheckingHandler:
    """A Lambda handler that answers SELF_CHECK_EVENT by `check`, and leaves every other event to `handler`."""

    def __init__(self, handler: LambdaFunction, check: Callable[[], dict[str, Any]]) -> None:
        self._handler, self._check = handler, check

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """Gives the self-check's findings, or the handler's answer."""
        if event != SELF_CHECK_EVENT:
            return self._handler(event, context)
        with request_context(context.aws_request_id), deadline(lambda: context.get_remaining_time_in_millis() / 1000):
            return self._check()
