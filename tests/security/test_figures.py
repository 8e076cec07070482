"""The ratchet of the figures: one that shrank fails with its name, and each that is written belongs to a test."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Family
from tests.security.figures import Figures, FigureTable, find_shrinkage, read_least

TESTS = Path(__file__).parents[1]
LEAST = {"a rule": 7}


@pytest.mark.parametrize(
    ("name", "figure", "told"),
    [
        pytest.param("a rule", 7, "", id="as written"),
        pytest.param("a rule", 8, "", id="more"),
        pytest.param("a rule", 6, '"a rule" shrank: 6 tried, and figures.toml says at least 7', id="fewer"),
        pytest.param("another", 5, 'write "another" = 5 there', id="not written"),
    ],
)
def test_a_figure_against_the_file(name: str, figure: int, told: str) -> None:
    found = find_shrinkage(name, figure, LEAST)
    assert told in found
    assert bool(told) == bool(found)


def test_a_test_with_fewer_cases_fails() -> None:
    noted: list[tuple[str, object]] = []
    rule, least = next((name, least) for name, least in read_least().items() if least > 1)
    Figures(noted).record(rule, tried=1, of=least)
    with pytest.raises(pytest.fail.Exception, match="shrank"):
        Figures(noted).record(rule, tried=least - 1)
    assert noted == [(f"figure: {rule}", 1), (f"figure: {rule}", least - 1)]


@pytest.mark.parametrize(("outcome", "counted"), [("passed", 5), ("failed", 0)])
def test_what_was_tried_is_added_up(outcome: Any, counted: int) -> None:
    """A report comes from another process as plain data."""
    table = FigureTable()
    for tried in (2, 3):
        noted = [("figure: a rule", tried), ("another property", "x")]
        table.pytest_runtest_logreport(
            pytest.TestReport("id", ("f", 1, "d"), {}, outcome, None, "call", user_properties=noted)
        )
    assert table.tried["a rule"] == counted


def words_of_tests() -> set[str]:
    """Every text in a test module."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py")]
    nodes = (node for module in modules for node in ast.walk(module))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_each_written_figure_belongs_to_a_test() -> None:
    """A name is one text of a test, or a text that ends with a colon and a case: a text of a test, or a family."""
    words = words_of_tests()
    cases = words | {family.value for family in Family}
    parts = {name: name.rpartition(": ") for name in read_least() if name not in words}
    assert [name for name, (rule, _, case) in parts.items() if f"{rule}: " not in words or case not in cases] == []
