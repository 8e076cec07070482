"""The fixtures of the login tests."""

from __future__ import annotations

import pytest

from affino_mcp.gate.profiles.profile import Profile
from tests.unit.gate.world import World
from tests.unit.login_edge.browser import Browser
from tests.unit.login_edge.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk(World())


@pytest.fixture
def profile(desk: Desk) -> Profile:
    return desk.staffed()


@pytest.fixture
def browser(desk: Desk, profile: Profile) -> Browser:
    return Browser(desk.app)
