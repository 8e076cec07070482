"""A market of nine accounts, filled once per module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow import market
from tests.world import WorldClient


@pytest.fixture(scope="module")
def client() -> Iterator[WorldClient]:
    with market.at_work("Sales Managers") as found:
        market.fill(found)
        yield found


@pytest.fixture(autouse=True)
def _time_passes(client: WorldClient) -> None:
    client.world.clock.move(seconds=0.5)
