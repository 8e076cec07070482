"""Translates pydantic's errors into fixed texts of our own.

Neither pydantic's wording nor the value that was sent appears in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic_core import ErrorDetails

_FAULT_TEXTS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "affino": lambda c: str(c["text"]),
    "missing": lambda c: "is required",
    "string_type": lambda c: "must be text",
    "string_too_long": lambda c: f"must be at most {c['max_length']} characters long",
    "string_unicode": lambda c: "must not contain broken Unicode",
    "int_type": lambda c: "must be a whole number",
    "int_from_float": lambda c: "must be a whole number",
    "int_parsing_size": lambda c: "is too large",
    "float_type": lambda c: "must be a number",
    "finite_number": lambda c: "must be a finite number",
    "bool_type": lambda c: "must be true or false",
    "greater_than_equal": lambda c: f"must be at least {c['ge']}",
    "less_than_equal": lambda c: f"must be at most {c['le']}",
    "literal_error": lambda c: "must be one of " + str(c["expected"]).replace("'", ""),
    "list_type": lambda c: "must be a list",
    "dict_type": lambda c: "must be an object",
    "too_long": lambda c: f"must hold at most {c['max_length']} entries",
    "too_short": lambda c: f"must hold at least {c['min_length']} entries",
}


HTML_GROWTH: Final = "when cleaned: & is stored as &amp; and tags that were left open are closed"
"""Why HTML is longer as it is stored than as it was sent."""


def describe_growth(length: int, limit: int, cause: str) -> str:
    """Our sentence for a text whose stored form would be longer than its limit; `cause` says what makes it longer."""
    return f"must be at most {limit:,} characters long as it is stored, and becomes {length:,} characters {cause}"


def describe_fault(fault: ErrorDetails) -> str:
    """Our sentence for one pydantic error; a general one for an error type that is not in the table."""
    text = _FAULT_TEXTS.get(fault["type"])
    return text(fault.get("ctx", {})) if text else "is not of the right form"
