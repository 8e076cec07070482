"""A secret replaced during calls: both secrets are accepted during the overlap, only the new one after its end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from affino_mcp.errors import Refusal
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.tool_errors import Conflict
from tests.security.figures import Figures
from tests.unit.gate.world import RawHeaders, World, headers

HOUR = timedelta(hours=1)
CALLERS = 16
Outcome = tuple[bool, type[Refusal] | None]


def attempt(gate: Gate, credentials: RawHeaders, done: threading.Event) -> Outcome:
    """Makes a call; gives whether it began after the change was complete, and its refusal, if any."""
    began_after = done.is_set()
    try:
        gate.admit(credentials, charge=True)
    except Refusal as refusal:
        return began_after, type(refusal)
    return began_after, None


def storm(world: World, profile: Profile, deed: threading.Thread, done: threading.Event) -> list[Outcome]:
    """Makes calls with the profile's secret in many running processes, with the change in the middle."""
    credentials = headers(profile.key, profile.secret, world.login(profile).access_token)
    gates = [world.gate() for _ in range(CALLERS)]
    for gate in gates:
        gate.admit(credentials, charge=False)
    with ThreadPoolExecutor(CALLERS) as pool:
        before = [pool.submit(attempt, gates[n % CALLERS], credentials, done) for n in range(300)]
        deed.start()
        deed.join()
        after = [pool.submit(attempt, gates[n % CALLERS], credentials, done) for n in range(300)]
        return [future.result() for future in before + after]


def test_with_an_overlap_nobody_is_cut_off(world: World, figures: Figures) -> None:
    profile, done = world.profile(rate=6000, burst=6000), threading.Event()

    def regenerated() -> None:
        world.profiles.regenerate_secret(profile.key, overlap=HOUR)
        done.set()

    outcomes = storm(world, profile, threading.Thread(target=regenerated), done)
    assert {refusal for _, refusal in outcomes} == {None}
    figures.record("calls while a secret is replaced", tried=len(outcomes))


def test_after_the_end_of_an_overlap_nobody_is_let_in(world: World, figures: Figures) -> None:
    profile, done = world.profile(rate=6000, burst=6000), threading.Event()
    world.profiles.regenerate_secret(profile.key, overlap=HOUR)

    def ended() -> None:
        world.profiles.end_overlap(profile.key)
        done.set()

    outcomes = storm(world, profile, threading.Thread(target=ended), done)
    assert {refusal for _, refusal in outcomes} <= {None, PreviousSecretRefused}
    assert {refusal for began_after, refusal in outcomes if began_after} == {PreviousSecretRefused}
    figures.record("calls while an overlap ends", tried=len(outcomes))


def test_of_many_regenerations_at_once_one_counts(world: World) -> None:
    """The secret that an operator was shown is valid; no other secret was shown."""
    old = world.profile(rate=6000, burst=6000)
    token = world.login(old).access_token

    def regenerate(_: int) -> Profile | None:
        try:
            return world.profiles.regenerate_secret(old.key, seen=old.version, overlap=HOUR)
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [found for found in pool.map(regenerate, range(8)) if found]
    (new,) = made
    assert world.profiles.get(old.key).profile == new
    for secret, former in ((new.secret, None), (old.secret, new.former)):
        assert world.gate().admit(headers(old.key, secret, token), charge=True).former == former
