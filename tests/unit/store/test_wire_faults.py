"""What was not sent is told from what was not answered; calls end before the deadline; given-up calls say why."""

from __future__ import annotations

import pytest

from affino_mcp.deadline import deadline, spend_reserve
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.ops import Database, Key, Query
from tests.unit.store.endpoint import AGAIN, OP, ROW, Answer, Endpoint, error

NOT_SENT = {"throttled", "throttled too", "somebody's transaction"}


@pytest.mark.parametrize(("name", "answer"), AGAIN, ids=[a[0] for a in AGAIN])
def test_what_was_not_sent_is_told_from_what_was_not_answered(
    endpoint: Endpoint, dynamo: Database, name: str, answer: Answer
) -> None:
    endpoint.answers = [answer]
    with pytest.raises(StoreUnavailable) as found:
        dynamo.put(OP)
    assert type(found.value) is (StoreUnavailable if name in NOT_SENT else Unanswered)
    with pytest.raises(StoreUnavailable) as read:
        dynamo.get("T", Key("p", "s"))
    assert type(read.value) is StoreUnavailable


LOST: Answer = (502, b"")
SETTLED: list[tuple[str, Answer, type[Exception]]] = [
    ("refused", error("AccessDeniedException"), Unanswered),
    ("throttled", error("ThrottlingException"), Unanswered),
    ("a condition", error("ConditionalCheckFailedException", Item=ROW), ConditionFailed),
]


@pytest.mark.parametrize(("answer", "expected"), [s[1:] for s in SETTLED], ids=[s[0] for s in SETTLED])
def test_a_later_answer_does_not_hide_that_the_first_never_came(
    endpoint: Endpoint, dynamo: Database, answer: Answer, expected: type[Exception]
) -> None:
    endpoint.answers = [LOST, answer]
    with pytest.raises(expected) as found:
        dynamo.put(OP)
    if isinstance(found.value, ConditionFailed):
        assert found.value.resent
    endpoint.answers = [error("ConditionalCheckFailedException", Item=ROW)]
    with pytest.raises(ConditionFailed) as first:
        dynamo.put(OP)
    assert not first.value.resent


def test_an_unanswered_transaction_is_sent_until_the_deadline(endpoint: Endpoint, dynamo: Database) -> None:
    endpoint.answers = [LOST]
    left = iter([30.0] * 9 + [2.05] * 3)
    with deadline(lambda: next(left)), pytest.raises(Unanswered):
        dynamo.transact([OP], "token")
    assert len(endpoint.asked) == 9
    assert {asked["ClientRequestToken"] for asked in endpoint.asked} == {"token"}
    endpoint.answers = [LOST, LOST, LOST, LOST, (200, {})]
    dynamo.transact([OP], "token")


def test_nothing_is_begun_that_cannot_end(endpoint: Endpoint, dynamo: Database, given_up: list[GivenUpCall]) -> None:
    endpoint.answers = [(200, {})]
    with deadline(lambda: 2.05):
        with pytest.raises(StoreUnavailable) as put:
            dynamo.put(OP)
        with pytest.raises(StoreUnavailable) as sent:
            dynamo.transact([OP], "t")
        with pytest.raises(StoreUnavailable):
            dynamo.get("T", Key("p", "s"))
        assert (put.type, sent.type) == (StoreUnavailable, StoreUnavailable)
        with spend_reserve():
            dynamo.put(OP)
    assert len(endpoint.asked) == 1
    assert [call.error for call in given_up] == ["deadline"] * 3


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_sent_again_with_its_token(
    endpoint: Endpoint, dynamo: Database, given_up: list[GivenUpCall], reason: str
) -> None:
    throttled = error("TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": reason}])
    endpoint.answers = [throttled, throttled, throttled, throttled, (200, {})]
    dynamo.transact([OP, OP], "token")
    assert {asked["ClientRequestToken"] for asked in endpoint.asked} == {"token"}
    assert (len(endpoint.asked), given_up) == (5, [])
    endpoint.answers = [throttled]
    with pytest.raises(StoreUnavailable) as found:
        dynamo.transact([OP, OP], "token")
    assert not isinstance(found.value, Unanswered)
    assert [(call.error, call.attempts) for call in given_up] == [(reason, 8)]


CAUSES: list[tuple[str, Answer, str, int, int]] = [
    ("refused", error("AccessDeniedException"), "AccessDeniedException", 400, 1),
    ("expired", error("ExpiredTokenException"), "ExpiredTokenException", 400, 1),
    ("theirs", error("InternalServerError", 500), "InternalServerError", 500, 3),
    ("no name", (503, {}), "http_503", 503, 3),
    ("no JSON", (200, b"<html>"), "not_json", 200, 3),
]


@pytest.mark.parametrize(("answer", "cause", "status", "attempts"), [c[1:] for c in CAUSES], ids=[c[0] for c in CAUSES])
def test_every_call_that_is_given_up_says_why(
    endpoint: Endpoint,
    dynamo: Database,
    given_up: list[GivenUpCall],
    answer: Answer,
    cause: str,
    status: int,
    attempts: int,
) -> None:
    endpoint.answers = [answer]
    for operation, work in (
        ("PutItem", lambda: dynamo.put(OP)),
        ("GetItem", lambda: dynamo.get("T", Key("secret", "s"))),
        ("BatchGetItem", lambda: dynamo.get_many("T", [Key("secret", "s")])),
        ("Query", lambda: dynamo.query(Query("T", "secret"))),
    ):
        given_up.clear()
        with pytest.raises(StoreUnavailable):
            work()
        (call,) = given_up
        told = (call.service, call.operation, call.place, call.error, call.status, call.attempts)
        assert told == ("dynamodb", operation, "T", cause, status, attempts)
        assert "secret" not in str(call)
