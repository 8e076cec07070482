"""The API Log as a CSV or JSON file, streamed while it is read, up to a limit of rows and bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from affino_mcp.audit.row import Row
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.ask import Ask
from affino_mcp.control_edge.journal import LOG, recorded
from affino_mcp.control_edge.log_filters import Filters
from affino_mcp.control_edge.screens.logs import EXPORTED, ask_log
from affino_mcp.control_edge.seen import seen
from affino_mcp.errors import InvalidArgument
from affino_mcp.pages.rendering import HEADERS

MOST: Final = EXPORTED
MOST_BYTES: Final = 4_000_000
"""Bytes of one file: Lambda answers at most 6 MB."""
_PART: Final = 500
_READS: Final = 40

_FORMULA: Final = re.compile(r"""(?:^|(?<=[;\t\r\n]))(?=[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])""")
"""The beginning of a cell that a spreadsheet would calculate, full-width signs included.

Some spreadsheets end a cell at a semicolon, a tab or a line break too.
"""

COLUMNS: Final = (
    *(
        "at",
        "profile_name",
        "profile_key",
        "person_name",
        "person_code",
        "method",
        "family",
        "access",
        "status",
        "outcome",
    ),
    *(
        "record",
        "result",
        "duration_ms",
        "gate_ms",
        "count",
        "error",
        "warnings",
        "arguments",
        "changes",
        "request_id",
        "fingerprint",
        "client_name",
    ),
    *("source", "channel", "dry_run", "confirmed", "id"),
)


def export(ask: Ask) -> Response:
    """The file of the rows that match the filters, newest first, as `format` says. Raises InvalidArgument."""
    filters, kind = log_filters.read(ask, _PART), ask.query.get("format", "")
    if kind not in FORMS:
        raise InvalidArgument("format", "An export is csv or json.")
    if filters.wrong:
        raise InvalidArgument(*next(iter(filters.wrong.items())))
    asked = {name: text for name, text in filters.given.items() if text}
    with recorded(ask, "export_log", LOG, {}, {"format": kind, "filters": asked}):
        rows = _begun(_rows(ask, filters))
    media_type, lines = FORMS[kind]
    name = f"api-log-{ask.centre.clock():%Y%m%d-%H%M%S}.{kind}"
    headers = HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_bounded(lines(rows)), media_type=media_type, headers=headers)


def _begun(rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows after the first read, so that a faulty question raises its error before the file is begun."""
    first = list(islice(rows, 1))
    return chain(first, rows)


def _rows(ask: Ask, filters: Filters) -> Iterator[Row]:
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


def _csv(rows: Iterator[Row]) -> Iterator[str]:
    yield _line(COLUMNS)
    for row in rows:
        document = _document(row)
        yield _line([_cell(document[name]) for name in COLUMNS])


def _line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    """The text of a cell, marked so that no spreadsheet calculates it, nor a part of it after a semicolon or a tab."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _FORMULA.sub("'", text)


def _json(rows: Iterator[Row]) -> Iterator[str]:
    yield "["
    for place, row in enumerate(rows):
        yield (",\n" if place else "\n") + json.dumps(_document(row), ensure_ascii=False)
    yield "]\n"


def _document(row: Row) -> dict[str, Any]:
    document = row.document()
    return {name: document[name] for name in COLUMNS}


FORMS: Final = {"csv": ("text/csv; charset=utf-8", _csv), "json": ("application/json", _json)}
"""The media type of each format, and the function that makes its text from rows, part by part."""
