"""Nothing in the repository refers to what is not in it: numbers of foreign lists, pages, modules, names."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path for folder in ("shared", "functions", "scripts", "bench", "tests") for path in (ROOT / folder).rglob("*.py")
)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOREIGN = re.compile(
    r"\bR[0-9]{1,3}\b|\b[Tt]hreats? [0-9]|\bdesign (?:section|decision)|\bconventions? [0-9]|affino-rest\.md"
)
DOCUMENT = re.compile(r"\bdocs/[\w./-]+\.(?:md|svg|png)")
MODULE = re.compile(
    r"`((?:[\w-]+/)+[\w-]+\.(?:py|toml|html|ya?ml))`|\b((?:tests|shared|scripts|bench|functions)/[\w./-]+\.py)\b"
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
WHERE = (ROOT, ROOT / "shared" / "affino_mcp")
NAME = re.compile(r"`([A-Za-z_][\w.]*)`|\b((?:[A-Z][a-z0-9]+){2,}|[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b")
WORD = re.compile(r"\w+")
OTHERS = {"CloudFormation", "JavaScript", "page", "3f9a1c20"}
"""Words in our docstrings that are nobody's in the code: names that others gave, and the parts of an example."""
SETTINGS = [path for folder in ("shared", "docs") for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*.*"))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(page: Path) -> Iterator[Path]:
    """The files that a page links to, as paths."""
    yield from (page.parent / target for target in LINK.findall(text_of(page)))


@pytest.mark.parametrize("path", [*CODE, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_number_of_a_list_that_is_not_here(path: Path) -> None:
    if path == Path(__file__):
        return
    assert FOREIGN.findall(text_of(path)) == []


@pytest.mark.parametrize("path", [*CODE, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_and_modules_that_are_named_exist(path: Path) -> None:
    if path == Path(__file__):
        return
    text = text_of(path)
    assert [name for name in DOCUMENT.findall(text) if not (ROOT / name).exists()] == []
    if path.suffix == ".md":
        modules = [one or other for one, other in MODULE.findall(text)]
        assert [name for name in modules if not any((base / name).exists() for base in WHERE)] == []
        assert [target for target in named(path) if not target.exists()] == []


def is_prose(token: tokenize.TokenInfo, docstrings: set[tuple[int, int]]) -> bool:
    """Whether a token is said to readers only: a comment or a docstring."""
    return token.type == tokenize.COMMENT or token.start in docstrings


def split_prose(path: Path) -> tuple[str, str]:
    """The docstrings and comments of a module, and the rest of it."""
    nodes = [node.value for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, ast.Expr)]
    docstrings = {(node.lineno, node.col_offset) for node in nodes if isinstance(node, ast.Constant)}
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    prose = [token.string for token in tokens if is_prose(token, docstrings)]
    return "\n".join(prose), " ".join(token.string for token in tokens if not is_prose(token, docstrings))


def undefined_names(prose: str, known: set[str]) -> list[str]:
    """The names in a text, in backticks or in capitals, of which a word stands nowhere in the code."""
    names = [quoted or capital for quoted, capital in NAME.findall(prose)]
    return [name for name in names if not known.issuperset(WORD.findall(name))]


@pytest.fixture(scope="module")
def known_words() -> set[str]:
    """Every word of the code, of the templates and of the settings."""
    kinds = {".html", ".yaml", ".toml", ".in"}
    texts = [split_prose(path)[1] for path in CODE]
    texts += [text_of(path) for path in SETTINGS if path.suffix in kinds and path.is_file()]
    return OTHERS.union(*(WORD.findall(text) for text in texts))


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_and_comments_name_what_the_code_has(path: Path, known_words: set[str]) -> None:
    assert undefined_names(split_prose(path)[0], known_words) == []


def test_a_name_that_is_gone_is_found() -> None:
    prose = "Raises GoneError, or GONE_NAME; see `gone.name` and `json`."
    assert undefined_names(prose, {"json", "name"}) == ["GoneError", "GONE_NAME", "gone.name"]
