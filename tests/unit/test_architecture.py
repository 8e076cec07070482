"""docs/architecture.md shows the packages as the code has them."""

from __future__ import annotations

import pytest

from scripts import architecture


def test_the_page_is_drawn_from_the_code() -> None:
    drawn = architecture.page()
    assert architecture.ARCHITECTURE_PAGE.read_text(encoding="utf-8") == drawn, (
        "docs/architecture.md is stale: run 'make docs'"
    )
    assert architecture.drawing() in drawn


@pytest.mark.parametrize(
    "parent", [architecture.PACKAGE, *(f"affino_mcp.{name}" for name in architecture.OPENED_PACKAGES)]
)
def test_every_module_says_what_it_is(parent: str) -> None:
    assert [
        module for module in architecture.find_imports(parent) if not architecture.read_first_sentence(module)
    ] == []


def test_the_builtin_instance_has_at_most_thirteen_packages() -> None:
    found = architecture.find_imports("affino_mcp.instance.builtin")
    assert len(found.keys() - {"affino_mcp.instance.builtin.instance", "affino_mcp.instance.builtin.tools"}) <= 13
