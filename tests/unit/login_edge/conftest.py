from __future__ import annotations

import pytest

from tests.unit.gate.world import World
from tests.unit.login_edge.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk(World())
