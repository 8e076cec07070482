"""The API Log as a CSV or JSON file, streamed while it is read, up to a limit of rows and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from starlette.responses import Response, StreamingResponse

from affino_mcp.admin.log_formats import FORMS
from affino_mcp.admin.operator_audit import LOG
from affino_mcp.audit.row import AuditRow
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.log_filters import Filters
from affino_mcp.control_edge.row_visibility import seen
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.control_edge.screens.logs import EXPORTED, ask_log
from affino_mcp.pages.rendering import HEADERS
from affino_mcp.tool_errors import InvalidArgument

MOST: Final = EXPORTED
MOST_BYTES: Final = 4_000_000
"""Bytes of one file: Lambda answers at most 6 MB."""
_PART: Final = 500
_READS: Final = 40


def export(ask: Ask) -> Response:
    """The file of the rows that match the filters, newest first, as `format` says. Raises InvalidArgument."""
    filters, kind = log_filters.read(ask, _PART), ask.query.get("format", "")
    if kind not in FORMS:
        raise InvalidArgument("format", "An export is csv or json.")
    if filters.wrong:
        raise InvalidArgument(*next(iter(filters.wrong.items())))
    asked = {name: text for name, text in filters.given.items() if text}
    with audit_screen_action(ask, "export_log", LOG, {}, {"format": kind, "filters": asked}):
        rows = _begun(_rows(ask, filters))
    media_type, lines = FORMS[kind]
    name = f"api-log-{ask.centre.clock():%Y%m%d-%H%M%S}.{kind}"
    headers = HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_bounded(lines(rows)), media_type=media_type, headers=headers)


def _begun(rows: Iterator[AuditRow]) -> Iterator[AuditRow]:
    """The same rows after the first read, so that a faulty question raises its error before the file is begun."""
    first = list(islice(rows, 1))
    return chain(first, rows)


def _rows(ask: Ask, filters: Filters) -> Iterator[AuditRow]:
    """The rows one by one, at most MOST, read a page at a time."""
    question, sent = filters.question, 0
    for _ in range(_READS):
        answer = ask_log(ask, question, reads=1)
        for row in answer.rows:
            if sent == MOST:
                return
            sent += 1
            yield seen(ask, row)
        if answer.next is None:
            return
        question = replace(question, cursor=answer.next)


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    """The parts until there are too many bytes; the closing bracket is always sent, so that the JSON is complete."""
    size, last = 0, ""
    for part in parts:
        size += len(part.encode())
        if part.startswith("]") or size <= MOST_BYTES:
            yield part
        last = part
    if not last:
        yield ""
