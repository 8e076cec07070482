"""What an answer has to look like, so that two services can be held to one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.version1.habits import read_date


def is_code(value: Any) -> bool:
    """A code, as a number or a text of digits."""
    return type(value) in {int, str} and str(value).isdecimal()


def is_text_code(value: Any) -> bool:
    """A code that is a text."""
    return isinstance(value, str) and value.isdecimal()


def is_text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """A number."""
    return type(value) is int


def is_date(value: Any) -> bool:
    """A date as version 1 writes it."""
    return isinstance(value, str) and read_date(value) is not None


def is_error_code(value: Any) -> bool:
    """A number, or a text of one."""
    return type(value) in {int, str} and str(value).removeprefix("-").isdecimal()


@dataclass(frozen=True)
class Code:
    """The code of an earlier answer, as a number or a text."""

    name: str


@dataclass(frozen=True)
class Holding:
    """An object that has these attributes, and perhaps others that nothing public names."""

    attributes: dict[str, Any]


EMPTY = None
ERROR = {"error": Holding({"code": is_error_code, "message": is_text})}


def find_differences(value: Any, shape: Any, codes: dict[str, str], where: str = "answer") -> Iterator[str]:
    """One line for each place where the value does not have the shape. `codes` are those of earlier answers by name."""
    if isinstance(shape, Holding):
        shape = shape.attributes
        value = {name: part for name, part in value.items() if name in shape} if isinstance(value, dict) else value
    if isinstance(shape, dict) and isinstance(value, dict):
        if set(shape) != set(value):
            yield f"{where}: has {sorted(value)}, not {sorted(shape)}"
        for name in set(shape) & set(value):
            yield from find_differences(value[name], shape[name], codes, f"{where}.{name}")
    elif isinstance(shape, list) and isinstance(value, list):
        if len(shape) != len(value):
            yield f"{where}: {len(value)} rows, not {len(shape)}"
        for number, (one, wanted) in enumerate(zip(value, shape, strict=False)):
            yield from find_differences(one, wanted, codes, f"{where}[{number}]")
    elif not _fits(value, shape, codes):
        yield f"{where}: {value!r} is not {getattr(shape, '__name__', repr(shape))}"


def _fits(value: Any, shape: Any, codes: dict[str, str]) -> bool:
    if isinstance(shape, Code):
        return is_code(value) and str(value) == codes[shape.name]
    if isinstance(shape, Callable):  # type: ignore[arg-type]
        return bool(shape(value))
    return type(value) is type(shape) and bool(value == shape)
