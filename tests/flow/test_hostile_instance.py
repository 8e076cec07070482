"""A service in front of an instance that is slow, broken or hostile: what the caller sees, what the log says, what happened."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from affino_mcp.deadline import deadline
from affino_mcp.instance.remote.exchange import MAX_ANSWER_BYTES
from tests.remote.hostile import Forge, SlowBody, acting_as, forged, with_texts_for_codes
from tests.remote.stage import RemoteStage
from tests.world import Response

LOST = httpx.ReadError("the connection is gone")
NO_WAY = httpx.ConnectError("nobody listens")
MAKE = {"Name": "Orbital"}
FAULT = forged(500, b'{"error": {"code": "-1", "type": "unexpected", "message": "A fault"}}')
CUT: list[Forge | Exception] = [LOST, forged(500), forged(200, b"{")]


@pytest.fixture
def stage() -> Iterator[RemoteStage]:
    made = RemoteStage()
    yield made
    made.handler.close()


def error_type(answer: Response) -> str:
    if answer.status != 200:
        found: dict[str, Any] = answer.document["error"]
        return str(found.get("type") or found["data"]["type"])
    return str(answer.error["type"])


def refusal(kind: str) -> bytes:
    """What the REST API answers: one code for whatever is not allowed, and the type that says what it is."""
    return json.dumps({"error": {"code": "-110", "type": kind, "message": "No.", "details": {}}}).encode()


READS = [
    pytest.param(forged(500), "instance_failed", 503, id="500 and nothing else"),
    pytest.param(forged(200, b"<html>Log in</html>"), "instance_failed", 503, id="a page"),
    pytest.param(forged(200), "instance_failed", 503, id="an empty body"),
    pytest.param(forged(200, b"[1, 2]"), "instance_failed", 503, id="a list for an object"),
    pytest.param(forged(200, b'{"Items": "many"}'), "instance_failed", 503, id="a text for rows"),
    pytest.param(forged(200, b'{"Items": [' + b"[" * 5000), "instance_failed", 503, id="too deep to be read"),
    pytest.param(forged(302, location="https://elsewhere.example"), "instance_failed", 503, id="sent elsewhere"),
    pytest.param(forged(200, b" " * (MAX_ANSWER_BYTES + 1)), "instance_failed", 503, id="one byte over 6 MB"),
    pytest.param(forged(429, b"{}", **{"Retry-After": "7"}), "instance_busy", 503, id="its limit is reached"),
    pytest.param(
        forged(401, b'{"error": {"code": -106, "message": "Expired"}}'), "session_expired", 401, id="an expired token"
    ),
    pytest.param(
        forged(401, b'{"error": {"code": "-102", "message": "Signature"}}'), "instance_failed", 503, id="our signature"
    ),
    pytest.param(forged(403, refusal("profile_disabled")), "profile_disabled", 403, id="the profile is off there"),
    pytest.param(forged(403, refusal("profile_expired")), "profile_expired", 403, id="its last day there is over"),
    pytest.param(forged(403, refusal("permission_denied")), "permission_denied", 200, id="the person may not"),
    pytest.param(acting_as("99"), "instance_failed", 503, id="read as somebody else"),
]


@pytest.mark.parametrize(("forge", "kind", "status"), READS)
def test_a_read_says_what_is_wrong(stage: RemoteStage, forge: Forge, kind: str, status: int) -> None:
    stage.way.after = forge
    answer = stage.client.call_tool("list_accounts")
    assert (answer.status, error_type(answer)) == (status, kind)
    assert stage.rows("list_accounts")[-1] == (("refused", status) if status != 200 else ("error", 403))


def test_the_instances_wait_is_passed_on(stage: RemoteStage) -> None:
    stage.way.after = forged(429, b"", **{"Retry-After": "7"})
    answer = stage.client.call_tool("create_account", **MAKE)
    assert (answer.status, answer.headers["retry-after"], error_type(answer)) == (503, "7", "instance_busy")
    assert stage.rows() == [("begun", 202), ("refused", 503)]


def test_a_read_is_sent_once_more_on_a_broken_connection(stage: RemoteStage) -> None:
    stage.way.before, stage.way.times = LOST, 1
    assert stage.client.call_tool("list_accounts").result["Items"] == []
    assert stage.way.seen.count("GET /rest/demo/v2/accounts") == 2


def test_codes_as_texts_become_numbers_and_unknown_attributes_are_passed_on(stage: RemoteStage) -> None:
    stage.way.after, stage.way.times = with_texts_for_codes, 0
    code = stage.client.call_tool("create_account", **MAKE).result["Account"]["AccountCode"]
    stage.way.times = 1
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call"}
    asked = {**body, "params": {"name": "get_account", "arguments": {"AccountCode": code}}}
    answer = stage.handler(stage.world.make_event(asked, stage.client.headers), None)
    found = json.loads(answer["body"])["result"]["structuredContent"]["Account"]
    assert (found["AccountCode"], found["Zodiac"]) == (code, "Lion")


WRITES = [
    pytest.param(NO_WAY, None, "instance_failed", [], ("refused", 503), id="nobody listens"),
    pytest.param(LOST, None, "instance_failed", [], ("refused", 503), id="cut before the effect"),
    pytest.param(None, LOST, "", ["Orbital"], ("ok", 200), id="cut after the effect"),
    pytest.param(None, forged(500), "", ["Orbital"], ("ok", 200), id="500 and nothing else"),
    pytest.param(None, FAULT, "", ["Orbital"], ("ok", 200), id="a fault after the effect"),
    pytest.param(None, forged(200, b"<html>"), "", ["Orbital"], ("ok", 200), id="a page"),
    pytest.param(None, forged(302, location="/"), "", ["Orbital"], ("ok", 200), id="sent elsewhere"),
    pytest.param(None, forged(200), "", ["Orbital"], ("ok", 200), id="an empty body"),
    pytest.param(None, forged(200, b" " * (MAX_ANSWER_BYTES + 1)), "", ["Orbital"], ("ok", 200), id="over 6 MB"),
    pytest.param(None, acting_as("99"), "attribution_mismatch", ["Orbital"], ("error", 502), id="somebody else"),
    pytest.param(None, acting_as(""), "attribution_mismatch", ["Orbital"], ("error", 502), id="nobody"),
    pytest.param(None, httpx.ReadTimeout("slow"), "", ["Orbital"], ("ok", 200), id="slow after the effect"),
]


@pytest.mark.parametrize(("before", "after", "kind", "made", "row"), WRITES)
def test_a_write_is_told_as_it_is(
    stage: RemoteStage,
    before: Exception | None,
    after: Forge | Exception | None,
    kind: str,
    made: list[str],
    row: tuple[str, int],
) -> None:
    stage.way.before, stage.way.after = before, after
    answer = stage.client.call_tool("create_account", **MAKE)
    if kind:
        assert error_type(answer) == kind
    else:
        assert answer.result["Account"]["Name"] == "Orbital"
    assert stage.rows() == [("begun", 202), row]
    assert stage.names() == made


def test_what_nobody_can_tell_is_not_told_and_the_repeat_makes_one(stage: RemoteStage) -> None:
    stage.way.only, stage.way.after = "/v2/", LOST
    with deadline(lambda: 3.5):
        answer = stage.client.call_tool("create_account", **MAKE)
    assert (answer.status, error_type(answer)) == (503, "outcome_unknown")
    assert stage.rows() == [("begun", 202)]
    stage.way.times = 0
    again = stage.client.call_tool("create_account", **MAKE, **answer.document["error"]["data"]["repeat_with"])
    assert "REPLAYED" in [warning["Code"] for warning in again.result["Warnings"]]
    assert stage.names() == ["Orbital"]


def test_what_never_came_is_made_by_the_same_call_with_its_own_key(stage: RemoteStage) -> None:
    stage.way.before, stage.way.times = LOST, 1
    keyed = {**MAKE, "IdempotencyKey": "k"}
    assert error_type(stage.client.call_tool("create_account", **keyed)) == "instance_failed"
    assert stage.client.call_tool("create_account", **keyed).result["Account"]["Name"] == "Orbital"
    assert stage.names() == ["Orbital"]


def test_the_answer_of_another_call_with_the_same_key_is_not_given(stage: RemoteStage) -> None:
    assert stage.client.call_tool("create_account", **MAKE, IdempotencyKey="k").result
    stage.way.after, stage.way.times = LOST, 1
    other = {"Name": "Another", "IdempotencyKey": "k"}
    assert error_type(stage.client.call_tool("create_account", **other)) == "instance_failed"
    assert stage.rows()[2:] == [("begun", 202), ("refused", 503)]
    assert error_type(stage.client.call_tool("create_account", **other)) == "conflict"
    assert stage.names() == ["Orbital"]


def test_an_answer_given_again_is_no_change_in_the_log(stage: RemoteStage) -> None:
    for _ in range(2):
        assert stage.client.call_tool("create_account", **MAKE, IdempotencyKey="k").result
    ended = [row for row in stage.world.audit_rows() if row["method"] == "create_account"]
    assert sorted((row["result"], row["records"]) for row in ended) == [
        ("account 1 created", ["accounts#1"]),
        ("nothing changed", []),
    ]


def test_a_budget_that_cannot_be_taken_hides_no_change(stage: RemoteStage) -> None:
    world = stage.world

    def close_gate(answer: httpx.Response) -> httpx.Response:
        world.own.broken = {(deed, world.settings.gate_table) for deed in ("get", "put", "update", "transact")}
        return answer

    stage.way.after, stage.way.times = close_gate, 1
    answer = stage.client.call_tool("create_accounts", Items=[{"Name": "One"}, {"Name": "Two"}])
    world.own.broken = set()
    assert answer.result["Totals"] == {"asked": 2, "done": 2}
    assert set(stage.rows("create_accounts")) == {("begun", 202), ("ok", 200)}


def test_warnings_of_any_form_do_not_hide_a_change(stage: RemoteStage) -> None:
    told = {"Account": {"AccountCode": 1, "Name": "Orbital"}, "Warnings": [{"Code": "X", "Argument": [1]}, 7]}
    stage.way.after, stage.way.times = forged(200, json.dumps(told).encode(), ActedAs=str(stage.person)), 1
    assert stage.client.call_tool("create_account", **MAKE).result["Warnings"] == []
    assert stage.rows() == [("begun", 202), ("ok", 200)]


def test_an_endless_body_ends_with_the_deadline(stage: RemoteStage) -> None:
    left = [20.0]

    def tick() -> None:
        left[0] -= 1

    stage.way.after = lambda _: httpx.Response(200, stream=SlowBody(tick))
    with deadline(lambda: left[0]):
        answer = stage.client.call_tool("list_accounts")
    assert (answer.status, error_type(answer)) == (503, "instance_failed")


def test_a_forged_attribution_stops_the_profiles_writes_until_an_operator_looks(stage: RemoteStage) -> None:
    stage.way.after, stage.way.times = acting_as("99"), 1
    assert error_type(stage.client.call_tool("create_account", **MAKE)) == "attribution_mismatch"
    stopped = stage.client.call_tool("create_account", Name="Second")
    assert "makes no changes for now" in stopped.error["message"]
    assert stage.client.call_tool("list_accounts").result["Items"], "it still reads"
    stage.world.profiles.enable(stage.profile.key)
    assert stage.client.call_tool("create_account", Name="Third").result["Account"]["Name"] == "Third"
    assert stage.names() == ["Orbital", "Third"]


def test_200_writes_whose_answers_are_cut_anywhere_are_each_made_once(stage: RemoteStage) -> None:
    drawn = random.Random(19)
    for number in range(200):
        name = f"Account {number:03d}"
        stage.way.before = stage.way.after = None
        if drawn.random() < 0.5:
            stage.way.before = drawn.choice([LOST, NO_WAY])
        else:
            stage.way.after = drawn.choice(CUT)
        stage.way.times, answer = 1, stage.client.call_tool("create_account", Name=name)
        if answer.status != 200:
            stage.way.times = 0
            assert error_type(answer) == "instance_failed"
            assert stage.client.call_tool("create_account", Name=name).result
    made = [row["record"] for row in stage.world.audit_rows() if row["outcome"] == "ok" and row["record"]]
    assert len(set(made)) == len(made) == 200
