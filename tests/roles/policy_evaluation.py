"""Decides by the statements of IAM policies whether a request is allowed, with their conditions.

The rules are those of "Policy evaluation logic" and "IAM JSON policy elements: Condition operators" in the AWS Identity and
Access Management User Guide. What the project's policies do not use is refused with ValueError, so that nothing is judged by
guess: policy variables, and operators for numbers, dates, addresses and ARNs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

Statement = Mapping[str, Any]
"""A statement of a policy document, with every value of the template resolved to text."""
Context = Mapping[str, Sequence[str]]
"""The values of each condition key of a request; a key that the request does not have is missing."""

_ANSWERS: Final = 100_000
"""The comparisons whose answers are kept: the same few statements and requests are compared again and again."""


@cache
def compile_pattern(pattern: str, *, ignore_case: bool = False) -> re.Pattern[str]:
    """Gives the regular expression of an IAM pattern, in which `*` is any text and `?` any character."""
    if "${" in pattern:
        raise ValueError(pattern)
    parts = {"*": ".*", "?": "."}
    text = "".join(parts.get(character) or re.escape(character) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))


def matches_pattern(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """True when the whole text matches the IAM pattern."""
    return compile_pattern(pattern, ignore_case=ignore_case).fullmatch(text) is not None


_MATCHERS: Final[dict[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.casefold() == value.casefold(),
    "StringLike": lambda wanted, value: compile_pattern(wanted).fullmatch(value) is not None,
    "Bool": lambda wanted, value: wanted.casefold() == value.casefold(),
}
_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
}


@dataclass(frozen=True)
class PolicyRequest:
    """A request as IAM sees it: action, ARN of the resource, and condition keys."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


def is_allowed(statements: Iterable[Statement], request: PolicyRequest) -> bool:
    """True when a statement allows the request and none denies it. Raises ValueError for what it has no rule for."""
    effects = {statement["Effect"] for statement in statements if applies(statement, request)}
    return effects == {"Allow"}


def applies(statement: Statement, request: PolicyRequest) -> bool:
    """True when the statement's actions, resources and every condition match the request."""
    return (
        _names(statement, "Action", request.action, ignore_case=True)
        and _names(statement, "Resource", request.resource, ignore_case=False)
        and all(
            holds(operator, wanted, request.context.get(key))
            for operator, block in statement.get("Condition", {}).items()
            for key, wanted in block.items()
        )
    )


def holds(operator: str, wanted: Any, values: Sequence[str] | None) -> bool:
    """True when a condition holds for the values of its key, which are None when the request does not have the key."""
    return _holds(operator, tuple(map(_text_of, listed(wanted))), values if values is None else tuple(values))


@lru_cache(maxsize=_ANSWERS)
def _holds(operator: str, expected: tuple[str, ...], values: tuple[str, ...] | None) -> bool:
    quantifier, _, name = operator.rpartition(":")
    base = name.removesuffix("IfExists")
    if base == "Null":
        return expected == (_text_of(values is None),)
    if values is None and base != name:
        return True
    matches = _matcher(base, expected)
    match quantifier:
        case "ForAllValues":
            return all(map(matches, values or ()))
        case "ForAnyValue":
            return any(map(matches, values or ()))
        case "":
            return matches(_single(values)) if values is not None else base in _NEGATED
    raise ValueError(operator)


def listed(value: Any) -> list[Any]:
    """Gives an element of a policy as a list, which may be written as a single value."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _names(statement: Statement, element: str, text: str, *, ignore_case: bool) -> bool:
    negated = f"Not{element}"
    patterns = tuple(listed(statement[negated if negated in statement else element]))
    return _matches_any(patterns, text, ignore_case) is not (negated in statement)


@lru_cache(maxsize=_ANSWERS)
def _matches_any(patterns: tuple[str, ...], text: str, ignore_case: bool) -> bool:
    return any(matches_pattern(pattern, text, ignore_case=ignore_case) for pattern in patterns)


def _matcher(base: str, expected: Sequence[str]) -> Callable[[str], bool]:
    positive = _MATCHERS.get(_NEGATED.get(base, base))
    if positive is None:
        raise ValueError(base)
    is_match = positive
    if base in _NEGATED:
        return lambda value: not any(is_match(wanted, value) for wanted in expected)
    return lambda value: any(is_match(wanted, value) for wanted in expected)


def _single(values: Sequence[str]) -> str:
    (value,) = values
    return value


def _text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
