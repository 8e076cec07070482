"""Evaluates conditions on a row, as DynamoDB does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any, Final

from affino_mcp.store.ops import Absent, AllHold, AnyHolds, Compare, Condition, Contains, Item

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


def condition_holds(condition: Condition | None, item: Item | None) -> bool:
    """True if the condition holds for the row (None: no row)."""
    row = item or {}
    match condition:
        case None:
            return True
        case Absent(name):
            return name not in row
        case Compare(name, sign, value):
            return name in row and type(row[name]) is type(value) and _COMPARISONS[sign](row[name], value)
        case Contains(name, value):
            return value in row.get(name, ())
        case AllHold(parts):
            return all(condition_holds(part, item) for part in parts)
        case AnyHolds(parts):
            return any(condition_holds(part, item) for part in parts)
