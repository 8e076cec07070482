"""What an instance elsewhere answers, as this service's own answers are: codes as numbers, its warnings, the record concerned."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final

from affino_mcp.catalogue.call_log import LOG
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.families.history import RECORD_CODE_FIELD, RECORD_KIND_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CURSOR, IDEMPOTENCY_KEY, Method
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.cursor_binding import REFUSED_CURSOR, cursor_binding
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.signed_text import sign
from affino_mcp.tool_errors import InvalidArgument

NEXT_CURSOR: Final = "NextCursor"
MAX_CURSOR: Final = 500
_MAC_LENGTH: Final = 32
_CODES: Final = frozenset(
    {record.code for record in RECORDS.values()}
    | {field.name for record in RECORDS.values() for field in record.fields if field.kind.display_name == "code"}
    | {"UserAccountCode", "LastRecordCode"}
)
"""The attributes of answers that are codes: of records themselves, of those that they refer to, of links and of last rows."""
_UNCHANGED: Final = frozenset({(WarningCode.REPLAYED, IDEMPOTENCY_KEY.name), (WarningCode.NO_CHANGE, "")})
"""The warnings, with the arguments they are about, that say of a whole write that it changed nothing: the one that was made
before, and the one that found everything as it asked for. Of a part of a write, such a warning names another argument."""
_MOVED: Final = ("Added", "Removed")
"""The attributes of the answer of a change of members that list those who were not, or were, on the list before."""
_MAX_DEPTH: Final = 12
_MAX_WARNINGS: Final = 50


class AnswerUnusable(Exception):
    """The answer is not what the method answers; its text is the reason in one word."""


def read_done(method: Method, values: Values, call: Call, document: Mapping[str, Any]) -> Done:
    """Gives what was done, as an answer of version 2 says it. Raises AnswerUnusable; adds the instance's warnings to the call."""
    body = {name: part for name, part in document.items() if name not in ("Warnings", LOG)}
    _require_shape(method, body)
    found: dict[str, Any] = _with_numbers(body)
    _add_warnings(call, document.get("Warnings"))
    record = _find_record(method, values, found)
    is_applied = method.access is Access.WRITE and _has_changed(found, call)
    refs = (record,) if record and (is_applied or method.access is Access.READ) else ()
    return Done(_wrap_cursor(call, values, found), record, refs, is_applied=is_applied)


def _has_changed(body: Mapping[str, Any], call: Call) -> bool:
    """False when the instance says that a write changed nothing."""
    moved = [body[name] for name in _MOVED if name in body]
    told = {(warning["Code"], warning["Argument"]) for warning in call.warnings}
    return not _UNCHANGED & told and (not moved or any(moved))


def unwrap_cursor(call: Call, values: Values) -> Values:
    """Gives the values with the instance's own cursor. Raises InvalidArgument for one of another person or query."""
    given = values.get(CURSOR.name)
    if not given:
        return values
    theirs, mac = given[:-_MAC_LENGTH], given[-_MAC_LENGTH:]
    if not hmac.compare_digest(_cursor_mac(call, values, theirs).encode(), mac.encode()):
        raise InvalidArgument(CURSOR.name, REFUSED_CURSOR)
    return {**values, CURSOR.name: theirs}


def _wrap_cursor(call: Call, values: Values, body: dict[str, Any]) -> dict[str, Any]:
    theirs = body.get(NEXT_CURSOR)
    if theirs is None:
        return body
    if not isinstance(theirs, str) or len(theirs) > MAX_CURSOR - _MAC_LENGTH:
        raise AnswerUnusable("cursor_too_long")
    return {**body, NEXT_CURSOR: theirs + _cursor_mac(call, values, theirs)}


def _cursor_mac(call: Call, values: Values, theirs: str) -> str:
    return sign(call.cursor_key, cursor_binding(call, values) + theirs.encode())[:_MAC_LENGTH]


def _require_shape(method: Method, body: Mapping[str, Any]) -> None:
    """Raises AnswerUnusable unless a list has its rows, and a record is an object."""
    rows = body.get("Items")
    if "Items" in method.returns and not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise AnswerUnusable("wrong_type")
    if method.gets_record and not isinstance(body.get(next(iter(method.returns))), dict):
        raise AnswerUnusable("wrong_type")


def _with_numbers(part: Any, depth: int = 0) -> Any:
    """The part with the codes of records as numbers, as which they are sent once and as texts elsewhere."""
    if depth > _MAX_DEPTH:
        raise AnswerUnusable("too_deep")
    if isinstance(part, list):
        return [_with_numbers(entry, depth + 1) for entry in part]
    if not isinstance(part, dict):
        return part
    return {
        name: int(value) if name in _CODES and _is_number(value) else _with_numbers(value, depth + 1)
        for name, value in part.items()
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16


def _add_warnings(call: Call, given: Any) -> None:
    known = {(warning["Code"], warning["Argument"]) for warning in call.warnings}
    for warning in given[:_MAX_WARNINGS] if isinstance(given, list) else ():
        told = {"Argument": "", "Message": "", **warning} if isinstance(warning, dict) else {}
        is_one = isinstance(told.get("Code"), str) and isinstance(told["Argument"], str)
        if is_one and (told["Code"], told["Argument"]) not in known:
            call.warnings.append(told)


def _find_record(method: Method, values: Values, body: Mapping[str, Any]) -> str:
    """The reference of the record that the call concerns; empty for lists, and where the answer does not say."""
    record = method.record
    family, code = values.get(RECORD_KIND_FIELD.name), values.get(RECORD_CODE_FIELD.name)
    if method.undoes and family and code:
        return str(RecordRef(family, code))
    if record is None or "Items" in method.returns:
        return ""
    found = [values.get(record.code), *(part.get(record.code) for part in (body, *_objects(body)))]
    code = next((each for each in found if isinstance(each, int)), None)
    return "" if code is None else str(RecordRef(record.family, code))


def _objects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (part for part in body.values() if isinstance(part, dict))
