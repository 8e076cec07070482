"""How many cases a rule was tried with: its tests record them, a run prints them, and none may fall below `figures.toml`.

A test takes the fixture `figures`. `AFFINO_SUITE=nightly` makes the storms as large as they are before a release.
"""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

FILE: Final = Path(__file__).with_name("figures.toml")
IS_NIGHTLY: Final = os.environ.get("AFFINO_SUITE") == "nightly"  # noqa: TID251 (how long the run may take)
_PROPERTY: Final = "figure: "


def read_least() -> dict[str, int]:
    """The least figure of each rule in this run; a nightly run has larger ones."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found: dict[str, int] = written["default"] | (written["nightly"] if IS_NIGHTLY else {})
    return found


def storm_size(default: int, nightly: int) -> int:
    """The number of calls of a storm in this run."""
    return nightly if IS_NIGHTLY else default


def find_shrinkage(name: str, figure: int, least: dict[str, int]) -> str:
    """What is wrong with a figure, in one sentence; "" when it is at least the one that is written."""
    if name not in least:
        return f'{FILE.name} has no figure of "{name}": write "{name}" = {figure} there.'
    if figure < least[name]:
        return f'The figure of "{name}" shrank: {figure} tried, and {FILE.name} says at least {least[name]}.'
    return ""


class Figures:
    """Takes the figures of one test."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def record(self, rule: str, *, tried: int, of: int = 0) -> None:
        """Notes how many cases of a rule this test tried; fails the test when the figure is smaller than written.

        `of` is the figure of the whole table when this test is one case of it; 0 when the test keeps the rule alone.
        """
        self._properties.append((f"{_PROPERTY}{rule}", tried))
        if shrunk := find_shrinkage(rule, of or tried, read_least()):
            pytest.fail(shrunk, pytrace=False)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures(request.node.user_properties)


class FigureTable:
    """Adds up what the tests of a run recorded, also those of other workers, and prints it when the run ends."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes the figures of a test that passed."""
        if report.when == "call" and report.passed:
            noted = {name: tried for name, tried in report.user_properties if name.startswith(_PROPERTY)}
            self.tried.update({name.removeprefix(_PROPERTY): int(str(tried)) for name, tried in noted.items()})

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Prints the table: each rule, the cases that were tried, and the least that is written."""
        if not self.tried:
            return
        least = read_least()
        terminalreporter.section("cases tried, and the least of a whole run")
        for name, tried in sorted(self.tried.items()):
            terminalreporter.line(f"{tried:>8,} {least.get(name, 0):>8,}  {name}")


def pytest_configure(config: pytest.Config) -> None:
    """Adds the table to the run."""
    config.pluginmanager.register(FigureTable(), "figure-table")
