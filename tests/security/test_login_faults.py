"""Every store call of every login call fails in every way: what is said is true, nobody is blamed, a repeat as told works.

The faults are those of `StoreFault`; of reads, `before`, `lost` and `vanished` are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest

from affino_mcp.login_edge.answer import OUTCOME_UNKNOWN, UNAVAILABLE
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.testing.faulty_database import StoreFault
from tests.security.figures import Figures
from tests.security.login_calls import CALLS, LoginCall, refresh
from tests.security.login_stage import Answer, LoginStage
from tests.unit.login_edge.desk import content

DONE, UNAVAILABLE_TOLD, UNKNOWN_TOLD = "done", "unavailable", "outcome unknown"


NOT_DONE: Final = (UNAVAILABLE.message, "cannot reach its storage", "Not done: the API Log cannot be written.")
READ_FAULTS: Final = {StoreFault.BEFORE, StoreFault.RESEND}
UNANSWERED: Final = {StoreFault.LOST, StoreFault.VANISHED}
TRIALS: Final = [
    pytest.param(call, number, fault, id=f"{name}, {number} {method}, {fault}")
    for name, call in CALLS.items()
    for number, method in enumerate(call.store.split())
    for fault in StoreFault
    if fault in READ_FAULTS or not method.startswith(("get", "query"))
]
OUTAGES: Final = [trial for trial in TRIALS if trial.values[2] in UNANSWERED | {StoreFault.BEFORE}]


@pytest.fixture
def stage() -> Iterator[LoginStage]:
    """The login function."""
    stage = LoginStage()
    yield stage
    stage.close()


def told(answer: Answer) -> str:
    """What an answer says became of the call."""
    if answer.status != 503:
        return DONE
    assert answer.headers.get("retry-after", "1") in {"1", "30"}
    if any(words in answer.text for words in ("may have been carried out", "may have been done", "did not confirm")):
        assert "Nothing was changed" not in answer.text
        return UNKNOWN_TOLD
    assert any(
        words in answer.text
        for words in (UNAVAILABLE.message, "cannot reach its storage", "Not done: the API Log cannot be written.")
    )
    return UNAVAILABLE_TOLD


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_store_calls(stage: LoginStage, call: LoginCall) -> None:
    send = call.prepare(stage)
    event = send()
    stage.db.arm({})
    assert stage.send(event).status == call.status
    assert " ".join(method for method, _ in stage.db.calls) == call.store
    assert (len(stage.world.sessions.list_sessions(7)), stage.failures()) == (call.live, [])


@pytest.mark.parametrize(("call", "number", "fault"), TRIALS)
def test_one_fault(stage: LoginStage, call: LoginCall, number: int, fault: StoreFault, figures: Figures) -> None:
    send = call.prepare(stage)
    event, before = send(), stage.state()
    stage.db.arm({number: fault})
    answer = stage.send(event)
    outcome, after = told(answer), stage.state()
    stage.db.arm({})
    assert stage.failures() == [], "nobody is blamed"
    if fault in {StoreFault.RESEND, StoreFault.CONDITION}:
        assert outcome == DONE
    if outcome == UNAVAILABLE_TOLD and UNAVAILABLE.message in answer.text:
        assert after == before, "nothing was changed"
    if outcome == UNKNOWN_TOLD:
        assert fault in UNANSWERED
        assert UNAVAILABLE.message not in answer.text
    again = stage.send(event)
    if outcome != DONE:
        assert again.status == call.status, "the same request is sent again, as told"
    elif "signature" in event["headers"]:
        assert (again.status, "-103" in again.text) == (401, True), "what was carried out is not replayed"
    last = again if outcome != DONE else answer
    assert last.status == call.status
    live, surplus = len(stage.world.sessions.list_sessions(7)), int(call.opens and after != before)
    assert call.live <= live <= call.live + (surplus if "signature" in event["headers"] else surplus + 1)
    if last.text.startswith('{"AccessToken"'):
        assert stage.is_live(last.tokens[0])
    assert stage.failures() == []
    figures.record("faults at the login", tried=1, of=len(TRIALS))


@pytest.mark.parametrize(("call", "number", "fault"), OUTAGES)
def test_an_outage(stage: LoginStage, call: LoginCall, number: int, fault: StoreFault) -> None:
    """Every call from one on fails; after it a newly signed request works, and the same one works or is told the truth."""
    send = call.prepare(stage)
    event, before = send(), stage.state()
    stage.db.arm({number: fault}, lasting=True)
    answer = stage.send(event)
    outcome, after = told(answer), stage.state()
    stage.db.arm({})
    if outcome == UNAVAILABLE_TOLD and UNAVAILABLE.message in answer.text:
        assert after == before
    assert outcome != UNKNOWN_TOLD or fault in UNANSWERED
    same = stage.send(event)
    assert same.status == call.status or (same.status, "Sign a new request" in same.text) == (401, True)
    assert stage.send(send()).status == call.status
    assert stage.failures() == []


REFRESH_FAULTS: Final = [trial for trial in TRIALS if trial.values[0] is CALLS["refresh"]]


@pytest.mark.parametrize(("call", "number", "fault"), REFRESH_FAULTS)
def test_a_refresh_gives_one_pair_whatever_was_lost(
    stage: LoginStage, call: LoginCall, number: int, fault: StoreFault
) -> None:
    send = call.prepare(stage)
    stage.db.arm({number: fault})
    answers = [stage.send(send()) for _ in range(3)]
    pairs = {answer.tokens for answer in answers if answer.status == 200}
    assert [answer.status for answer in answers[1:]] == [200, 200]
    assert len(pairs) == 1
    assert len(stage.world.sessions.list_sessions(7)) == 1


WRONG: Final = "get put get_many update get get get update update update update update update"
WRONG_FAULTS: Final = [
    pytest.param(number, fault, id=f"{number} {method}, {fault}")
    for number, method in enumerate(WRONG.split())
    for fault in StoreFault
    if fault in READ_FAULTS or not method.startswith("get")
]


@pytest.mark.parametrize(("number", "fault"), WRONG_FAULTS)
def test_a_wrong_password_counts_once(stage: LoginStage, number: int, fault: StoreFault) -> None:
    """A resend of a counter counts nothing, and a fault that is answered 503 counts nobody."""
    event = stage.signed("POST", "login", content(password="wrong horse"))
    stage.db.arm({number: fault})
    answer = stage.send(event)
    if told(answer) != DONE:
        assert stage.failures() == []
        assert stage.send(event).status == 401
    elif stage.db.calls[number][0] != "get_many" and fault is not StoreFault.BEFORE:
        assert stage.failures() == [1] * 5
    assert set(stage.failures()) <= {1}, "of a guard that is down, less may be counted, never more"


def test_an_unknown_outcome_is_told_and_logged(stage: LoginStage, caplog: pytest.LogCaptureFixture) -> None:
    send = refresh(stage)
    stage.db.arm({5: StoreFault.LOST})
    answer = stage.send(send())
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert OUTCOME_UNKNOWN.message in answer.text
    assert vars(caplog.records[-1])["result"] == "outcome_unknown"


LOGGED: Final = {"hub end one session", "hub log out everywhere", "hub connect"}
"""What people do at the Hub has a row, by which the function finds out itself that it was not done."""
LATE: Final = [name for name, call in CALLS.items() if "transact" in call.store and name != "hub relogin"]


@pytest.mark.parametrize("name", LATE)
def test_a_write_that_arrives_after_its_repeat_changes_nothing_more(stage: LoginStage, name: str) -> None:
    """But for a login, whose session nobody knows, and for another epoch of a person who is logged out everywhere."""
    call = CALLS[name]
    send = call.prepare(stage)
    event = send()
    stage.db.arm({call.store.split().index("transact"): StoreFault.VANISHED})
    assert told(stage.send(event)) == (UNAVAILABLE_TOLD if name in LOGGED else UNKNOWN_TOLD)
    stage.db.arm({})
    assert stage.send(event).status == call.status
    repeated = stage.state()
    ((operations, token),) = stage.db.vanished
    with suppress(TransactionFailed):
        stage.world.memory.transact(operations, token)
    late = [row for row in stage.state() if row not in repeated]
    assert call.opens or {row["pk"] for row in late} <= {"PERSON#7"}
    assert len(stage.world.sessions.list_sessions(7)) <= call.live + int(call.opens)
