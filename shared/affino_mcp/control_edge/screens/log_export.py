"""The API Log as a CSV or JSON file, streamed while it is read, up to a limit of rows and bytes.

A file that does not hold every row says so at its end, with the address of the file that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from starlette.responses import Response, StreamingResponse

from affino_mcp.admin.log_formats import EXPORT_FORMATS
from affino_mcp.admin.operator_audit import LOG_SUBJECT
from affino_mcp.audit.row import AuditRow
from affino_mcp.clock import format_iso
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.log_filters import LogFilters
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import CONTROL_PATH, ScreenRequest
from affino_mcp.control_edge.screens.logs import MAX_EXPORT_ROWS, link_filters, search_log_screen
from affino_mcp.http.answer_bound import text_bytes_in_answer
from affino_mcp.pages.rendering import PAGE_HEADERS
from affino_mcp.tool_errors import InvalidArgument

MAX_FILE_ROWS: Final = MAX_EXPORT_ROWS
MAX_EXPORT_BYTES: Final = 5_500_000
"""Bytes, as they are in the function's answer, after which no further row is begun: below what Lambda passes on by more than
a row can take."""
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
        export = LogExport(ask, filters, kind)
        rows = _start_reading(export.read_rows())
    media_type, _ = EXPORT_FORMATS[kind]
    name = f"api-log-{ask.centre.clock():%Y%m%d-%H%M%S}.{kind}"
    headers = PAGE_HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(export.write(rows), media_type=media_type, headers=headers)


def _start_reading(rows: Iterator[AuditRow]) -> Iterator[AuditRow]:
    """The same rows after the first read, so that a faulty question raises its error before the file is begun."""
    first = list(islice(rows, 1))
    return chain(first, rows)


class LogExport:
    """One file: reads rows until all are read or the file is full, and writes what was read."""

    def __init__(self, ask: ScreenRequest, filters: LogFilters, kind: str) -> None:
        self._ask, self._filters, self._kind = ask, filters, kind
        self._rows, self._bytes, self._last = 0, 0, ""
        self._ends_early = False

    def read_rows(self) -> Iterator[AuditRow]:
        """The rows one by one, as the person may see them, read a page at a time."""
        question = self._filters.query
        for _ in range(_MAX_READS):
            answer = search_log_screen(self._ask, question, reads=1)
            for row in answer.rows:
                if self._rows == MAX_FILE_ROWS or self._bytes >= MAX_EXPORT_BYTES:
                    self._ends_early = True
                    return
                self._rows, self._last = self._rows + 1, row.id
                yield restrict_row(self._ask, row)
            if answer.next is None:
                return
            self._last = answer.next
            question = replace(question, cursor=answer.next)
        self._ends_early = True

    def write(self, rows: Iterator[AuditRow]) -> Iterator[str]:
        """The text of the file, part by part."""
        _, write_parts = EXPORT_FORMATS[self._kind]
        for part in write_parts(rows, self._describe_rest):
            self._bytes += text_bytes_in_answer(part)
            yield part

    def _describe_rest(self) -> str:
        if not self._ends_early:
            return ""
        asked = self._filters.query
        span = {name: format_iso(at) for name, at in (("since", asked.since), ("until", asked.until)) if at is not None}
        path = link_filters(self._filters, path="/logs/export", format=self._kind, **span, cursor=self._last)
        return f"There are more rows. Go on with {self._ask.origin.public_url}{CONTROL_PATH}{path}"
