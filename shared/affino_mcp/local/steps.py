"""Steps: the demo's records as tool calls, each made by one of the demo's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """Stands for the code of what the step of this name made."""

    name: str


class Step(NamedTuple):
    """One call: who makes it, with which tool, and what; `name` lets later steps refer to what it made."""

    role: str
    tool: str
    arguments: Mapping[str, Any]
    name: str = ""


Codes = dict[str, int]
"""What the steps so far have made, by name."""


def filled(value: Any, codes: Codes) -> Any:
    """The value with every Ref replaced by its code, inside lists and mappings too."""
    match value:
        case Ref(name):
            return codes[name]
        case list():
            return [filled(part, codes) for part in value]
        case dict():
            return {name: filled(part, codes) for name, part in value.items()}
    return value


def made(answer: Mapping[str, Any]) -> int | None:
    """The code of what a create answered: the first attribute of its record; None for other answers."""
    first = next(iter(answer.values()), None)
    code = next(iter(first.values()), None) if isinstance(first, dict) else None
    return code if isinstance(code, int) else None
