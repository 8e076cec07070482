"""The size of a row as DynamoDB counts it, in bytes.

See "DynamoDB item sizes and formats" in the Amazon DynamoDB Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_OF_A_COLLECTION, _OF_AN_ENTRY, _OF_A_FLAG = 3, 1, 1
INDEX_ENTRY_OVERHEAD: Final = 100
"""Bytes that are stored with each row of a table or index, beside the row."""


def count_item_bytes(item: Mapping[str, Any]) -> int:
    """The bytes of a row: the names of its attributes and their values."""
    return sum(len(name.encode()) + _count_value_bytes(value) for name, value in item.items())


def _count_value_bytes(value: Any) -> int:
    match value:
        case None | bool():
            return _OF_A_FLAG
        case int():
            return len(str(abs(value)).rstrip("0")) // 2 + 2
        case str():
            return len(value.encode())
        case Mapping():
            return _OF_A_COLLECTION + len(value) * _OF_AN_ENTRY + count_item_bytes(value)
    return _OF_A_COLLECTION + sum(_OF_AN_ENTRY + _count_value_bytes(part) for part in value)
