"""A world with a sales team, and clients in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.community import Community
from tests.flow.media import Library
from tests.flow.merged_stock import make_janes
from tests.world import World, WorldClient


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def handler(world: World) -> Iterator[LambdaHandler]:
    made = world.new_handler()
    yield made
    made.close()


@pytest.fixture
def profile(world: World) -> Profile:
    return world.create_profile()


@pytest.fixture
def manager(world: World, handler: LambdaHandler, profile: Profile) -> WorldClient:
    code = world.create_person("Sam", "Manager", "Sales Managers", "Legal")
    return WorldClient(world, handler, world.log_in(profile, code))


@pytest.fixture
def janes(manager: WorldClient) -> tuple[int, int]:
    return make_janes(manager)


@pytest.fixture
def seller(world: World, handler: LambdaHandler, profile: Profile) -> WorldClient:
    return WorldClient(world, handler, world.log_in(profile, world.create_person("Sal", "Seller", "Sales")))


@pytest.fixture
def community(world: World, handler: LambdaHandler, profile: Profile) -> Community:
    return Community(world, handler, profile)


@pytest.fixture
def thread(community: Community) -> int:
    return int(community.thread()["ForumThreadCode"])


@pytest.fixture
def library(world: World, handler: LambdaHandler, profile: Profile) -> Library:
    return Library(world, handler, profile)
