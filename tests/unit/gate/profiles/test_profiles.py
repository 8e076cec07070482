"""Profiles: what operators create and change, and what every process then reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import DEFAULT_CALLS_PER_MINUTE
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from tests.unit.gate.world import ALL, GATE, World

READ = frozenset({Access.READ})


def test_a_new_profile(world: World) -> None:
    profile = world.profiles.create(" CRM Agent ", {"accounts": READ})
    assert re.fullmatch(r"[A-Za-z0-9]{16}", profile.key)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", profile.secret)
    assert (profile.name, profile.rate, profile.burst) == ("CRM Agent", DEFAULT_CALLS_PER_MINUTE, 10)
    assert profile.capability.allows(Family.ACCOUNTS, Access.READ)
    assert not profile.capability.allows(Family.ACCOUNTS, Access.WRITE)
    state = world.profiles.get(profile.key)
    assert state.enabled
    assert state.profile == profile


def test_the_secret_document_is_the_whole_truth(world: World) -> None:
    profile = world.profile(rate=600)
    document = world.secrets.read(f"{world.settings.secrets_prefix}/profiles/{profile.key}", profile.version)
    assert set(document) >= {
        "name",
        "type",
        "key",
        "secret",
        "families",
        "rate",
        "burst",
        "notes",
        "created",
        "updated",
    }
    assert document["type"] == "AI"
    assert Profile.from_document(profile.version, document | {"something": "newer"}) == profile


def test_the_row_holds_no_secret(world: World) -> None:
    profile = world.profile()
    assert profile.secret not in repr(world.rows(GATE))
    assert profile.secret not in repr(profile)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"name": "x" * 101}, "name", id="long name"),
        pytest.param({"name": "a\nb"}, "name", id="newline in the name"),
        pytest.param({"name": "\ud800"}, "name", id="half a letter"),
        pytest.param({"rate": 0}, "rate", id="rate 0"),
        pytest.param({"rate": -1}, "rate", id="negative rate"),
        pytest.param({"rate": 6001}, "rate", id="rate too high"),
        pytest.param({"rate": True}, "rate", id="rate is no number"),
        pytest.param({"burst": 0}, "burst", id="burst 0"),
        pytest.param({"burst": 6001}, "burst", id="burst too high"),
        pytest.param({"families": {"account": READ}}, "families", id="unknown family"),
        pytest.param({"families": {"always": READ}}, "families", id="family without switch"),
        pytest.param({"notes": "x" * 2001}, "notes", id="long notes"),
    ],
)
def test_what_an_operator_may_not_enter(world: World, given: dict[str, Any], argument: str) -> None:
    kept = world.profile("kept")
    with pytest.raises(InvalidArgument) as created:
        world.profiles.create(**{"name": "new", "families": ALL} | given)
    with pytest.raises(InvalidArgument) as changed:
        world.profiles.change(kept.key, **given)
    assert created.value.details["argument"] == changed.value.details["argument"] == argument
    assert [state.profile for state in world.profiles.list_profiles()] == [kept]


def test_names_are_unique(world: World) -> None:
    first, second = world.profile("CRM Agent"), world.profile("Other")
    for name in ("crm agent", "\uff23RM Agent"):
        with pytest.raises(Conflict, match="name exists already"):
            world.profile(name)
    with pytest.raises(Conflict, match="name exists already"):
        world.profiles.change(second.key, name="CRM AGENT")
    assert world.profiles.change(first.key, name="CRM AGENT").name == "CRM AGENT"
    world.profiles.change(first.key, name="Free")
    assert world.profile("CRM Agent").name == "CRM Agent"


def test_one_of_many_gets_the_name(world: World) -> None:
    def create(_: int) -> bool:
        try:
            world.profile("wanted")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(16))) == 1
    assert len(world.profiles.list_profiles()) == 1


def test_the_list_is_by_name(world: World) -> None:
    for name in ("b", "C", "a"):
        world.profile(name)
    world.profiles.disable(world.profiles.list_profiles()[1].profile.key)
    assert [(s.profile.name, s.enabled) for s in world.profiles.list_profiles()] == [
        ("a", True),
        ("b", False),
        ("C", True),
    ]


def test_a_change_leaves_the_rest(world: World) -> None:
    profile = world.profile(rate=600)
    world.clock.move(60)
    changed = world.profiles.change(profile.key, families={"notes": frozenset(), "contacts": READ}, notes="n")
    expected = {**profile.capability.to_json(), "contacts": ["read"]}
    del expected["notes"]
    assert changed.capability.to_json() == expected
    assert (changed.secret, changed.rate, changed.created) == (profile.secret, 600, profile.created)
    assert changed.version != profile.version
    assert changed.updated > profile.updated
    assert world.profiles.get(profile.key).profile == changed


@pytest.mark.parametrize(
    ("old", "given", "burst"),
    [
        pytest.param((600, None), {"rate": 60}, 10, id="a default burst follows the rate"),
        pytest.param((600, 7), {"rate": 60}, 7, id="a chosen burst stays"),
        pytest.param((600, None), {"rate": 60, "burst": 3}, 3, id="a given burst counts"),
        pytest.param((600, None), {"notes": "n"}, 60, id="nothing changes it by itself"),
    ],
)
def test_burst_of_a_changed_rate(world: World, old: tuple[int, int | None], given: dict[str, Any], burst: int) -> None:
    profile = world.profile("p", *old)
    assert world.profiles.change(profile.key, **given).burst == burst


def test_regenerate(world: World) -> None:
    profile = world.profile()
    newer = world.profiles.regenerate_secret(profile.key)
    assert newer.secret != profile.secret
    assert (newer.key, newer.capability, newer.rate) == (profile.key, profile.capability, profile.rate)
    assert newer.cursor_key != profile.cursor_key


@pytest.mark.parametrize("deed", ["get", "change", "regenerate_secret", "enable", "disable"])
def test_no_such_profile(world: World, deed: str) -> None:
    with pytest.raises(NotFound):
        getattr(world.profiles, deed)("nobody")
    assert world.rows(GATE) == []


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda p, key, seen: p.change(key, notes="mine", seen=seen), id="change"),
        pytest.param(lambda p, key, seen: p.regenerate_secret(key, seen=seen), id="regenerate"),
    ],
)
def test_a_version_that_somebody_else_replaced(world: World, deed: Callable[..., object]) -> None:
    profile = world.profile()
    other = world.profiles.change(profile.key, notes="theirs")
    with pytest.raises(Conflict, match="has been changed meanwhile"):
        deed(world.profiles, profile.key, profile.version)
    assert world.profiles.get(profile.key).profile == other


def test_two_operators_never_lose_a_change(world: World) -> None:
    profile = world.profile()
    families = [str(family) for family in Family if family is not Family.ALWAYS]

    def switch_off(family: str) -> str | None:
        try:
            world.profiles.change(profile.key, families={family: frozenset()})
        except Conflict:
            return None
        return family

    with ThreadPoolExecutor(8) as pool:
        done = {family for family in pool.map(switch_off, families) if family}
    assert done
    assert set(world.profiles.get(profile.key).profile.capability.to_json()) == set(families) - done


def test_nothing_changes_when_the_secret_cannot_be_written(world: World) -> None:
    profile = world.profile()
    before = world.rows(GATE)
    world.secrets.broken = True
    with pytest.raises(StoreUnavailable):
        world.profiles.regenerate_secret(profile.key)
    with pytest.raises(StoreUnavailable):
        world.profile("new")
    assert world.rows(GATE) == before
