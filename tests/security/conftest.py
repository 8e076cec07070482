"""The fixtures of the security tests, and which of them a run by day leaves out."""

from __future__ import annotations

import pytest

from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.profiles.profile import Profile
from tests.security.figures import IS_NIGHTLY
from tests.unit.gate.world import PASSWORD, World
from tests.unit.login_edge.desk import Desk

collect_ignore = [] if IS_NIGHTLY else ["nightly"]
"""What waits for time to pass runs at night alone."""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def profile(desk: Desk) -> Profile:
    return desk.staffed()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes password hashes cheap, for tests that are about counting."""
    monkeypatch.setattr(Passwords, "is_password", lambda _, code, password: code is not None and password == PASSWORD)
