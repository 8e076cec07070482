"""The fixture of the security tests, and which of them a run by day leaves out."""

from __future__ import annotations

import pytest

from tests.security.figures import IS_NIGHTLY
from tests.unit.gate.world import World

collect_ignore = [] if IS_NIGHTLY else ["nightly"]
"""What waits for time to pass runs at night alone."""


@pytest.fixture
def world() -> World:
    return World()
