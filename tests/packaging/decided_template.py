"""What a template becomes with given parameters: its conditions decided, its other functions left as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.roles.intrinsics import Deployment

Holds = Callable[[str], bool]
"""Says whether the condition of a name holds."""
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}


def decide_conditions(template: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
    """The template with these parameters, the others with their defaults.

    Every `Fn::If` becomes the value that it chooses; resources and outputs whose condition is false are not there.
    """
    holds = Deployment(dict(template), parameters).holds
    parts = {part: _choose_parts(template.get(part, {}), holds) for part in ("Resources", "Outputs")}
    return {**template, **parts}


def _choose_parts(parts: Mapping[str, Any], holds: Holds) -> dict[str, Any]:
    """The resources or outputs that are there."""
    there = {name: dict(one) for name, one in parts.items() if "Condition" not in one or holds(one["Condition"])}
    return {
        name: _choose({key: part for key, part in one.items() if key != "Condition"}, holds)
        for name, one in there.items()
    }


def _choose(value: Any, holds: Holds) -> Any:
    """The value with each `Fn::If` decided, without what is `AWS::NoValue`."""
    if isinstance(value, list):
        return [chosen for part in value if (chosen := _choose(part, holds)) != _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::If"}:
        condition, yes, no = value["Fn::If"]
        return _choose(yes if holds(condition) else no, holds)
    chosen = {name: _choose(part, holds) for name, part in value.items()}
    return {name: part for name, part in chosen.items() if part != _NO_VALUE}
