"""Consents: a request is answered once, in the browser in which it began, within ten minutes, by somebody who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from affino_mcp.errors import NotConnectable, PersonInactive, PersonNotAllowed, ProfileDisabled, ProfileExpired
from affino_mcp.gate.grants.consents import ConsentRequestUnknown
from affino_mcp.gate.identity.row_keys import new_prefixed_token
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from tests.oauth_stage import BROWSER, REQUEST
from tests.unit.gate.grants.app_stage import AppStage

OTHER_BROWSER = BROWSER.replace("1", "2")


@pytest.fixture
def stage() -> AppStage:
    return AppStage()


def test_an_allowed_request_is_a_grant_in_both_lists(stage: AppStage) -> None:
    stage.allow(scopes="read accounts:write", declined="contacts:write")
    grant = stage.grant()
    assert (grant.client_id, grant.name, grant.host, grant.proof) == (
        REQUEST.client_id,
        REQUEST.name,
        REQUEST.host,
        REQUEST.proof,
    )
    assert (sorted(grant.scopes), sorted(grant.declined)) == (["accounts:write", "read"], ["contacts:write"])
    assert grant.expires - grant.created == 30 * 24 * 3600
    assert stage.grants.list_of_profile(stage.profile.key) == [grant]


def test_nothing_that_lets_in_is_stored(stage: AppStage) -> None:
    txn = stage.ask()
    code = stage.allow(txn)
    stored = str(stage.world.rows())
    assert not [secret for secret in (txn, code, BROWSER, stage.profile.secret) if secret in stored]


def answer_and_keep(answer: Callable[[AppStage, str], object]) -> Callable[[AppStage, str], tuple[str, str]]:
    """Something happens; the request is asked for under its name, in its browser."""

    def use(stage: AppStage, txn: str) -> tuple[str, str]:
        answer(stage, txn)
        return txn, BROWSER

    return use


UNKNOWN: dict[str, Callable[[AppStage, str], tuple[str, str]]] = {
    "another browser": lambda stage, txn: (txn, OTHER_BROWSER),
    "no cookie": lambda stage, txn: (txn, ""),
    "allowed": answer_and_keep(lambda stage, txn: stage.allow(txn)),
    "declined": answer_and_keep(lambda stage, txn: stage.consents.decline(txn, BROWSER)),
    "over": answer_and_keep(lambda stage, txn: stage.world.clock.move(600)),
    "never was": lambda stage, txn: (new_prefixed_token("afft_"), BROWSER),
    "a code": lambda stage, txn: (stage.allow(txn), BROWSER),
    "no form": lambda stage, txn: (txn[:-1], BROWSER),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_request_that_does_not_wait_is_unknown(stage: AppStage, case: str) -> None:
    txn, browser = UNKNOWN[case](stage, stage.ask())
    grants = len(stage.grants.list_of_person(7))
    words = REQUEST.scopes, frozenset[str]()
    for answer in (
        lambda: stage.consents.find(txn, browser),
        lambda: stage.consents.decline(txn, browser),
        lambda: stage.consents.allow(txn, browser, 7, stage.profile.key, *words),
    ):
        with pytest.raises(ConsentRequestUnknown):
            answer()
    assert len(stage.grants.list_of_person(7)) == grants


def test_a_request_waits_ten_minutes(stage: AppStage) -> None:
    txn = stage.ask()
    stage.world.clock.move(599)
    assert stage.consents.find(txn, BROWSER) == REQUEST


def last_day_over(stage: AppStage) -> None:
    last = AdmissionTerms(expires=str(stage.world.clock().date()), connectable=("Sales",))
    stage.world.profiles.change(stage.profile.key, terms=last)
    stage.world.clock.move(hours=15)


CLOSED: dict[str, tuple[Callable[[AppStage], object], type[Exception]]] = {
    "off": (lambda s: s.world.profiles.disable(s.profile.key), ProfileDisabled),
    "not opened": (lambda s: s.world.profiles.change(s.profile.key, terms=AdmissionTerms()), NotConnectable),
    "for others": (
        lambda s: s.world.profiles.change(
            s.profile.key, terms=AdmissionTerms(groups=("Editors",), connectable=("Sales",))
        ),
        PersonNotAllowed,
    ),
    "out of the group": (lambda s: s.world.people.change(7, groups=()), NotConnectable),
    "over": (last_day_over, ProfileExpired),
    "person off": (lambda s: s.world.people.disable(7), PersonInactive),
}


@pytest.mark.parametrize("case", CLOSED)
def test_what_the_person_may_not_use_is_refused_and_nothing_is_spent(stage: AppStage, case: str) -> None:
    close, refusal = CLOSED[case]
    close(stage)
    txn = stage.ask()
    with pytest.raises(refusal):
        stage.allow(txn)
    assert stage.consents.find(txn, BROWSER) == REQUEST
    assert stage.grants.list_of_profile(stage.profile.key) == []


def test_an_unknown_profile_is_refused(stage: AppStage) -> None:
    with pytest.raises(NotConnectable):
        stage.consents.allow(stage.ask(), BROWSER, 7, "Unknown0Key", REQUEST.scopes)


BETWEEN: dict[str, tuple[Callable[[AppStage], object], type[Exception]]] = {
    "profile off": CLOSED["off"],
    "profile closed": CLOSED["not opened"],
    "person off": CLOSED["person off"],
}


@pytest.mark.parametrize("case", BETWEEN)
def test_what_changes_between_the_reads_and_the_write_counts(stage: AppStage, case: str) -> None:
    change, refusal = BETWEEN[case]
    txn = stage.ask()
    stage.overtake(4, lambda: change(stage))
    with pytest.raises(refusal):
        stage.allow(txn)
    assert stage.grants.list_of_profile(stage.profile.key) == []


def test_only_what_was_asked_for_is_granted(stage: AppStage) -> None:
    stage.allow(
        stage.ask(scopes=frozenset({"read", "accounts:write"})), scopes="read write contacts:write accounts:write"
    )
    assert stage.grant().scopes == {"read", "accounts:write"}


def test_one_grant_more_than_twenty_ends_the_longest_unused(stage: AppStage) -> None:
    for _ in range(20):
        stage.allow()
        stage.world.clock.move(1)
    oldest, *_ = reversed(stage.grants.list_of_person(7))
    stage.allow()
    live = stage.grants.list_of_person(7)
    assert len(live) == 20
    assert oldest not in live


def test_grants_from_before_a_logout_everywhere_are_in_no_list_and_make_room_first(stage: AppStage) -> None:
    for _ in range(10):
        stage.allow()
    stage.world.sessions.end_all_sessions(7)
    assert stage.grants.list_of_person(7) == stage.grants.list_of_profile(stage.profile.key) == []
    for _ in range(20):
        stage.allow(epoch=1)
    assert len(stage.grants.list_of_person(7)) == 20


def test_a_grant_ends_once_and_leaves_the_lists(stage: AppStage) -> None:
    stage.allow()
    grant = stage.grant()
    for _ in range(2):
        stage.grants.end(grant.grant)
    assert stage.grants.list_of_person(7) == []
    assert stage.grants.list_of_profile(stage.profile.key) == []
    assert stage.grants.end_all_of_profile(stage.profile.key) == 0


def test_all_grants_of_a_profile_end(stage: AppStage) -> None:
    stage.world.person(8)
    stage.allow()
    stage.allow(person=8)
    assert stage.grants.end_all_of_profile(stage.profile.key) == 2
    assert stage.grants.list_of_person(7) == stage.grants.list_of_person(8) == []


def test_grants_of_a_secret_that_is_refused_now_end_and_the_others_stay(stage: AppStage) -> None:
    stage.allow()
    made = stage.world.profiles.regenerate_secret(stage.profile.key, overlap=timedelta(hours=1))
    stage.world.clock.move(1)
    stage.allow()
    stage.grants.end_outdated(made)
    newer, _ = stage.grants.list_of_person(7)
    stage.grants.end_outdated(stage.world.profiles.end_overlap(stage.profile.key))
    assert stage.grants.list_of_person(7) == stage.grants.list_of_profile(stage.profile.key) == [newer]


def test_a_grant_is_over_in_its_time(stage: AppStage) -> None:
    stage.allow()
    stage.world.clock.move(days=30, seconds=-1)
    assert stage.grants.list_of_person(7)
    stage.world.clock.move(1)
    assert not stage.grants.list_of_person(7)


def test_store_calls_of_a_consent(stage: AppStage) -> None:
    txn = stage.ask()
    stage.world.asked()
    stage.allow(txn)
    assert [name for name, *_ in stage.world.asked()] == ["get", "get", "get", "query", "transact"]
