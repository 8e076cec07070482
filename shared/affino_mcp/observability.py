"""Logs and metrics of this process: structured lines for CloudWatch through Powertools (Logger and Metrics, no Tracer).

Powertools is imported at the first log line, so that importing this module is cheap; functions load it at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

METRIC_NAMESPACE: Final = "AffinoMcp"
"""The CloudWatch namespace of every metric."""


@cache
def process_logger() -> Logger:
    """Gives this process's logger, which writes JSON lines to standard output.

    Powertools reads the logger's name and level itself (POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL), as the template
    sets them.
    """
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415

    return Logger()


def load_powertools() -> None:
    """Loads Powertools now, so that the first call does not have to."""
    process_logger()


def log_line(message: str, fields: Mapping[str, Any]) -> None:
    """Writes one structured line. The caller must ensure that `fields` hold no secret and no argument's value."""
    process_logger().info(message, extra=dict(fields))


def log_fault(message: str, fields: Mapping[str, Any]) -> None:
    """Writes one line about a fault of the service; `fields` may hold ids and type names, never an exception's text."""
    process_logger().error(message, extra=dict(fields))


def count_metric(name: str, **dimensions: str) -> None:
    """Counts one rare event that an alarm watches (CloudWatch embedded metric format)."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415

    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=METRIC_NAMESPACE) as metric:
        for dimension, value in {"service": str(process_logger().service), **dimensions}.items():
            metric.add_dimension(name=dimension, value=value)
