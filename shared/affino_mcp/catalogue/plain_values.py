"""Lists, numbers and truth values that come as JSON text, as some models and forms send them.

Each function gives the value that the text means, or what it was given when it means none: the check of the kind then says
what is wrong. Texts are bounded before they are parsed.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from affino_mcp.late_pattern import late_pattern

MAX_LIST_TEXT_CHARACTERS: Final = 50_000
"""Longest text that is parsed as a list: a thousand names, or several thousand codes."""
MAX_JSON_TEXT_CHARACTERS: Final = 1_000_000
"""Longest text that is parsed as the JSON of an object, or of several."""
MAX_TEXT_OF_ONE: Final = 60
"""Longest text that is looked at as one number or truth value."""
MAX_EXACT: Final = 2**53
_WHOLE: Final = late_pattern(r"\s*(-?[0-9]{1,40})(?:\.0{1,16})?\s*")
_NUMBERS: Final = late_pattern(r"\s*[0-9]{1,16}(\s*[,;]\s*[0-9]{1,16})+\s*")
_TRUTHS: Final = {"true": True, "false": False}


def read_whole(value: Any) -> Any:
    """A whole number that came as text, or as a number with a point (`3.0`)."""
    if isinstance(value, float) and abs(value) <= MAX_EXACT and value == int(value):
        return int(value)
    found = _WHOLE.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_TEXT_OF_ONE else None
    return int(found[1]) if found else value


def read_truth(value: Any) -> Any:
    """True or false that came as text."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_OF_ONE:
        return value
    return _TRUTHS.get(value.strip().casefold(), value)


def read_list(value: Any) -> Any:
    """A list that came as JSON text; one number or text is a list of one, and numbers with commas are several."""
    if isinstance(value, str):
        return _list_of_text(value)
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


def read_names(value: Any) -> Any:
    """A list of names that came as JSON text; any other text is a list of one name."""
    if not isinstance(value, str) or len(value) > MAX_LIST_TEXT_CHARACTERS:
        return value
    return _parse_json(value) if value.lstrip().startswith("[") else [value]


def _list_of_text(text: str) -> Any:
    if len(text) > MAX_LIST_TEXT_CHARACTERS:
        return text
    if text.lstrip().startswith("["):
        return _parse_json(text)
    if _NUMBERS.fullmatch(text):
        return [int(number) for number in re.split("[,;]", text)]
    return [text]


def parse_json_text(value: Any) -> Any:
    """Gives what a text says as JSON; the value itself when it is no text, too long a text, or no JSON."""
    if not isinstance(value, str) or len(value) > MAX_JSON_TEXT_CHARACTERS:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _parse_json(text: str) -> Any:
    found = parse_json_text(text)
    return found if isinstance(found, list) else text
