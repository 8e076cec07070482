"""The API Log as a CSV or JSON file, streamed while it is read, up to a limit of rows and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from starlette.responses import Response, StreamingResponse

from affino_mcp.admin.log_formats import EXPORT_FORMATS
from affino_mcp.admin.operator_audit import LOG_SUBJECT
from affino_mcp.audit.row import AuditRow
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.log_filters import LogFilters
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.logs import MAX_EXPORT_ROWS, search_log_screen
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.tool_errors import InvalidArgument

MAX_FILE_ROWS: Final = MAX_EXPORT_ROWS
MAX_EXPORT_BYTES: Final = 4_000_000
"""Bytes of one file: Lambda answers at most 6 MB."""
_ROWS_PER_READ: Final = 500
_MAX_READS: Final = 40


def export_log(ask: ScreenRequest) -> Response:
    """The file of the rows that match the filters, newest first, as `format` says. Raises InvalidArgument."""
    filters, kind = log_filters.read_log_filters(ask, _ROWS_PER_READ), ask.query_values.get("format", "")
    if kind not in EXPORT_FORMATS:
        raise InvalidArgument("format", "An export is csv or json.")
    if filters.faults:
        raise InvalidArgument(*next(iter(filters.faults.items())))
    asked = {name: text for name, text in filters.given.items() if text}
    with audit_screen_action(ask, "export_log", LOG_SUBJECT, {}, {"format": kind, "filters": asked}):
        rows = _start_reading(_read_rows(ask, filters))
    media_type, lines = EXPORT_FORMATS[kind]
    name = f"api-log-{ask.centre.clock():%Y%m%d-%H%M%S}.{kind}"
    headers = PAGE_HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_limit_bytes(lines(rows)), media_type=media_type, headers=headers)


def _start_reading(rows: Iterator[AuditRow]) -> Iterator[AuditRow]:
    """The same rows after the first read, so that a faulty question raises its error before the file is begun."""
    first = list(islice(rows, 1))
    return chain(first, rows)


def _read_rows(ask: ScreenRequest, filters: LogFilters) -> Iterator[AuditRow]:
    """The rows one by one, at most MAX_FILE_ROWS, read a page at a time."""
    question, sent = filters.query, 0
    for _ in range(_MAX_READS):
        answer = search_log_screen(ask, question, reads=1)
        for row in answer.rows:
            if sent == MAX_FILE_ROWS:
                return
            sent += 1
            yield restrict_row(ask, row)
        if answer.next is None:
            return
        question = replace(question, cursor=answer.next)


def _limit_bytes(parts: Iterator[str]) -> Iterator[str]:
    """The parts until there are too many bytes; the closing bracket is always sent, so that the JSON is complete."""
    size, last = 0, ""
    for part in parts:
        size += len(part.encode())
        if part.startswith("]") or size <= MAX_EXPORT_BYTES:
            yield part
        last = part
    if not last:
        yield ""
