"""What version 2 of the REST API tells of a call's rows in the log, to a program that asks for it: names, bounds and form."""

from __future__ import annotations

from typing import Any, Final

PREFERENCE: Final = "log"
"""The preference (RFC 7240, header `Prefer`) of a request whose answer is to say what the log says of the call."""
LOG: Final = "Log"
"""The attribute of an answer that says it; it is no part of what the method answers."""
MAX_TOLD_ROWS: Final = 200
"""The most rows of one answer; further ones are counted."""

_TEXT: Final = {"type": "string"}
_CHANGE: Final = {
    "type": "object",
    "description": "A record's change: fields with their values Before and After, redacted; LeftOut counts fields not told.",
    "properties": {
        "Record": _TEXT,
        "Deed": _TEXT,
        "Fields": {"type": "object", "additionalProperties": {"type": "object"}},
        "LeftOut": {"type": "integer"},
    },
}
_ROW: Final = {
    "type": "object",
    "description": (
        "A row of the log. Share: 2 of 3, or item 9 of 100; empty for the whole call. Whole: false for what was not made. An "
        "item's has its Arguments and Warnings."
    ),
    "properties": {
        "Share": _TEXT,
        "Record": _TEXT,
        "Records": {"type": "array", "items": _TEXT},
        "Result": _TEXT,
        "Whole": {"type": "boolean"},
        "Changes": {"type": "array", "items": _CHANGE},
        "Arguments": {"type": "object"},
        "Warnings": {"type": "array", "items": {"type": "object"}},
    },
}
CALL_LOG_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": f"With Prefer: {PREFERENCE}, the call's rows in the API Log, that of the call first; LeftOut counts the rest.",
    "properties": {
        "Rows": {"type": "array", "maxItems": MAX_TOLD_ROWS, "items": _ROW},
        "LeftOut": {"type": "integer"},
    },
}
PREFER_PARAMETER: Final[dict[str, Any]] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": f"{PREFERENCE}: the answer says in {LOG} what the API Log says of the call.",
    "schema": {"type": "string", "enum": [PREFERENCE]},
}
