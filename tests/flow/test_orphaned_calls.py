"""Calls to an instance elsewhere whose end nobody noted: housekeeping asks the instance, and closes their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from affino_mcp.deadline import deadline
from tests.remote.stage import RemoteStage

MAKE = {"Name": "Orbital"}
TURN_SECONDS = 120


LOST = httpx.ReadError("the connection is gone")


@pytest.fixture
def stage() -> Iterator[RemoteStage]:
    made = RemoteStage()
    yield made
    made.handler.close()


def leave_open(stage: RemoteStage, **more: str) -> None:
    """A write of which the service hears nothing more until its end, as when it is killed."""
    stage.way.only = "/v2/"
    with deadline(lambda: 3.5):
        assert stage.client.call_tool("create_account", **MAKE, **more).status == 503
    assert stage.rows() == [("begun", 202)]
    stage.way.times = 0


def settle(stage: RemoteStage, seconds: float = 31) -> list[tuple[str, int]]:
    stage.world.clock.move(seconds)
    stage.world.run_housekeeping()
    return stage.rows()


def test_what_was_carried_out_is_closed_as_done(stage: RemoteStage) -> None:
    stage.way.after = LOST
    leave_open(stage)
    assert settle(stage, 20) == [("begun", 202)], "the process may still live"
    assert settle(stage) == [("begun", 202), ("ok", 200)]
    assert settle(stage, 3600) == [("begun", 202), ("ok", 200)], "once"


def test_what_never_arrived_is_closed_as_not_done(stage: RemoteStage) -> None:
    stage.way.before = LOST
    leave_open(stage)
    assert settle(stage) == [("begun", 202), ("not_done", 503)]


def test_the_repeat_of_what_was_closed_as_not_done_makes_one(stage: RemoteStage) -> None:
    stage.way.before = LOST
    leave_open(stage, IdempotencyKey="k")
    assert settle(stage) == [("begun", 202), ("not_done", 503)]
    assert stage.client.call_tool("create_account", **MAKE, IdempotencyKey="k").result
    assert stage.names() == ["Orbital"]


def test_the_row_names_the_record(stage: RemoteStage) -> None:
    stage.way.after = LOST
    leave_open(stage)
    settle(stage)
    (row,) = [row for row in stage.world.audit_rows() if row["outcome"] == "ok" and row["method"] == "create_account"]
    assert (row["record"], row["records"]) == ("R#accounts#1", ["accounts#1"])


@pytest.mark.parametrize("first", [1, 29, 31, 60, 61, 119, 120])
def test_what_the_instance_cannot_tell_is_asked_twice_and_unknown_within_five_minutes(
    stage: RemoteStage, first: int
) -> None:
    """Turns come every two minutes, the first of them at any moment after the call was begun."""
    stage.way.after = LOST
    leave_open(stage)
    stage.way.times, stage.way.only = 1_000_000, "/requests/"
    age, before = first, len(stage.way.seen)
    rows = settle(stage, first)
    while rows == [("begun", 202)]:
        rows, age = settle(stage, TURN_SECONDS), age + TURN_SECONDS
    assert rows == [("begun", 202), ("unknown", 503)]
    assert 180 <= age <= 300
    assert len(set(stage.way.seen[before:])) == 1
    assert len(stage.way.seen[before:]) >= 2


def test_a_call_that_ended_is_closed_already_and_asks_nothing(stage: RemoteStage) -> None:
    assert stage.client.call_tool("create_account", **MAKE).result
    before = len(stage.way.seen)
    assert settle(stage) == [("begun", 202), ("ok", 200)]
    assert stage.way.seen[before:] == []


def test_no_person_learns_the_answer_by_the_question_of_housekeeping(stage: RemoteStage) -> None:
    """Without a person's token the instance says what became of the write, and not what it answered."""
    key = "0123456789"
    assert stage.client.call_tool("create_account", **MAKE, IdempotencyKey=key).result
    credentials = stage.credentials()
    with_token = stage.ask(key, credentials)
    without = stage.ask(key, replace(credentials, token=""), user_code=stage.person)
    assert (with_token["Outcome"], with_token["Answer"]["Account"]["Name"]) == ("applied", "Orbital")
    assert without == {"Outcome": "applied", "Record": "accounts#1"}
