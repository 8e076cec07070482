"""Log lines: the same as Powertools' own."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from affino_mcp.line_formatter import LineFormatter

FIELDS: dict[str, Any] = {
    "id": "01",
    "code": None,
    "count": 0,
    "profile": "Zoë \U0001f600",
    "warnings": ["W1"],
    "dry_run": False,
}


def record(text: Any, *args: Any, **fields: Any) -> logging.LogRecord:
    made = logging.getLogger("lines").makeRecord(
        "lines", logging.INFO, __file__, 7, text, args, None, "log_line", fields
    )
    made.message = str(text)  # as another handler may have left it
    return made


def formatted(kind: type[LambdaPowertoolsFormatter], found: logging.LogRecord) -> str:
    formatter = kind()
    formatter.append_keys(service="affino-mcp", sampling_rate=None, stack="demo")
    return formatter.format(found)


@pytest.mark.parametrize("trace", ["", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"])
@pytest.mark.parametrize(
    "found",
    [
        record("call", **FIELDS),
        record("store unavailable"),
        record("call", level="own", service="DynamoDB", location="here", xray_trace_id="own"),
        record("%s of %d", "one", 2),
        record({"a": "b"}, **FIELDS),
        record("", moment=pytest),
    ],
    ids=["fields", "none", "fields-with-names-of-keys", "arguments", "document", "no-json"],
)
def test_a_line_is_that_of_powertools(found: logging.LogRecord, trace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    assert formatted(LineFormatter, found) == formatted(LambdaPowertoolsFormatter, found)


def test_the_line_of_an_exception_is_that_of_powertools() -> None:
    found = record("failed")
    try:
        int("x")
    except ValueError:
        found.exc_info = sys.exc_info()
    assert formatted(LineFormatter, found) == formatted(LambdaPowertoolsFormatter, found)
