"""Fixtures, new for every test: an operator's browser before a Control Centre on memory, a profile, a seller who works on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser
from tests.world import WorldClient


@pytest.fixture
def desk() -> OperatorBrowser:
    return OperatorBrowser()


@pytest.fixture
def operator(desk: OperatorBrowser) -> OperatorBrowser:
    return desk.operator()


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    return operator.world.create_profile("Newsroom")


@pytest.fixture
def sales(operator: OperatorBrowser, profile: Profile) -> Iterator[WorldClient]:
    """A seller's client, forty minutes after the operator has signed in."""
    operator.world.clock.move(minutes=40)
    seller = operator.person("Sal", "Seller", "Sales")
    with closing(operator.world.new_handler()) as handler:
        yield WorldClient(operator.world, handler, operator.world.log_in(profile, seller))
