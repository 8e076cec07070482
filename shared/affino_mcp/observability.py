"""Logs and metrics of this process: structured lines for CloudWatch through Powertools (Logger and Metrics, no Tracer).

Powertools is imported at the first log line, so that importing this module is cheap; functions load it at start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import StringIO
from logging import StreamHandler
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.settings import process_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

METRIC_NAMESPACE: Final = "AffinoMcp"
"""The CloudWatch namespace of every metric; each has the dimension `stack`, so that no stack rings another's alarm."""
MAX_FAULT_LINES: Final = 10
"""Lines about store calls that one process writes in one second: in an outage every call has several."""

_request_id: ContextVar[str] = ContextVar("request_id", default="")


@cache
def process_logger() -> Logger:
    """Gives this process's logger, which writes JSON lines to standard output.

    Powertools reads the logger's name and level itself (POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL), as the template
    sets them.
    """
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415

    from affino_mcp.line_formatter import LineFormatter  # noqa: PLC0415 (it imports Powertools)

    logger = Logger(logger_formatter=LineFormatter())
    logger.append_keys(stack=process_settings().stack)  # a metric filter's dimension must be a field of the line
    return logger


def load_powertools() -> None:
    """Loads Powertools now, so that the first call does not have to."""
    process_logger()


@contextmanager
def discarded_lines() -> Iterator[None]:
    """Has the lines of the body formatted as all are, and thrown away. For a process that does nothing else meanwhile."""
    writer = process_logger().registered_handler
    assert isinstance(writer, StreamHandler)
    before = writer.setStream(StringIO())
    try:
        yield
    finally:
        writer.setStream(before)


def log_line(message: str, fields: Mapping[str, Any]) -> None:
    """Writes one structured line. The caller must ensure that `fields` hold no secret and no argument's value."""
    process_logger().info(message, extra=dict(fields))


def log_fault(message: str, fields: Mapping[str, Any]) -> None:
    """Writes one line about a fault of the service; `fields` may hold ids and type names, never an exception's text."""
    process_logger().error(message, extra=dict(fields))


@contextmanager
def request_context(request_id: str) -> Iterator[None]:
    """Names the request that the body works for, in this context: faults in it are logged with this id."""
    before = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(before)


def log_given_up(fields: Mapping[str, Any], *, is_access_refused: bool = False) -> None:
    """Writes one line about a call to a store or instance that was given up, and counts it by `service` and `error`.

    One whose access was refused (`is_access_refused`) is counted once more, for an alarm of its own: it does not pass by
    itself. At most MAX_FAULT_LINES a second; the next line says how many were left out. The metrics count them all.
    """
    count_metric("StoreUnavailable", service=str(fields["service"]), error=str(fields["error"]))
    if "ItemCollectionSizeLimitExceeded" in str(fields["error"]):
        count_metric("CollectionNearlyFull")
    if is_access_refused:
        count_metric("StoreAccessRefused", service=str(fields["service"]))
    left_out = _fault_lines.allow()
    if left_out is not None:
        more = {"left_out": left_out} if left_out else {}
        log_fault("store unavailable", {**fields, "request_id": _request_id.get(), **more})


def log_large_collection(fields: Mapping[str, Any]) -> None:
    """Writes one line about a partition of a table that nears its limit, within MAX_FAULT_LINES, and counts it for the alarm."""
    count_metric("CollectionNearlyFull")
    if _fault_lines.allow() is not None:
        log_fault("partition nearly full", fields)


class LineBudget:
    """Allows at most `most` lines in each second; counts those that it does not allow."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._now, self._lock = most, now, Lock()
        self._second, self._used, self._left_out = -1, 0, 0

    def allow(self) -> int | None:
        """Gives the number of lines left out since the last one; None when this line is one too many."""
        with self._lock:
            second = int(self._now())
            if second != self._second:
                self._second, self._used = second, 0
            if self._used >= self._most:
                self._left_out += 1
                return None
            self._used += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


_fault_lines = LineBudget(MAX_FAULT_LINES)


def count_metric(name: str, **dimensions: str) -> None:
    """Counts one rare event that an alarm watches (CloudWatch embedded metric format): one line, written at once.

    It is counted for this process's `stack`, and within the stack by `dimensions`.
    """
    from aws_lambda_powertools.metrics import MetricUnit  # noqa: PLC0415 (slow to import)
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider  # noqa: PLC0415

    stack = process_settings().stack
    metric = AmazonCloudWatchEMFProvider(
        metric_set={}, dimension_set={"stack": stack}, namespace=METRIC_NAMESPACE, service=""
    )  # its own dimension `service`, Powertools' name of this program, would stand where the AWS service's name belongs
    metric.add_metric(name=name, unit=MetricUnit.Count, value=1)
    if dimensions:
        metric.add_dimensions(stack=stack, **dimensions)
    metric.flush_metrics()
