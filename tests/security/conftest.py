"""The fixture of the security tests."""

from __future__ import annotations

import pytest

from tests.unit.gate.world import World


@pytest.fixture
def world() -> World:
    return World()
