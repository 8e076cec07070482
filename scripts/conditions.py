"""What a template becomes with given parameters: its conditions decided, as CloudFormation decides them.

The rules are those of "Condition functions" in the AWS CloudFormation User Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Holds = Callable[[str], bool]
"""Says whether the condition of a name holds."""
_NO_VALUE: Final = {"Ref": "AWS::NoValue"}


def decide_conditions(template: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
    """The template with these parameters, the others with their defaults.

    Every `Fn::If` becomes the value that it chooses; resources and outputs whose condition is false are not there.
    """
    given = {name: one.get("Default", "") for name, one in template.get("Parameters", {}).items()} | parameters
    conditions = template.get("Conditions", {})

    def holds(name: str) -> bool:
        return bool(_evaluate(conditions[name], given, holds))

    parts = {part: _choose_parts(template.get(part, {}), holds) for part in ("Resources", "Outputs")}
    return {**template, **parts}


def _choose_parts(parts: Mapping[str, Any], holds: Holds) -> dict[str, Any]:
    """The resources or outputs that are there."""
    there = {name: dict(one) for name, one in parts.items() if "Condition" not in one or holds(one["Condition"])}
    return {
        name: _choose({key: part for key, part in one.items() if key != "Condition"}, holds)
        for name, one in there.items()
    }


def _evaluate(expression: Any, given: Mapping[str, Any], holds: Holds) -> Any:
    """The value of a condition's expression: true or false, or the text that is compared."""
    if not isinstance(expression, dict):
        return expression
    ((function, argument),) = expression.items()
    if function in {"Ref", "Condition"}:
        return holds(argument) if function == "Condition" else given.get(argument, argument)
    return _FUNCTIONS[function](*(_evaluate(part, given, holds) for part in argument))


def _join(separator: str, parts: Any) -> str:
    return separator.join(parts if isinstance(parts, list) else [str(parts)])


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "Fn::Equals": lambda one, other: str(one) == str(other),
    "Fn::Not": lambda one: not one,
    "Fn::And": lambda *parts: all(parts),
    "Fn::Or": lambda *parts: any(parts),
    "Fn::Join": _join,
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
