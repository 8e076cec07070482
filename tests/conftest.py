"""Settings of every test: no result depends on timing, and browser tests run last."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache

import pytest
import typer.testing
from hypothesis import HealthCheck, settings

from affino_mcp.gate.people import passwords
from tests.flow.deleted_stock import DeletedStock
from tests.flow.worlds import split_for_remote
from tests.password_hashes import QUICK_HASHER
from tests.world import BUILTIN, CHOSEN_KIND, REMOTE

pytest_plugins = ["tests.roles.plugin", "tests.security.figures"]

# The same change gets the same answer, so examples are fixed; `make hunt` draws new ones.
# Typer 0.29 makes the whole tree of commands at each run of a command, which takes longer than most commands
# (tests/unit/cli/test_command_tree.py).
typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]

passwords._hasher = QUICK_HASHER

settings.register_profile("hunt", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("fixed", settings.get_profile("hunt"), derandomize=True)
settings.load_profile("fixed")


# Collected tests stay until the end, and what tests make has few cycles: searching for them costs a fifteenth of a run.
gc.set_threshold(20_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--instance", choices=(BUILTIN, REMOTE), default=BUILTIN, help="where the records of a world are")


def pytest_configure(config: pytest.Config) -> None:
    CHOSEN_KIND.append(config.getoption("--instance"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the slow tests first, so that no worker is left alone with many at the end, and browser tests last.

    Where the records are elsewhere, leaves out what runs on the builtin world only.
    """
    if CHOSEN_KIND[-1] == REMOTE:
        items[:], left = split_for_remote(items)
        config.hook.pytest_deselected(items=left)
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Keeps the collected tests out of the searches for garbage."""
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    """Browser tests come last because Playwright keeps an event loop running in its thread until the session is over."""
    if "browser" in item.path.parts:
        return 2
    return 0 if "clients" in item.path.parts or item.get_closest_marker("slow") else 1


@pytest.fixture
def stock() -> Iterator[DeletedStock]:
    """A service with a record of every kind that can be deleted and restored."""
    made = DeletedStock()
    yield made
    made.handler.close()
