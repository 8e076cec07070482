"""Which tests of tests/flow run on one kind of world only, and why: one_world.toml."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest

FOLDER = Path(__file__).parent
LIST = FOLDER / "one_world.toml"
COUNTS_FILE = Path(".pytest_cache/one_world.json")
"""Where the run on the other world leaves how many tests it left out, by reason."""


class Share(TypedDict):
    """Tests of which a share runs on both worlds: those without cases, and those of these cases by their ids."""

    tests: list[str]
    cases: list[str]


@cache
def read_reasons() -> dict[str, list[str]]:
    """The patterns of tests by the reason for which they run on the builtin world only: a file, or a file and a function."""
    found: dict[str, list[str]] = tomllib.loads(LIST.read_text(encoding="utf-8"))["builtin"]
    return found


@cache
def read_shares() -> dict[str, Share]:
    """The tests of which a share runs on both worlds, by the reason for which the others do not."""
    found: dict[str, Share] = tomllib.loads(LIST.read_text(encoding="utf-8"))["share"]
    return found


def find_reason(item: pytest.Item) -> str | None:
    """Why a test runs on the builtin world only; None when it runs on both."""
    place = item.path.relative_to(FOLDER).as_posix()
    name = getattr(item, "originalname", item.name)
    for reason, patterns in read_reasons().items():
        if _matches(place, name, patterns):
            return reason
    parts = item.name.removeprefix(name).strip("[]").split("-")
    for reason, share in read_shares().items():
        if parts != [""] and _matches(place, name, share["tests"]) and not set(parts) & set(share["cases"]):
            return reason
    return None


def _matches(place: str, name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(place, each) or fnmatchcase(f"{place}::{name}", each) for each in patterns)


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
