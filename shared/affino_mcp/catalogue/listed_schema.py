"""What tools/list says of a value: its type, its words, and the bounds of a small number. A refusal says the other limits."""

from __future__ import annotations

from typing import Any, Final

MAX_LISTED_BOUND: Final = 1000
"""The largest upper bound of a number that is listed: nobody meets a larger one by chance."""
_LIMITS: Final = frozenset({"maxLength", "maxItems"})
_PLAIN: Final = (("minimum", 0), ("minimum", 1))
"""Least values that nobody goes below."""
_BOUNDS: Final = frozenset({"minimum", "maximum"})


def list_schema(schema: dict[str, Any], *, null: bool) -> dict[str, Any]:
    """The part of a kind's JSON Schema that tools/list sends; with `null` it allows null too.

    Null stands in an `anyOf`: some clients refuse an array of types, and null among typed words.
    """
    left_out = _LIMITS if schema.get("maximum", MAX_LISTED_BOUND + 1) <= MAX_LISTED_BOUND else _LIMITS | _BOUNDS
    listed = {word: value for word, value in schema.items() if word not in left_out and (word, value) not in _PLAIN}
    return {"anyOf": [listed, {"type": "null"}]} if null and not _is_plain_text(listed) else listed


def _is_plain_text(schema: dict[str, Any]) -> bool:
    """True for a text, which an empty one clears too: null, which the check takes, need not be listed for it."""
    return schema.get("type") == "string" and "enum" not in schema
