"""What ships uses no private part of pydantic, FastMCP or the MCP SDK."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
SHIPPED: Final = [path for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py")]
LIBRARIES: Final = ("pydantic", "pydantic_core", "fastmcp", "mcp", "mcp_types", "starlette")
BY_NAME: Final = {"getattr", "setattr", "delattr", "vars"}


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def private_parts(source: str) -> Iterator[str]:
    """Imports of private parts of the libraries, attributes that are named in a text, and what ruff is told not to see."""
    if "SLF001" in source:
        yield "SLF001"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LIBRARIES:
            yield from _private(node.module or "", *[each.name for each in node.names])
        elif isinstance(node, ast.Import):
            yield from _private(*[each.name for each in node.names if each.name.partition(".")[0] in LIBRARIES])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BY_NAME:
            yield from _private(*[str(each.value) for each in node.args if isinstance(each, ast.Constant)])


def _private(*names: str) -> Iterator[str]:
    yield from (name for name in names if any(map(is_private, name.split("."))))


def test_what_ships_uses_no_private_part() -> None:
    assert {str(path): found for path in SHIPPED if (found := list(private_parts(path.read_text())))} == {}


def test_private_attributes_are_an_error_of_the_linter() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "SLF" in written["select"]
    assert not any(code.startswith("SLF") for code in written["ignore"])
    ignored = [pattern for pattern, codes in written["per-file-ignores"].items() if "SLF001" in codes or "SLF" in codes]
    assert not [pattern for pattern in ignored if not pattern.startswith(("tests/", "bench/", "scripts/"))]


@pytest.mark.parametrize(
    "code",
    [
        "from pydantic._internal import _model_construction",
        "import mcp.server._otel",
        "from fastmcp.server.server import _something",
        "def use(server): return server._mcp_server  # noqa: SLF001",
        "setattr(server, '_FastMCP__state_store', 1)",
    ],
)
def test_a_private_part_is_found(code: str) -> None:
    assert list(private_parts(code))
