"""Passwords: taken exactly as given, stored as hashes only, with the same work for unknown people."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.people import passwords as module
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from affino_mcp.store.ops import Put
from affino_mcp.tool_errors import InvalidArgument
from tests.password_hashes import SERVICE_HASHER
from tests.unit.gate.world import CREDENTIALS, PASSWORD, World


@pytest.fixture(autouse=True)
def hashed_as_in_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_hasher", SERVICE_HASHER)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("correct horse", id="plain"),
        pytest.param("  blanks around  ", id="blanks"),
        pytest.param("\u00e9\u0301 \U0001f40e caf\u00e9s", id="letters"),
        pytest.param("x" * MIN_PASSWORD_CHARACTERS, id="shortest"),
        pytest.param("x" * MAX_PASSWORD_CHARACTERS, id="longest"),
        pytest.param("half \ud800 letter", id="lone surrogate"),
    ],
)
def test_exactly_as_given(world: World, password: str) -> None:
    world.passwords.set_password(7, password)
    assert world.passwords.is_password(7, password)
    for other in (password + " ", " " + password, password[:-1], password.upper() + "!", ""):
        assert not world.passwords.is_password(7, other)


@pytest.mark.parametrize(
    "password",
    ["", "x" * (MIN_PASSWORD_CHARACTERS - 1), "x" * (MAX_PASSWORD_CHARACTERS + 1)],
    ids=["none", "short", "long"],
)
def test_too_short_or_too_long(world: World, password: str) -> None:
    with pytest.raises(InvalidArgument):
        world.passwords.set_password(7, password)
    assert world.rows(CREDENTIALS) == []


def test_only_a_hash_is_stored(world: World) -> None:
    world.passwords.set_password(7, "correct horse")
    (row,) = world.rows(CREDENTIALS)
    assert row["hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_unknown_people_cost_the_same_work(world: World) -> None:
    world.passwords.set_password(7, "correct horse")
    world.asked()
    for user_code in (7, 8, None):
        assert not world.passwords.is_password(user_code, "wrong horse")
        assert world.asked() == [("get", CREDENTIALS)]
    parameters = module._hasher
    assert not parameters.check_needs_rehash(module._UNUSED_HASH)


def test_a_new_password_replaces_the_old(world: World) -> None:
    world.passwords.set_password(7, "correct horse")
    world.passwords.set_password(7, "battery staple")
    assert not world.passwords.is_password(7, "correct horse")
    assert world.passwords.is_password(7, "battery staple")


OLDER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


def test_a_hash_of_older_parameters_is_renewed_by_a_right_password(world: World) -> None:
    place = row_keys.person_key(7)._asdict()
    world.db.put(Put(CREDENTIALS, place | {"hash": OLDER.hash(PASSWORD)}))
    assert not world.passwords.is_password(7, "wrong horse")
    assert "m=8192" in world.rows(CREDENTIALS)[0]["hash"]
    assert world.passwords.is_password(7, PASSWORD)
    assert "m=19456,t=2,p=1" in world.rows(CREDENTIALS)[0]["hash"]
    assert world.passwords.is_password(7, PASSWORD)


def test_a_hash_that_cannot_be_renewed_still_counts(world: World) -> None:
    world.db.put(Put(CREDENTIALS, row_keys.person_key(7)._asdict() | {"hash": OLDER.hash(PASSWORD)}))
    world.db.broken.add(("update", CREDENTIALS))
    assert world.passwords.is_password(7, PASSWORD)


def test_a_hash_of_no_known_form_opens_nothing(world: World) -> None:
    world.db.put(Put(CREDENTIALS, row_keys.person_key(7)._asdict() | {"hash": "5f4dcc3b5aa765d61d8327deb882cf99"}))
    assert not world.passwords.is_password(7, "password")
