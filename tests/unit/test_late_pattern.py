"""Late patterns against what they stand for: patterns of `re.compile`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import affino_mcp
from affino_mcp.late_pattern import late_pattern

WORDS = r"([a-z]+)(?P<sign>[.,])?"
PACKAGE = Path(affino_mcp.__file__).parent
USES: dict[str, Callable[[re.Pattern[str], str], Any]] = {
    "fullmatch": lambda pattern, text: bool(pattern.fullmatch(text)),
    "match from a place": lambda pattern, text: bool(pattern.match(text, 1)),
    "search": lambda pattern, text: (found := pattern.search(text)) and found.groupdict(),
    "findall": lambda pattern, text: pattern.findall(text),
    "sub": lambda pattern, text: pattern.sub("<\\1>", text),
    "split": lambda pattern, text: pattern.split(text),
    "finditer": lambda pattern, text: [each.span() for each in pattern.finditer(text)],
    "attributes": lambda pattern, _: (pattern.pattern, pattern.flags, pattern.groups, dict(pattern.groupindex)),
}


@pytest.mark.parametrize("use", [pytest.param(use, id=name) for name, use in USES.items()])
@given(text=st.text(alphabet="abC., \n"), flags=st.sampled_from((0, re.IGNORECASE, re.DOTALL | re.ASCII)))
def test_answers_as_a_compiled_one(use: Callable[[re.Pattern[str], str], Any], text: str, flags: int) -> None:
    late = late_pattern(WORDS, flags)
    assert use(late, text) == use(re.compile(WORDS, flags), text)
    assert use(late, text) == use(late, text), "a second use differs from the first"


def test_of_bytes() -> None:
    assert late_pattern(rb"[0-9]+").findall(b"1 of 22") == [b"1", b"22"]


def test_a_bad_one_is_told_at_its_first_use() -> None:
    bad = late_pattern("(")
    with pytest.raises(re.error, match="unterminated"):
        bad.match("")


def _import_users(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Imports every module that has a late pattern, in a process of its own; says how many patterns are not compiled."""
    paths = [path for path in PACKAGE.rglob("*.py") if "late_pattern(" in path.read_text(encoding="utf-8")]
    names = [".".join(("affino_mcp", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in paths]
    script = (
        "import importlib, re, sys\n"
        f"found = [vars(importlib.import_module(name)) for name in {sorted(names)!r}]\n"
        "one = sys.modules['affino_mcp.late_pattern'].late_pattern('')\n"
        "values = [value for names in found for value in names.values()]\n"
        "parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]\n"
        "print(sum(type(part) is type(one) and not isinstance(part, re.Pattern) for part in parts))\n"
    )
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_one_of_the_service_is_a_regular_expression() -> None:
    """A process that is kept in a snapshot compiles each while it is imported: a bad one ends it."""
    assert _import_users({}).stdout.strip() not in ("", "0")
    done = _import_users({"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"})
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
