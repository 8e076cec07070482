"""A world with a sales team, and clients in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.community import Community
from tests.world import Client, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def handler(world: World) -> Iterator[LambdaHandler]:
    made = world.handler()
    yield made
    made.close()


@pytest.fixture
def profile(world: World) -> Profile:
    return world.profile()


@pytest.fixture
def manager(world: World, handler: LambdaHandler, profile: Profile) -> Client:
    code = world.person("Sam", "Manager", "Sales Managers", "Legal")
    return Client(world, handler, world.headers(profile, code))


@pytest.fixture
def seller(world: World, handler: LambdaHandler, profile: Profile) -> Client:
    return Client(world, handler, world.headers(profile, world.person("Sal", "Seller", "Sales")))


@pytest.fixture
def community(world: World, handler: LambdaHandler, profile: Profile) -> Community:
    return Community(world, handler, profile)


@pytest.fixture
def thread(community: Community) -> int:
    return int(community.thread()["ForumThreadCode"])
