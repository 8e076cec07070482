"""Work classes, and the `__init__` that is shared by classes whose fields have the same forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.value_class import value_class, work_class


@work_class
class Work:
    """Work in progress, with a part that is its own."""

    name: str
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps.append(f"begin {self.name}")


@work_class
class LongWork(Work):
    """Work with a number."""

    number: int = 1


def test_work_in_progress_changes_and_is_equal_to_itself_alone() -> None:
    one, other = LongWork("a"), LongWork("a", ["x"], 2)
    one.name, one.number = "b", 2
    assert (one.name, one.number, one.steps, other.steps) == ("b", 2, ["begin a"], ["x", "begin a"])
    assert one != replace(one)
    assert "name=" not in repr(one)


def test_a_required_field_follows_none_with_a_default() -> None:
    with pytest.raises(TypeError, match="without a default"):

        @value_class
        class Wrong:
            low: int = 0
            high: int  # type: ignore[misc]


OPTIONAL: dict[str, Callable[[], Any]] = {
    "default": lambda: 7,
    "field with a default": lambda: field(default=8, compare=False),
    "made": lambda: field(default_factory=list),
    "no parameter": lambda: field(init=False, default=9),
    "made and no parameter": lambda: field(init=False, default_factory=dict),
}


def fields_of(required: int, optional: list[str]) -> dict[str, Any]:
    """The body of a class with so many required fields and these others, each by its own name."""
    names = [f"{place}_of_all" for place in "abcdefgh"]
    defaults = {name: OPTIONAL[form]() for name, form in zip(names[required:], optional, strict=False)}
    return {"__annotations__": dict.fromkeys(names[: required + len(optional)], "Any"), **defaults}


def outcome(kind: type, places: list[int], names: dict[str, int]) -> str:
    """What becomes of a call of the class: the value as it is shown, or the refusal."""
    try:
        return repr(kind(*places, **names))
    except TypeError as refusal:
        return str(refusal)


@given(
    required=st.integers(0, 3),
    optional=st.lists(st.sampled_from(sorted(OPTIONAL)), max_size=5),
    places=st.lists(st.integers(), max_size=5),
    names=st.dictionaries(st.sampled_from([f"{place}_of_all" for place in "abcdefgh"]), st.integers(), max_size=3),
)
def test_takes_any_fields_as_a_frozen_dataclass_does(
    required: int, optional: list[str], places: list[int], names: dict[str, int]
) -> None:
    ours: type = value_class(type("Some", (), fields_of(required, optional)))
    theirs: type = dataclass(frozen=True)(type("Some", (), fields_of(required, optional)))
    assert outcome(ours, places, names) == outcome(theirs, places, names)
    assert [(f.name, f.type) for f in fields(ours)] == [(f.name, f.type) for f in fields(theirs)]
