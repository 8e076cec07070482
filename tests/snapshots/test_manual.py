"""docs/tools.md is the manual that the catalogue gives."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue import manual
from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from scripts.catalogue import TOOLS_PAGE


def test_the_page_is_fresh() -> None:
    assert TOOLS_PAGE.read_text(encoding="utf-8") == manual.render_manual(), "docs/tools.md is stale: run 'make docs'"


@pytest.mark.parametrize("family", Family)
def test_every_tool_of_a_family_has_its_place(family: Family) -> None:
    told = list(manual.render_chapter(family))
    for method in METHODS.values():
        assert (f"### {method.name}" in told) == (method.family == family)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_tool_is_told_whole(method: Method) -> None:
    text = "\n".join(manual.render_tool(method))
    for field in method.all_arguments[: len(method.arguments)]:
        assert f"| `{field.name}` | {field.kind.display_name} |" in text
    assert text.count("**required**") == sum(field.required for field in method.all_arguments)
    assert not method.right or f"`{method.right}`" in text
    assert method.example in text.replace("\\", "")


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_errors_of_a_tool_are_those_of_its_row(method: Method) -> None:
    declared = [f"`{error.type}`" for error in method.all_errors]
    told = next(line for line in manual.render_tool(method) if line.startswith("Returns "))
    assert told.endswith(f"Errors: {', '.join(declared)}.")
