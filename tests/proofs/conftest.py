"""A world, and a process of its service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def handler(world: World) -> Iterator[LambdaHandler]:
    made = world.new_handler()
    yield made
    made.close()
