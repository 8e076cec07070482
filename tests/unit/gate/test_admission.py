"""What is refused for its token costs nothing."""

from __future__ import annotations

import pytest

from affino_mcp.errors import (
    SessionExpired,
    SessionUnknown,
)
from affino_mcp.gate.identity.row_keys import new_token
from tests.unit.gate.world import GATE, World, headers, valid


def test_a_refused_token_writes_nothing_on_the_profile_and_costs_no_budget(world: World, *, at_once: bool) -> None:
    profile, gate = world.profile(burst=2), world.gate(at_once=at_once)
    login = world.login(profile)
    gate.admit(valid(profile, login), charge=False)
    world.asked()
    for _ in range(10):
        with pytest.raises(SessionUnknown):
            gate.admit(headers(profile.key, profile.secret, new_token()), charge=True)
        assert sorted(world.asked()) == [("get", GATE), ("get_many", GATE)]
    assert gate.admit(valid(profile, login), charge=True).rate.remaining == 1


def test_a_token_that_was_ended_a_moment_ago_costs_no_budget(world: World, *, at_once: bool) -> None:
    profile, gate = world.profile(burst=2), world.gate(at_once=at_once)
    login, other = world.login(profile), world.login(profile)
    gate.admit(valid(profile, login), charge=False)
    world.sessions.end_session(login.person.user_code, login.session.digest)
    world.asked()
    for calls in (3, 2, 2):
        with pytest.raises(SessionUnknown):
            gate.admit(valid(profile, login), charge=True)
        assert len(world.asked()) == calls
    assert gate.admit(valid(profile, other), charge=True).rate.remaining == 1


def test_an_expired_token_writes_nothing_on_the_profile(world: World, *, at_once: bool) -> None:
    profile, gate = world.profile(burst=2), world.gate(at_once=at_once)
    login = world.login(profile)
    world.clock.move(seconds=login.session.expires - login.session.issued - 1)
    gate.admit(valid(profile, login), charge=False)
    world.clock.move(seconds=1)
    world.asked()
    with pytest.raises(SessionExpired):
        gate.admit(valid(profile, login), charge=True)
    assert {method for method, _ in world.asked()} == {"get", "get_many"}
