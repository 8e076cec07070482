"""Guessing reveals nothing: every wrong credential gets the same answer at the same cost."""

from __future__ import annotations

import itertools

import pytest

from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.row_keys import new_token
from tests.security.figures import Figures
from tests.unit.gate.world import RawHeaders, World, headers


def answer(world: World, given: RawHeaders) -> tuple[object, ...]:
    """Gives every part of a refusal that can reach a caller."""
    with pytest.raises(BadCredentials) as refused:
        world.gate().admit(given, charge=True)
    refusal = refused.value
    return (
        refusal.status,
        refusal.code,
        refusal.type,
        refusal.message,
        refusal.details,
        refusal.retry_after,
        refusal.next_step,
    )


def test_one_answer_for_everything_wrong(world: World, figures: Figures) -> None:
    profile = world.profile()
    token = world.login(profile).access_token
    off = world.profile("off")
    world.profiles.disable(off.key)
    right = headers(profile.key, profile.secret, token)
    wrong: list[RawHeaders] = [list(kept) for size in range(3) for kept in itertools.combinations(right, size)]
    wrong += [
        headers("nobody", profile.secret, token),
        headers(profile.key, "x" * 40, token),
        headers(profile.key, off.secret, token),
        headers(off.key, profile.secret, token),
        headers(off.key, "x" * 40, new_token()),
        headers(profile.key, profile.secret, "not-a-token"),
        headers(profile.key, profile.secret + ", x", token),
        headers(profile.key, profile.secret, token) * 2,
        headers(profile.key.swapcase(), profile.secret, token),
        headers(profile.key, profile.secret.swapcase(), token),
    ]
    assert len({repr(answer(world, given)) for given in wrong}) == 1
    figures.record("wrong credentials with one answer", tried=len(wrong))


@pytest.mark.parametrize("off", [True, False], ids=["profile off", "profile on"])
def test_an_unknown_key_and_a_wrong_secret_ask_the_same_of_the_store(world: World, *, off: bool) -> None:
    profile, gate = world.profile(), world.gate()
    token = world.login(profile).access_token
    gate.admit(headers(profile.key, profile.secret, token), charge=True)
    if off:
        world.profiles.disable(profile.key)
    costs = []
    for key in (profile.key, "nobody"):
        world.secrets.reads = 0
        world.asked()
        with pytest.raises(BadCredentials):
            gate.admit(headers(key, "x" * 40, token), charge=True)
        costs.append((world.asked(), world.secrets.reads))
    assert costs[0] == costs[1]


def test_identity_comes_from_the_token_alone(world: World) -> None:
    profile = world.profile()
    login = world.login(profile)
    world.person(8)
    claims = [
        (b"x-user", b"8"),
        (b"x-user-code", b"8"),
        (b"x-forwarded-user", b"person8@orbital.example"),
        (b"from", b"8"),
    ]
    caller = world.gate().admit([*headers(profile.key, profile.secret, login.access_token), *claims], charge=True)
    assert caller.person.user_code == 7


def test_a_token_of_another_instance_is_nobody_here(world: World) -> None:
    elsewhere = World()
    foreign = elsewhere.login(elsewhere.profile())
    profile = world.profile()
    world.login(profile)
    for given in (
        headers(
            elsewhere.profiles.list_profiles()[0].profile.key,
            elsewhere.profiles.list_profiles()[0].profile.secret,
            foreign.access_token,
        ),
        headers(profile.key, elsewhere.profiles.list_profiles()[0].profile.secret, foreign.access_token),
    ):
        with pytest.raises(BadCredentials):
            world.gate().admit(given, charge=True)
