"""Writes rows of the API Log as CSV and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from affino_mcp.admin.csv_cells import csv_line, guard_cell
from affino_mcp.audit.row import AuditRow

EXPORT_COLUMNS: Final = (
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
    *("source", "channel", "door", "client_id", "client_proof", "grant"),
    *("dry_run", "confirmed", "share", "toolset", "denied_by", "id"),
)


def _has_no_rest() -> str:
    """The rest of a file that holds all rows."""
    return ""


def _write_csv(rows: Iterator[AuditRow], describe_rest: Callable[[], str] = _has_no_rest) -> Iterator[str]:
    yield csv_line(EXPORT_COLUMNS)
    for row in rows:
        document = _exported_fields(row)
        yield csv_line([_csv_cell(document[name]) for name in EXPORT_COLUMNS])
    if rest := describe_rest():
        yield csv_line([_csv_cell(rest)])


def _csv_cell(value: Any) -> str:
    """The text of a cell, marked so that no spreadsheet calculates it, nor a part of it after a semicolon or a tab."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return guard_cell(text)


def _write_json(rows: Iterator[AuditRow], describe_rest: Callable[[], str] = _has_no_rest) -> Iterator[str]:
    yield "["
    before = "\n"
    for row in rows:
        yield before + json.dumps(_exported_fields(row), ensure_ascii=False)
        before = ",\n"
    if rest := describe_rest():
        yield before + json.dumps({"rest": rest}, ensure_ascii=False)
    yield "]\n"


def _exported_fields(row: AuditRow) -> dict[str, Any]:
    document = row.to_document()
    return {name: document[name] for name in EXPORT_COLUMNS}


EXPORT_FORMATS: Final = {"csv": ("text/csv; charset=utf-8", _write_csv), "json": ("application/json", _write_json)}
"""The media type of each format, and the function that makes its text from rows, part by part.

The function may be given another, which is asked at the end of the rows and says how to get the rest of them (empty: there is
none); it becomes the last line of a CSV file, and the last object, `{"rest": ...}`, of a JSON file.
"""
