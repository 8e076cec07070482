"""The structure of the package, read from its code: `architecture.py docs` writes docs/architecture.md, `print` prints it.

A package is described by the first sentence of its docstring; an arrow is an import statement.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import grimp

ROOT: Final = Path(__file__).parents[1]
ARCHITECTURE_PAGE: Final = ROOT / "docs" / "architecture.md"
PACKAGE: Final = "affino_mcp"
OPENED_PACKAGES: Final = ("gate", "instance.builtin")
"""The packages whose own packages get a table too."""
_BLOCK: Final = re.compile(r"(<!-- drawn by `make docs` -->\n).*(<!-- end of the drawing -->)", re.DOTALL)


def read_layers() -> list[str]:
    """The layers that import-linter holds the package to, highest first, as pyproject.toml names them."""
    document: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = document["tool"]["importlinter"]["contracts"]
    found: list[str] = next(c["layers"] for c in contracts if c["type"] == "layers" and c["containers"] == [PACKAGE])
    return [re.sub(r"[()]", "", layer) for layer in found]


def read_first_sentence(module: str) -> str:
    """The first sentence of a module's docstring."""
    spec = find_spec(module)
    assert spec is not None, module
    assert spec.origin is not None, module
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".")


def find_imports(parent: str) -> dict[str, set[str]]:
    """What each child of a package imports of the other children, directly or anywhere below."""
    graph = grimp.build_graph(PACKAGE, include_external_packages=False)
    children = sorted(graph.find_children(parent))
    for child in children:
        graph.squash_module(child)
    return {child: graph.find_modules_directly_imported_by(child) & set(children) - {child} for child in children}


def table(parent: str) -> str:
    """The children of a package, those first that nothing imports, with their descriptions and imports."""
    found, lines = find_imports(parent), ["| where | what it is | imports |", "|---|---|---|"]
    for module in _ordered(found):
        imports = ", ".join(f"`{name.rpartition('.')[2]}`" for name in sorted(found[module])) or "nothing"
        lines.append(f"| `{module.rpartition('.')[2]}` | {read_first_sentence(module)} | {imports} |")
    return "\n".join(lines)


def _ordered(found: dict[str, set[str]]) -> list[str]:
    """Importers before what they import, by name where both orders would do."""
    left, ordered = dict(found), list[str]()
    while left:
        free = sorted(name for name in left if not any(name in imports for imports in left.values()))
        ordered += free
        left = {name: imports for name, imports in left.items() if name not in free}
        assert free, "the packages import each other in a circle"
    return ordered


def drawing() -> str:
    """The part of the page that is read from the code."""
    lower = "\n    ".join(read_layers())
    parts = [f"A layer imports only from layers below it:\n\n    {lower}\n", table(PACKAGE)]
    parts += [f"\nInside `{name.replace('.', '/')}`:\n\n{table(f'{PACKAGE}.{name}')}" for name in OPENED_PACKAGES]
    return "\n".join(parts) + "\n"


def page() -> str:
    """The page with today's drawing in it."""
    text = ARCHITECTURE_PAGE.read_text(encoding="utf-8")
    return _BLOCK.sub(lambda match: match[1] + drawing() + match[2], text)


def main(arguments: list[str]) -> int:
    """Runs the command that the arguments name; gives the exit code, which is 2 for an unknown command."""
    if arguments == ["docs"]:
        ARCHITECTURE_PAGE.write_text(page(), encoding="utf-8")
    elif arguments == ["print"]:
        print(drawing())
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
