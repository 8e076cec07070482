"""Every running process obeys an operator's change on its next call, also during a storm of calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.errors import BadCredentials, PersonInactive, ProfileDisabled, Refusal
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import IssuedSession, SessionEnded
from tests.security.figures import Figures
from tests.unit.gate.world import RawHeaders, World, headers

PROCESSES = 16
Deed = Callable[[World, Profile, IssuedSession], object]

SWITCHES = [
    pytest.param(lambda w, p, s: w.profiles.disable(p.key), ProfileDisabled, id="kill switch"),
    pytest.param(lambda w, p, s: w.profiles.regenerate_secret(p.key), PreviousSecretRefused, id="secret regenerated"),
    pytest.param(lambda w, p, s: w.people.disable(7), PersonInactive, id="person disabled"),
    pytest.param(lambda w, p, s: w.sessions.end_session(7, s.session.digest), SessionEnded, id="logged out"),
]


def warm_gates(world: World, credentials: RawHeaders) -> list[Gate]:
    gates = [world.gate() for _ in range(PROCESSES)]
    for gate in gates:
        gate.admit(credentials, charge=False)
    return gates


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
@pytest.mark.parametrize(("deed", "reason"), SWITCHES)
def test_the_very_next_call(world: World, deed: Deed, reason: type[Refusal], *, charge: bool) -> None:
    profile = world.profile(rate=6000, burst=6000)
    login = world.login(profile)
    credentials = headers(profile.key, profile.secret, login.access_token)
    gates = warm_gates(world, credentials)
    deed(world, profile, login)
    for gate in gates:
        with pytest.raises(reason):
            gate.admit(credentials, charge=charge)


@pytest.mark.parametrize(("deed", "reason"), SWITCHES)
def test_in_a_storm(world: World, deed: Deed, reason: type[Refusal], figures: Figures) -> None:
    """1,000 calls from 16 running processes, with the change in the middle: none that begins after it is admitted."""
    profile = world.profile(rate=6000, burst=6000)
    login = world.login(profile)
    credentials = headers(profile.key, profile.secret, login.access_token)
    gates = warm_gates(world, credentials)
    done, halfway = threading.Event(), threading.Semaphore(0)

    def call(number: int) -> tuple[bool, type[Refusal] | None]:
        began_after = done.is_set()
        halfway.release()
        try:
            gates[number % PROCESSES].admit(credentials, charge=True)
        except Refusal as refusal:
            return began_after, type(refusal)
        return began_after, None

    with ThreadPoolExecutor(PROCESSES) as pool:
        before = [pool.submit(call, number) for number in range(500)]
        halfway.acquire()
        deed(world, profile, login)
        done.set()
        after = [pool.submit(call, number) for number in range(500)]
        results = [future.result() for future in before + after]
    assert {outcome for _, outcome in results} <= {None, reason}
    assert all(outcome is reason for began_after, outcome in results if began_after)
    assert sum(began_after for began_after, _ in results) >= 500
    figures.record("calls at the gate in a storm", tried=len(results), of=len(SWITCHES) * len(results))


def test_on_again_works_at_once(world: World) -> None:
    profile = world.profile()
    credentials = headers(profile.key, profile.secret, world.login(profile).access_token)
    gates = warm_gates(world, credentials)
    world.profiles.disable(profile.key)
    for gate in gates:
        with pytest.raises(ProfileDisabled):
            gate.admit(credentials, charge=True)
    world.profiles.enable(profile.key)
    world.secrets.reads = 0
    assert all(gate.admit(credentials, charge=True) for gate in gates)
    assert world.secrets.reads == 0


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
def test_a_new_secret_works_at_once_and_is_read_once(world: World, *, charge: bool) -> None:
    profile = world.profile()
    login = world.login(profile)
    gates = warm_gates(world, headers(profile.key, profile.secret, login.access_token))
    newer = world.profiles.regenerate_secret(profile.key)
    world.secrets.reads = 0
    for gate in gates:
        for _ in range(3):
            admitted = gate.admit(headers(profile.key, newer.secret, login.access_token), charge=charge)
            assert admitted.profile == newer
        with pytest.raises(BadCredentials):
            gate.admit(headers(profile.key, profile.secret, login.access_token), charge=charge)
    assert world.secrets.reads == PROCESSES


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
def test_a_family_off_is_seen_at_once(world: World, *, charge: bool) -> None:
    profile = world.profile()
    credentials = headers(profile.key, profile.secret, world.login(profile).access_token)
    gates = warm_gates(world, credentials)
    world.profiles.change(profile.key, families={"notes": frozenset(), "tasks": frozenset({Access.READ})})
    world.secrets.reads = 0
    for gate in gates:
        capability = gate.admit(credentials, charge=charge).profile.capability
        assert not capability.allows(Family.NOTES, Access.READ)
        assert capability.allows(Family.TASKS, Access.READ)
        assert not capability.allows(Family.TASKS, Access.WRITE)
    assert world.secrets.reads == PROCESSES


def test_rights_taken_away_are_gone_at_once(world: World) -> None:
    profile = world.profile()
    credentials = headers(profile.key, profile.secret, world.login(profile).access_token)
    gates = warm_gates(world, credentials)
    assert all(gate.admit(credentials, charge=True).person.has_right("accounts.write", world.clock()) for gate in gates)
    world.people.change(7, groups=())
    assert not any(
        gate.admit(credentials, charge=True).person.has_right("accounts.write", world.clock()) for gate in gates
    )
