"""Steps that make the demo's records: tool calls, each by one of the demo's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class StepRef(NamedTuple):
    """A placeholder for the code of the record that the step of this name creates."""

    name: str


class DemoStep(NamedTuple):
    """One tool call: the role that makes it, the tool and the arguments; later steps refer to its record by `name`."""

    role: str
    tool: str
    arguments: Mapping[str, Any]
    name: str = ""


StepCodes = dict[str, int]
"""The codes of the records made so far, by the names of their steps."""


def fill_refs(value: Any, codes: StepCodes) -> Any:
    """The value with every Ref in it, also inside lists and mappings, replaced by its code. Raises KeyError."""
    match value:
        case StepRef(name):
            return codes[name]
        case list():
            return [fill_refs(part, codes) for part in value]
        case dict():
            return {name: fill_refs(part, codes) for name, part in value.items()}
    return value


def code_from_answer(answer: Mapping[str, Any]) -> int | None:
    """The code in the answer of a create, the first attribute of its record (behind the warnings); None for others."""
    record = next((part for part in answer.values() if isinstance(part, dict)), {})
    code = next(iter(record.values()), None)
    return code if isinstance(code, int) else None
