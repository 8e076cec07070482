"""Checks that no function has over 40 lines and no module over 250. Usage: ratchet.py FOLDER...

A function's docstring is not counted, so that it can be as long as the contract needs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FUNCTION_LINES = 40
MAX_MODULE_LINES = 250

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def count_lines(function: FunctionNode) -> int:
    """The number of lines from `def` to the last statement, without the docstring."""
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    documented = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - documented


def find_too_long(path: Path) -> Iterator[str]:
    """One line of text for each function or module of this file that is over its limit."""
    text = path.read_text(encoding="utf-8")
    total = len(text.splitlines())
    if total > MAX_MODULE_LINES:
        yield f"{path}:1: module of {total} lines (at most {MAX_MODULE_LINES})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, FunctionNode) and count_lines(node) > MAX_FUNCTION_LINES:
            yield f"{path}:{node.lineno}: function {node.name} of {count_lines(node)} lines (at most {MAX_FUNCTION_LINES})"


def main(folders: list[str]) -> int:
    """Prints every finding in these folders; gives the exit code, 1 when there is one."""
    files = [path for folder in folders for path in sorted(Path(folder).rglob("*.py"))]
    findings = [finding for path in files for finding in find_too_long(path)]
    print("\n".join([*findings, f"ratchet: {len(files)} modules, {len(findings)} over the limit"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
