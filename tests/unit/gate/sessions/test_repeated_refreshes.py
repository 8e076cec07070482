"""The same pair of tokens sent again: for a while it gives the same new pair, also to processes that race."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.errors import SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS, RefreshTokens
from affino_mcp.gate.sessions.session_rows import (
    SESSION_LIFETIME_SECONDS,
    IssuedSession,
    derive_next_pair,
)
from affino_mcp.gate.sessions.sessions import SessionEnded
from affino_mcp.store.ops import Update
from tests.unit.gate.sessions.refreshing import OvertakenDatabase, lives, rotate
from tests.unit.gate.world import GATE, World


@pytest.fixture
def first(world: World) -> IssuedSession:
    return world.login(world.profile())


@pytest.mark.parametrize("after", [0, 1, REFRESH_GRACE_SECONDS])
def test_a_spent_token_gives_the_same_pair_at_once(world: World, first: IssuedSession, after: int) -> None:
    second = rotate(world, first)
    world.clock.move(after)
    again = rotate(world, first)
    assert (again.access_token, again.refresh_token) == (second.access_token, second.refresh_token)
    assert (again.session, again.seconds_left) == (second.session, SESSION_LIFETIME_SECONDS - after)
    assert world.sessions.list_sessions(7) == [second.session]


ENDS: dict[str, Callable[[World, IssuedSession], object]] = {
    "logout": lambda world, second: world.sessions.end_session(7, second.session.digest),
    "everywhere": lambda world, _: world.sessions.end_all_sessions(7),
    "refreshed on": rotate,
    "another access token": lambda world, _: None,
}


@pytest.mark.parametrize("name", ENDS)
def test_the_same_pair_is_given_only_while_its_session_lives(world: World, first: IssuedSession, name: str) -> None:
    second = rotate(world, first)
    ENDS[name](world, second)
    asked = replace(first, access_token=new_token()) if name == "another access token" else first
    with pytest.raises(SessionUnknown):
        rotate(world, asked)


def test_a_token_that_was_issued_without_a_key_is_refused_when_spent(world: World, first: IssuedSession) -> None:
    place = row_keys.refresh_token_key(row_keys.digest_token(first.refresh_token))
    world.db.update(Update(GATE, place, remove=["key"]))
    second = rotate(world, first)
    with pytest.raises(SessionEnded):
        rotate(world, first)
    assert lives(world, second)
    assert rotate(world, second).access_token == rotate(world, second).access_token


@given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.uuids()), min_size=1, max_size=4, unique=True))
def test_derived_tokens_depend_on_key_and_token(given_out: list[tuple[bytes, UUID]]) -> None:
    found = set[str]()
    for key, token in given_out:
        row = {"key": key.hex(), "chain": "c", "expires": 1}
        pair = derive_next_pair(row, str(token))
        assert pair == derive_next_pair(row, str(token).upper())
        found |= {pair.access, pair.refresh}
    assert all(str(UUID(each)) == each for each in found)
    assert len(found) == 2 * len(given_out)


def test_at_once_all_get_one_pair(world: World, first: IssuedSession) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: rotate(world, first), range(20)))
    assert len({(issued.access_token, issued.refresh_token) for issued in made}) == 1
    assert world.sessions.list_sessions(7) == [made[0].session]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("expired", [True, False])
def test_whoever_is_overtaken_gets_the_same_pair(
    world: World, first: IssuedSession, number: int, *, expired: bool
) -> None:
    if expired:
        world.clock.move(SESSION_LIFETIME_SECONDS + 1)
    faster = list[IssuedSession]()
    overtaken: Any = OvertakenDatabase(world.db, number, lambda: faster.append(rotate(world, first)))
    slower = RefreshTokens(overtaken, world.settings, world.clock).rotate_tokens(
        first.access_token, first.refresh_token
    )
    assert [slower] == faster


@pytest.mark.parametrize("number", range(4))
def test_a_logout_that_comes_between_ends_the_refresh(world: World, first: IssuedSession, number: int) -> None:
    overtaken: Any = OvertakenDatabase(world.db, number, lambda: world.sessions.end_session(7, first.session.digest))
    with pytest.raises(SessionEnded):
        RefreshTokens(overtaken, world.settings, world.clock).rotate_tokens(first.access_token, first.refresh_token)
    assert world.sessions.list_sessions(7) == []


def test_no_key_is_given_to_a_client(world: World, first: IssuedSession) -> None:
    keys = [row["key"] for row in world.rows() if row["sk"] == "REFRESH"]
    assert len(keys) == 1
    assert not [key for key in keys if key in repr((first, rotate(world, first)))]
