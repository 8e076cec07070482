"""Generated calls of every tool: each answer is below 500, each call has one row, and with right arguments most succeed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from tests.security.figures import Figures, storm_size
from tests.security.generated_arguments import Stage, any_arguments, right_arguments
from tests.world import World

EXAMPLES = storm_size(12, 60)
ODD_EXAMPLES = storm_size(12, 60)
FAMILIES = list(Family)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    world = World()
    handler = world.new_handler()
    yield Stage(world, handler)
    handler.close()


def outcomes(stage: Stage, method: Method, arguments: st.SearchStrategy[dict[str, Any]], examples: int) -> Counter[str]:
    """Calls the method with generated arguments; gives how often each outcome came."""
    counted: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None)
    @given(arguments=arguments)
    def call(arguments: dict[str, Any]) -> None:
        answer, rows = stage.send(method, arguments)
        assert answer.status < 500, answer.document
        rows = [row for row in rows if not row["share"].startswith("item ")]
        assert [row["method"] for row in rows] == [method.name]
        told = answer.document.get("result", {})
        assert (rows[0]["outcome"] == "ok") == (answer.status == 200 and told.get("isError") is False), rows
        counted[rows[0]["outcome"]] += 1

    call()
    return counted


@pytest.mark.parametrize("family", FAMILIES)
def test_right_arguments_succeed(stage: Stage, figures: Figures, family: Family) -> None:
    counted = {
        method.name: outcomes(stage, method, right_arguments(method), EXAMPLES)
        for method in METHODS.values()
        if method.family == family
    }
    assert [name for name, found in counted.items() if not found["ok"]] == []
    figures.record(f"generated calls that succeed: {family}", tried=sum(found["ok"] for found in counted.values()))


@pytest.mark.parametrize("family", FAMILIES)
def test_any_arguments_are_answered(stage: Stage, figures: Figures, family: Family) -> None:
    tried = sum(
        outcomes(stage, method, any_arguments(method), ODD_EXAMPLES).total()
        for method in METHODS.values()
        if method.family == family
    )
    figures.record(f"generated calls with any arguments: {family}", tried=tried)
