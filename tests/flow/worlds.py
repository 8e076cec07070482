"""Which tests of tests/flow run on one kind of world only, and why: one_world.toml."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
LIST = FOLDER / "one_world.toml"
COUNTS_FILE = Path(".pytest_cache/one_world.json")
"""Where the run on the other world leaves how many tests it left out, by reason."""


@cache
def read_reasons() -> dict[str, list[str]]:
    """The patterns of tests by the reason for which they run on the builtin world only: a file, or a file and a function."""
    found: dict[str, list[str]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["builtin"]
    return found


def find_reason(item: pytest.Item) -> str | None:
    """Why a test runs on the builtin world only; None when it runs on both."""
    place = item.path.relative_to(FOLDER).as_posix()
    name = getattr(item, "originalname", item.name)
    for reason, patterns in read_reasons().items():
        if any(fnmatchcase(place, each) or fnmatchcase(f"{place}::{name}", each) for each in patterns):
            return reason
    return None


def is_of_flow(item: pytest.Item) -> bool:
    """True for a test below this folder."""
    return item.path.is_relative_to(FOLDER)


def split_for_remote(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests that run where records are elsewhere, and those left out. Notes how many are left out, and for which reason."""
    reasons, kept, left = Counter[str](), list[pytest.Item](), list[pytest.Item]()
    for item in items:
        reason = find_reason(item) if is_of_flow(item) else "is no test of a world"
        (left if reason else kept).append(item)
        if reason is not None:
            reasons[reason] += is_of_flow(item)
    COUNTS_FILE.parent.mkdir(exist_ok=True)
    COUNTS_FILE.write_text(json.dumps(+reasons), encoding="utf-8")
    return kept, left
