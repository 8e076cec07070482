"""A previous secret: recognised, accepted only during its overlap, recorded, and refused like any wrong secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.errors import BadCredentials, SessionUnknown, TooManyFailures
from affino_mcp.gate.abuse.token_guard import MAX_TOKEN_FAILURES
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.identity.row_keys import SESSION_PREFIX, sha256_hex
from affino_mcp.gate.profiles.previous_secret import MAX_OVERLAP, PreviousSecret, PreviousSecretRefused
from affino_mcp.gate.profiles.previous_secret_uses import USE_NOTE_INTERVAL_SECONDS, PreviousSecretUses
from affino_mcp.gate.profiles.profile import Profile, signing_secrets
from affino_mcp.gate.profiles.secret_status import SecretStatus, secret_status
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.testing.recording import RecordingDatabase
from affino_mcp.tool_errors import Conflict, InvalidArgument
from tests.unit.gate.world import GATE, SIGNED_AT, RawHeaders, World, headers

HOUR = timedelta(hours=1)
SECRETS = Settings().secrets_prefix


def warm(world: World, credentials: RawHeaders) -> Gate:
    gate = world.gate()
    gate.admit(credentials, charge=False)
    return gate


@pytest.fixture
def old(world: World) -> Profile:
    return world.profile(rate=6000, burst=6000)


@pytest.fixture
def token(world: World, old: Profile) -> str:
    return world.login(old).access_token


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
def test_at_once_it_is_refused_and_noted(
    world: World, old: Profile, token: str, *, is_warm: bool, charge: bool
) -> None:
    credentials = headers(old.key, old.secret, token)
    gate = warm(world, credentials) if is_warm else world.gate()
    new = world.profiles.regenerate_secret(old.key)
    with pytest.raises(PreviousSecretRefused) as refused:
        gate.admit(credentials, charge=charge)
    refusal = refused.value
    assert (refusal.message, refusal.status, refusal.code) == (BadCredentials.text, 401, BadCredentials.code)
    assert (refusal.profile, refusal.person.user_code) == (new, 7)
    (use,) = PreviousSecretUses(world.db, world.settings, world.clock).list_uses(new)
    assert (use.user_code, use.name, use.accepted, use.at) == (7, "Person 7", False, "2026-11-22T09:00:00.000000Z")


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
def test_during_the_overlap_both_are_let_in(
    world: World, old: Profile, token: str, *, is_warm: bool, charge: bool
) -> None:
    credentials = headers(old.key, old.secret, token)
    gate = warm(world, credentials) if is_warm else world.gate()
    new = world.profiles.regenerate_secret(old.key, overlap=HOUR)
    admitted = gate.admit(credentials, charge=charge)
    assert (admitted.profile, admitted.former) == (new, new.former)
    assert gate.admit(headers(old.key, new.secret, token), charge=charge).former is None
    (use,) = PreviousSecretUses(world.db, world.settings, world.clock).list_uses(new)
    assert (use.user_code, use.accepted) == (7, True)
    world.clock.move(seconds=HOUR.total_seconds() - 0.001)
    assert gate.admit(headers(old.key, old.secret, world.login(old).access_token), charge=charge).former
    world.clock.move(seconds=0.001)
    with pytest.raises(PreviousSecretRefused):
        gate.admit(headers(old.key, old.secret, world.login(old).access_token), charge=charge)


def test_the_overlap_can_be_ended(world: World, old: Profile, token: str) -> None:
    credentials = headers(old.key, old.secret, token)
    new = world.profiles.regenerate_secret(old.key, overlap=HOUR)
    gates = [warm(world, credentials) for _ in range(4)]
    with pytest.raises(Conflict):
        world.profiles.end_overlap(old.key, seen=old.version)
    ended = world.profiles.end_overlap(old.key, seen=new.version)
    assert ended.secret == new.secret
    for gate in gates:
        with pytest.raises(PreviousSecretRefused):
            gate.admit(credentials, charge=True)
        assert gate.admit(headers(old.key, new.secret, token), charge=True)
    with pytest.raises(Conflict):
        world.profiles.end_overlap(old.key)


def test_the_current_secret_costs_what_it_always_costs(world: World, old: Profile, token: str) -> None:
    new = world.profiles.regenerate_secret(old.key, overlap=HOUR)
    credentials = headers(old.key, new.secret, token)
    gate = warm(world, credentials)
    world.asked()
    gate.admit(credentials, charge=True)
    assert sorted(world.asked()) == [("get_many", GATE), ("update", GATE)]


def test_a_note_is_written_once_a_minute_for_each_person(world: World, old: Profile, token: str) -> None:
    other = world.login(old, 8).access_token
    world.profiles.regenerate_secret(old.key, overlap=HOUR)
    gate = world.gate()
    for _ in range(3):
        for each in (token, other):
            gate.admit(headers(old.key, old.secret, each), charge=False)
    assert [call for call in world.asked() if call == ("update", GATE)] == [("update", GATE)] * 2
    world.clock.move(seconds=USE_NOTE_INTERVAL_SECONDS)
    gate.admit(headers(old.key, old.secret, token), charge=False)
    uses = PreviousSecretUses(world.db, world.settings, world.clock).list_uses(world.profiles.get(old.key).profile)
    assert [use.user_code for use in uses] == [7, 8]


def test_notes_that_cannot_be_written_change_nothing(world: World, old: Profile, token: str) -> None:
    credentials = headers(old.key, old.secret, token)
    world.profiles.regenerate_secret(old.key, overlap=HOUR)
    gate = warm(world, credentials)
    world.clock.move(seconds=USE_NOTE_INTERVAL_SECONDS)
    world.db.broken.add(("update", GATE))
    assert gate.admit(credentials, charge=False)
    world.clock.move(seconds=3600)
    with pytest.raises(PreviousSecretRefused):
        gate.admit(credentials, charge=False)


def test_an_earlier_secret_is_a_wrong_one(world: World, old: Profile, token: str) -> None:
    """Only the latest previous secret is kept, even if the overlap of an earlier one still runs."""
    world.profiles.regenerate_secret(old.key, overlap=HOUR)
    world.profiles.regenerate_secret(old.key, overlap=HOUR)
    with pytest.raises(BadCredentials) as refused:
        world.gate().admit(headers(old.key, old.secret, token), charge=True)
    assert refused.type is BadCredentials
    assert refused.value.profile is None


def test_nobodys_token_counts_as_a_strangers(world: World, old: Profile) -> None:
    world.profiles.regenerate_secret(old.key)
    credentials = headers(old.key, old.secret, "0" * 8 + "-0000" * 3 + "-" + "0" * 12)
    gate, source = world.gate(), "198.51.100.9"
    for _ in range(MAX_TOKEN_FAILURES):
        with pytest.raises(PreviousSecretRefused) as refused:
            gate.admit(credentials, charge=True, source=source)
        assert refused.value.person is None
    with pytest.raises(TooManyFailures):
        gate.admit(credentials, charge=True, source=source)
    (use,) = PreviousSecretUses(world.db, world.settings, world.clock).list_uses(world.profiles.get(old.key).profile)
    assert (use.user_code, use.name) == (None, "")


def test_somebodys_token_never_blocks_its_source(world: World, old: Profile, token: str) -> None:
    world.profiles.regenerate_secret(old.key)
    gate, source = world.gate(), "198.51.100.9"
    for _ in range(MAX_TOKEN_FAILURES + 5):
        with pytest.raises(PreviousSecretRefused):
            gate.admit(headers(old.key, old.secret, token), charge=True, source=source)


def test_a_token_that_cannot_be_looked_up_is_not_a_strangers(world: World, old: Profile, token: str) -> None:
    """When the sessions do not answer, the call is refused, but neither counted nor recorded as an unknown token."""

    class Sessionless(RecordingDatabase):
        """A database that reads every row except sessions."""

        def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
            if any(key.pk.startswith(SESSION_PREFIX) for key in keys):
                raise StoreUnavailable
            return super().get_many(table, keys)

    new, credentials = world.profiles.regenerate_secret(old.key), headers(old.key, old.secret, token)
    gate, source = Gate(Sessionless(world.memory), world.secrets, world.settings, world.clock), "198.51.100.9"
    for _ in range(MAX_TOKEN_FAILURES + 5):
        with pytest.raises(PreviousSecretRefused):
            gate.admit(credentials, charge=True, source=source)
    assert PreviousSecretUses(world.db, world.settings, world.clock).list_uses(new) == []
    assert [row for row in world.rows() if row["pk"].startswith("GUARD#")] == []


def test_an_overlap_opens_no_other_door(world: World, old: Profile, token: str) -> None:
    world.profiles.regenerate_secret(old.key, overlap=HOUR)
    world.sessions.end_session(7, world.sessions.list_sessions(7)[0].digest)
    with pytest.raises(SessionUnknown):
        world.gate().admit(headers(old.key, old.secret, token), charge=True)


def test_the_clear_text_is_kept_only_while_it_is_accepted(world: World, old: Profile) -> None:
    def stored(profile: Profile) -> str:
        return repr(world.secrets.read(f"{SECRETS}/profiles/{profile.key}", profile.version))

    assert old.secret not in stored(world.profiles.regenerate_secret(old.key))
    middle = world.profiles.regenerate_secret(old.key, overlap=HOUR)
    assert middle.former is not None
    secret = middle.former.secret
    assert secret in stored(middle)
    assert secret in stored(world.profiles.change(old.key, notes="during"))
    assert secret not in stored(world.profiles.end_overlap(old.key))
    again = world.profiles.regenerate_secret(old.key, overlap=HOUR)
    world.clock.move(seconds=3600)
    assert again.former is not None
    changed = world.profiles.change(old.key, notes="after")
    assert again.former.secret not in stored(changed)
    assert changed.former == PreviousSecret(again.former.digest, again.former.replaced, again.former.until)
    assert Profile.from_document(changed.version, changed.to_document()) == changed
    assert again.former.secret not in repr(again)
    assert all(text not in repr(world.rows(GATE)) for text in (secret, again.former.secret))


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), MAX_OVERLAP + timedelta(microseconds=1)], ids=str)
def test_overlaps_that_are_not(world: World, old: Profile, overlap: timedelta) -> None:
    with pytest.raises(InvalidArgument) as wrong:
        world.profiles.regenerate_secret(old.key, overlap=overlap)
    assert wrong.value.details["argument"] == "overlap"
    assert world.profiles.get(old.key).profile == old


@given(
    overlap=st.timedeltas(timedelta(), MAX_OVERLAP),
    later=st.timedeltas(timedelta(), timedelta(days=9)),
    secret=st.text("ab", min_size=1, max_size=2),
)
def test_what_a_secret_is_at_any_moment(overlap: timedelta, later: timedelta, secret: str) -> None:
    world = World()
    profile = world.profile()
    now, former = SIGNED_AT + later, PreviousSecret.from_secret("a", SIGNED_AT, overlap)
    at = Profile(profile.key, "p", "v", "b", profile.capability, 1, 1, former=former)
    expected = {"b": SecretStatus.CURRENT, "a": SecretStatus.OVERLAPPING if later < overlap else SecretStatus.PREVIOUS}
    assert secret_status(at, sha256_hex(secret), now) is expected.get(secret, SecretStatus.UNKNOWN)
    assert secret_status(None, sha256_hex(secret), now) is SecretStatus.UNKNOWN
    assert signing_secrets(at, now) == (["b", "a"] if later < overlap else ["b"])
