"""JSON without blanks and with every character as it is: answers, rows of the API Log, and what is said to stores.

pydantic's own reader and writer take a quarter of the time of the standard library's (docs/decisions/0124-what-a-row-costs.md).
"""

from __future__ import annotations

import json
from typing import Any, Final

import pydantic_core

_write_all: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_write_ascii: Final = json.JSONEncoder(separators=(",", ":")).encode


def to_json(value: Any) -> str:
    """Gives the JSON text of a value that JSON can say, its lone surrogates among it."""
    try:
        return pydantic_core.to_json(value).decode()
    except pydantic_core.PydanticSerializationError:  # a lone surrogate, or 255 levels
        return _write_all(value)


def to_json_bytes(value: Any) -> bytes:
    """Gives the JSON of a value in UTF-8; one with lone surrogates, which UTF-8 cannot hold, is escaped to ASCII."""
    try:
        return pydantic_core.to_json(value)
    except pydantic_core.PydanticSerializationError:
        return _write_ascii(value).encode()


def from_json(text: bytes | str) -> Any:
    """Gives the value of a JSON text without lone surrogates, of at most 200 levels. Raises ValueError for any other one."""
    return pydantic_core.from_json(text, cache_strings="keys")
