"""What a caller hears of each error that the instance behind a service can answer: what is true, and who can change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.errors import AffinoError, Refusal
from affino_mcp.gate.signed_gate import TokenMissing
from affino_mcp.http.affino_codes import affino_code
from affino_mcp.instance_errors import InstanceBusy, InstanceFailed, KeyRefusedThere, find_credentials_refusal
from affino_mcp.tool_errors import ToolError
from tests.remote.hostile import forged
from tests.remote.stage import RemoteStage
from tests.unit.test_docs import every
from tests.world import EVERYTHING, Response, WorldClient

Call = tuple[str, dict[str, Any]]
THERE = "operator of that instance"
OF_INSTANCE = "operator of the Affino instance behind this service"
BUSY, FAILED, KEY = (503, "instance_busy", "takes no more"), (503, "instance_failed", "can be used"), "taken over again"
CALLERS = "the instance's own words"
HEARD: dict[str, tuple[int, str, str]] = {
    # the session and the person
    "session_expired": (401, "session_expired", "log in"),
    "session_unknown": (401, "session_unknown", "log in"),
    "no_token": (401, "session_unknown", "log in"),
    "person_disabled": (401, "person_disabled", THERE),
    # the profile there
    "profile_disabled": (403, "profile_disabled", THERE),
    "profile_expired": (403, "profile_expired", THERE),
    "rest_off": (403, "rest_off", THERE),
    "not_allowed": (403, "not_allowed", THERE),
    # the signature, which is this service's own
    "no_key": (503, "instance_failed", KEY),
    "bad_signature": (503, "instance_failed", KEY),
    "authentication_error": (503, "instance_failed", KEY),
    "replayed": FAILED,
    # the instance itself
    "rate_limited": BUSY,
    "too_many_failures": BUSY,
    "unavailable": FAILED,
    "instance_busy": FAILED,
    "instance_failed": FAILED,
    # the request that this service put together
    "bad_request": FAILED,
    "path_not_found": FAILED,
    "method_not_allowed": FAILED,
    "not_acceptable": FAILED,
    "unsupported_content": FAILED,
    "origin_refused": FAILED,
    "body_too_large": (413, "body_too_large", "Send less"),
    # what the caller asked for
    "validation_error": (200, "validation_error", CALLERS),
    "not_found": (200, "not_found", CALLERS),
    "conflict": (200, "conflict", CALLERS),
    "invalid_state": (200, "invalid_state", CALLERS),
    "too_large": (200, "too_large", CALLERS),
    "unsupported_media": (200, "unsupported_media", CALLERS),
    "not_offered": (200, "not_offered", CALLERS),
    "permission_denied": (200, "permission_denied", OF_INSTANCE),
    "tool_disabled": (200, "tool_disabled", OF_INSTANCE),
    "storage_full": (200, "storage_full", OF_INSTANCE),
}
ELSEWHERE = {
    "error": "no error of its own",
    "former_secret": "told as bad_signature",
    "not_connectable": "the REST API takes no connection tokens",
    "insufficient_scope": "the REST API takes no apps",
    "not_confirmed": "the REST API asks in no form",
    "confirmation_required": "tests/flow/test_confirmation_elsewhere.py",
    "outcome_unknown": "the instance is asked: tests/flow/test_hostile_instance.py",
    "attribution_mismatch": "the instance is asked: tests/flow/test_hostile_instance.py",
    "unexpected": "the instance is asked: tests/flow/test_hostile_instance.py",
}
READ: Call = ("list_accounts", {})
WRITE: Call = ("create_account", {"Name": "Orbital"})
UPLOAD: Call = ("attach_media_file", {"MediaFileItemCode": 1, "FileName": "a.png", "ContentBase64": "aGk="})
CALLS = {"conflict": [WRITE], "invalid_state": [UPLOAD], "too_large": [UPLOAD], "unsupported_media": [UPLOAD]}
"""Calls of tools that declare the error; elsewhere a read and a write."""
CASES = [(kind, call) for kind in HEARD for call in CALLS.get(kind, [READ, WRITE])]
ERRORS: dict[str, Any] = {each.type: each for root in (Refusal, ToolError) for each in reversed([*every(root)])}
"""The errors by their types; of one type the one that is nearest the root."""
assert TokenMissing.type in ERRORS


@pytest.fixture
def stage() -> Iterator[RemoteStage]:
    made = RemoteStage()
    yield made
    made.handler.close()


def answer_of(kind: str, **details: str) -> tuple[int, bytes]:
    """The status and the body with which the instance's REST API answers an error of this type."""
    told = {"denied_by": "profile", "who_can_fix": "operator", "next": "Ask the operator, who sees nothing wrong."}
    error = {
        "code": affino_code(ERRORS[kind].__new__(ERRORS[kind])),
        "type": kind,
        "message": "Their words.",
        "details": told | details,
    }
    return ERRORS[kind].status, json.dumps({"error": error}).encode()


