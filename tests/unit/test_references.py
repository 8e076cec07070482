"""Nothing in the repository refers to what is not in it: numbers of foreign lists, pages, modules."""

from __future__ import annotations

import re
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
