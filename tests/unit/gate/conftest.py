"""The fixtures of the gate's tests."""

from __future__ import annotations

import pytest

from tests.unit.gate.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=[True, False], ids=["side by side", "one after another"])
def at_once(request: pytest.FixtureRequest) -> bool:
    """Whether the gate's two store calls are under way at once."""
    return bool(request.param)
