"""Truncates the values of a row of the API Log, so that the row fits its limit."""

from __future__ import annotations

from typing import Any

from affino_mcp.audit.redact import storable_text


def truncate_value(value: Any, text: int, entries: int) -> Any:
    """Gives a value of a row with texts of at most `text` characters and lists of at most `entries`."""
    match value:
        case None | bool() | int():
            return value
        case dict():
            return {
                truncate_text(name, text): _flatten_value(part, text) for name, part in list(value.items())[:entries]
            }
        case list() | tuple():
            return [truncate_value(part, text, entries) for part in value[:entries]]
    return truncate_text(value, text)


def _flatten_value(value: Any, text: int) -> Any:
    return value if isinstance(value, int | None) else truncate_text(value, text)


def truncate_text(value: Any, text: int) -> str:
    """Gives the first `text` characters of a value as a text that a row can hold."""
    return storable_text(str(value))[:text]
