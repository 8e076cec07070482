"""The fixtures of the gate's tests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from tests.unit.gate.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=["side by side", "one after another"])
def pool(request: pytest.FixtureRequest) -> Iterator[Executor | None]:
    """What the gate's store calls run on; None for one after another."""
    if request.param == "one after another":
        yield None
        return
    with ThreadPoolExecutor(4) as pool:
        yield pool
