"""What an instance elsewhere tells of its own log's rows of a call: checked for its form, and nothing of it believed unread."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.call_log import MAX_TOLD_ROWS
from affino_mcp.instance.elsewhere import ToldRow
from affino_mcp.instance.remote.refusals import plain_text

MAX_ENTRIES: Final = 500
MAX_ROW_BYTES: Final = 16 * 1024
"""The most bytes of one row, twice what a row of this service's own log may have."""
MAX_TEXT: Final = 10_000
_RECORD: Final = re.compile(r"[a-z_]{1,40}#[0-9]{1,16}")
_MORE_RECORDS: Final = re.compile(r"\(and [0-9]{1,6} more\)")
_DEED: Final = re.compile(r"[a-z ]{0,40}")
_SHARE: Final = re.compile(r"(?:(?:item )?[1-9][0-9]{0,5} of [1-9][0-9]{0,5})?")
_MAX_NUMBER: Final = 10**16


class RowsUnusable(Exception):
    """What is told is not of the form of rows."""


def read_told_rows(told: Any) -> tuple[ToldRow, ...]:
    """Gives the rows in an answer's attribute `Log`, the first of them that of the call; none when the instance tells none.

    The first has the number of rows for which the instance had no room. Raises RowsUnusable.
    """
    if told is None:
        return ()
    log = _object(told)
    rows = tuple(_read_row(_object(row)) for row in _list(log.get("Rows"), MAX_TOLD_ROWS))
    left_out = _number(log.get("LeftOut", 0))
    return (replace(rows[0], left_out=left_out), *rows[1:]) if rows else ()


def _read_row(row: Mapping[str, Any]) -> ToldRow:
    if len(json.dumps(row, ensure_ascii=False).encode(errors="replace")) > MAX_ROW_BYTES:
        raise RowsUnusable
    return ToldRow(
        share=_text(row.get("Share", ""), _SHARE),
        record=_record(row.get("Record", "")),
        records=tuple(_text(each, _RECORD) for each in _list(row.get("Records", []))),
        result=_text(row.get("Result", "")),
        changes=tuple(_read_change(_object(each)) for each in _list(row.get("Changes", []))),
        arguments=_object(row.get("Arguments", {})),
        warnings=tuple(_read_warning(_object(each)) for each in _list(row.get("Warnings", []))),
        is_whole=row.get("Whole", True) is not False,
    )


def _read_change(change: Mapping[str, Any]) -> dict[str, Any]:
    record, fields = _text(change.get("Record")), _object(change.get("Fields", {}))
    if not _RECORD.fullmatch(record) and not _MORE_RECORDS.fullmatch(record):
        raise RowsUnusable
    read = {plain_text(name): _read_pair(_object(pair)) for name, pair in fields.items()}
    left_out = _number(change.get("LeftOut", 0))
    deed = _text(change.get("Deed", ""), _DEED)
    return {"record": record, "deed": deed, "fields": read} | ({"left_out": left_out} if left_out else {})


def _read_pair(pair: Mapping[str, Any]) -> dict[str, Any]:
    """The two sides of a field, each a text, a number or a flag; a side that is missing is empty."""
    return {side: _scalar(pair[side.title()]) for side in ("before", "after") if pair.get(side.title()) is not None}


def _read_warning(warning: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(warning.get(name, "")) for name in ("Code", "Argument", "Message")}


def _scalar(value: Any) -> str | int:
    """A text, a number or a flag; a number with a fraction as its text, as a row holds it."""
    if isinstance(value, int):
        return value
    return _text(repr(value) if isinstance(value, float) else value)


def _record(value: Any) -> str:
    return _text(value, _RECORD) if value else ""


def _text(value: Any, form: re.Pattern[str] | None = None) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or (form and not form.fullmatch(value)):
        raise RowsUnusable
    return plain_text(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not abs(value) < _MAX_NUMBER:
        raise RowsUnusable
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RowsUnusable
    return value


def _list(value: Any, most: int = MAX_ENTRIES) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise RowsUnusable
    return value