def told(answer: Response) -> tuple[str, str]:
    """The type of the error, and its text with the next step."""
    if answer.status == 200:
        error = answer.error
        return error["type"], f"{error['message']} {error['details'].get('next', '')}"
    data: dict[str, Any] = answer.document["error"]["data"]
    return data["type"], f"{answer.document['error']['message']} {data['next']}"


@pytest.mark.parametrize(("kind", "call"), CASES, ids=[f"{kind} {call[0]}" for kind, call in CASES])
def test_the_caller_hears_what_is_true_and_who_can_change_it(stage: RemoteStage, kind: str, call: Call) -> None:
    status, type_, words = HEARD[kind]
    stage.way.only, stage.way.after = "/v2/", forged(*answer_of(kind))
    answer = stage.client.call_tool(call[0], **call[1])
    found, text = told(answer)
    assert (answer.status, found) == (status, type_)
    if words == CALLERS:
        assert text == "Their words. Ask the operator, who sees nothing wrong."
    else:
        assert words in text
        assert "who sees nothing wrong" not in text


def test_every_error_of_an_instance_is_in_the_table() -> None:
    assert set(HEARD) | set(ELSEWHERE) == set(ERRORS)
    assert not set(HEARD) & set(ELSEWHERE)


def test_the_network_of_this_service_is_named_as_the_reason(stage: RemoteStage) -> None:
    stage.way.after = forged(*answer_of("not_allowed", denied_by="network"))
    assert "the network of this service" in told(stage.client.call_tool("list_accounts"))[1]


def test_a_profile_that_is_not_open_to_the_rest_api_there(stage: RemoteStage) -> None:
    closed = stage.world.profiles.create("closed", EVERYTHING, 6000, rest=False)
    client = WorldClient(stage.world, stage.handler, stage.world.log_in(closed, stage.person))
    answer = client.call_tool("list_accounts")
    assert (answer.status, answer.document["error"]["data"]["type"]) == (403, "rest_off")
    assert answer.document["error"]["data"]["denied_by"] == "instance"


OFFERS = [name for name in HEARD if HEARD[name][2] in (THERE, KEY, "log in")]


@pytest.mark.parametrize("kind", OFFERS)
def test_the_first_call_hears_it_too(stage: RemoteStage, kind: str) -> None:
    """Before any call, the instance is asked for what it offers."""
    stage.way.only = "/v2"
    handler = stage.world.new_handler()
    stage.way.after = forged(*answer_of(kind))
    answer = replace(stage.client, handler=handler).call_tool("list_accounts")
    handler.close()
    status, type_, words = HEARD[kind]
    assert (answer.status, told(answer)[0]) == (status, type_)
    assert words in told(answer)[1]


@pytest.mark.parametrize(
    "error", [None, "no", {}, {"type": 7}, {"type": "of_another_system"}, {"type": ["rest_off"], "details": 7}], ids=str
)
def test_what_is_no_error_of_ours_says_nothing(error: Any) -> None:
    assert find_credentials_refusal(error) is None


def test_the_texts_have_no_gaps() -> None:
    """A wait stands only in the texts of those that have one."""
    for made in (InstanceBusy(retry_after=7), InstanceFailed(retry_after=7), KeyRefusedThere(retry_after=7)):
        assert isinstance(made, AffinoError)
        assert "{" not in made.message + made.next_step


def test_a_step_that_names_others_at_the_instance_is_passed_on(stage: RemoteStage) -> None:
    step = "Tell the person; a moderator of the forum can approve it."
    stage.way.only, stage.way.after = "/v2/", forged(*answer_of("permission_denied", next=step))
    assert stage.client.call_tool("list_accounts").error["details"]["next"] == step
