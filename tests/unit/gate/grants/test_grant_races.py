"""What happens at once: of many redemptions, refreshes and answers one succeeds, and nothing issued outlives what ended it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from affino_mcp.errors import PersonInactive
from affino_mcp.gate.grants.consents import ConsentRequestUnknown
from affino_mcp.gate.grants.issuing import GrantRefused, IssuedTokens, RefusalReason
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from tests.unit.gate.grants.app_stage import AppStage

PROCESSES = 12
ROUNDS = 5
CALLS_OF_AN_ISSUE = 6


def at_once(work: Callable[[], object], *refusals: type[Exception]) -> list[object]:
    """What many processes get that do the same at once; None for each that is refused."""

    def attempt(_: int) -> object:
        with suppress(*refusals):
            return work()
        return None

    with ThreadPoolExecutor(PROCESSES) as pool:
        return [found for found in pool.map(attempt, range(PROCESSES)) if found is not None]


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_of_many_redemptions_one_succeeds_and_the_others_end_it(_turn: int) -> None:
    stage = AppStage()
    code = stage.allow()
    (tokens,) = at_once(lambda: stage.redeem(code), GrantRefused)
    assert isinstance(tokens, IssuedTokens)
    assert not stage.lets_in(tokens)
    assert stage.grants.list_of_person(7) == []


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_of_many_refreshes_one_succeeds_and_goes_on(_turn: int) -> None:
    stage = AppStage()
    first = stage.redeem(stage.allow())
    (second,) = at_once(lambda: stage.rotate(first.refresh_token), GrantRefused)
    assert isinstance(second, IssuedTokens)
    assert stage.lets_in(first)
    assert stage.lets_in(second)


@pytest.mark.parametrize("_turn", range(ROUNDS))
def test_of_many_answers_to_one_request_one_counts(_turn: int) -> None:
    stage = AppStage()
    txn = stage.ask()
    (code,) = at_once(lambda: stage.allow(txn), ConsentRequestUnknown)
    assert stage.redeem(str(code)).grant.grant == stage.grants.list_of_profile(stage.profile.key)[0].grant


ENDS: dict[str, Callable[[AppStage], object]] = {
    "logged out everywhere": lambda s: s.world.sessions.end_all_sessions(7),
    "app ended": lambda s: s.grants.end(s.grant().grant),
    "all apps ended": lambda s: s.grants.end_all_of_profile(s.profile.key),
    "person off": lambda s: s.world.people.disable(7),
}


def issue_for_code(stage: AppStage) -> Callable[[], IssuedTokens]:
    code = stage.allow()
    return lambda: stage.redeem(code)


def issue_for_refresh(stage: AppStage) -> Callable[[], IssuedTokens]:
    tokens = stage.redeem(stage.allow())
    return lambda: stage.rotate(tokens.refresh_token)


@pytest.mark.parametrize("exchange", [issue_for_code, issue_for_refresh])
@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_grant_before_any_store_call_of_an_issue_ends_what_is_issued(
    end: str, exchange: Callable[[AppStage], Callable[[], IssuedTokens]]
) -> None:
    for number in range(CALLS_OF_AN_ISSUE):
        stage = AppStage()
        issue, ended = exchange(stage), list[bool]()
        stage.overtake(number, lambda stage=stage, ended=ended: [ENDS[end](stage), ended.append(True)])  # type: ignore[misc]
        with suppress(GrantRefused):
            tokens = issue()
            assert not stage.lets_in(tokens), number
        assert ended, number


@pytest.mark.parametrize("end", ["logged out everywhere", "person off"])
def test_what_ends_a_persons_sessions_while_they_consent_leaves_no_grant(end: str) -> None:
    for number in range(5):
        stage = AppStage()
        txn = stage.ask()
        stage.overtake(number, lambda stage=stage: ENDS[end](stage))  # type: ignore[misc]
        with pytest.raises(PersonInactive):
            stage.allow(txn)


def test_a_refresh_that_was_overtaken_ends_nothing() -> None:
    stage = AppStage()
    first, second = stage.redeem(stage.allow()), list[IssuedTokens]()
    stage.overtake(5, lambda: second.append(AppStage.rotate(other, first.refresh_token)))
    other = stage_beside(stage)
    with pytest.raises(GrantRefused) as refused:
        stage.rotate(first.refresh_token)
    assert refused.value.reason is RefusalReason.REUSED_AT_ONCE
    assert stage.lets_in(second[0])


def stage_beside(stage: AppStage) -> AppStage:
    """Another process on the same stores, which nobody overtakes."""
    other: Any = AppStage.__new__(AppStage)
    vars(other).update(vars(stage))
    other.use_database(stage.world.db)
    found: AppStage = other
    return found


class Unheard:
    """A database whose transactions are carried out and not answered, or lost."""

    def __init__(self, inner: Any, *, carried_out: bool) -> None:
        self.inner, self.carried_out = inner, carried_out

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def transact(self, ops: Any, token: str) -> None:
        if self.carried_out:
            self.inner.transact(ops, token)
        raise Unanswered


def test_an_unanswered_issue_that_was_carried_out_gives_its_tokens() -> None:
    stage = AppStage()
    first = stage.redeem(stage.allow())
    stage.use_database(Unheard(stage.world.db, carried_out=True))
    second = stage.rotate(first.refresh_token)
    stage.use_database(stage.world.db)
    assert stage.lets_in(second)


def test_an_unanswered_issue_that_was_lost_spends_nothing() -> None:
    stage = AppStage()
    first = stage.redeem(stage.allow())
    stage.use_database(Unheard(stage.world.db, carried_out=False))
    with pytest.raises(StoreUnavailable):
        stage.rotate(first.refresh_token)
    stage.use_database(stage.world.db)
    stage.world.clock.move(60)
    assert stage.lets_in(stage.rotate(first.refresh_token))
