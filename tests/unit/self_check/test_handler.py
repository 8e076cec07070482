"""The self-check's event: recognised, and never what API Gateway sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.deadline import seconds_left
from affino_mcp.self_check.handler import SELF_CHECK_EVENT, SelfCheckingHandler
from tests.world import World


@dataclass
class Context:
    """What Lambda gives a handler beside the event."""

    aws_request_id: str = "req-1"

    def get_remaining_time_in_millis(self) -> int:
        return 9000


def handler_of(asked: list[str]) -> SelfCheckingHandler:
    def check() -> dict[str, Any]:
        asked.append(f"check, {seconds_left():.0f} seconds left")
        return {"stores": []}

    return SelfCheckingHandler(lambda event, context: asked.append("edge"), check)


def test_the_event_is_answered_by_the_check_within_the_functions_time() -> None:
    asked: list[str] = []
    assert handler_of(asked)(dict(SELF_CHECK_EVENT), Context()) == {"stores": []}
    assert asked == ["check, 9 seconds left"]


SENT: list[tuple[str, dict[str, Any]]] = [
    ("its body", {"body": json.dumps(SELF_CHECK_EVENT)}),
    ("its query", {"queryStringParameters": SELF_CHECK_EVENT, "body": ""}),
    ("its headers", {"headers": SELF_CHECK_EVENT}),
    ("a path parameter", {"pathParameters": SELF_CHECK_EVENT}),
    ("a name beside the others", SELF_CHECK_EVENT),
]


@pytest.mark.parametrize("sent", [one[1] for one in SENT], ids=[one[0] for one in SENT])
def test_a_request_never_is_the_event(sent: dict[str, Any]) -> None:
    asked: list[str] = []
    handler_of(asked)(World().make_event(None, {}) | sent, Context())
    assert asked == ["edge"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(st.dictionaries(st.sampled_from(["affino", "body", "httpMethod", "x"]), JSON | st.just("self-check")))
def test_only_the_very_event_is_the_event(event: dict[str, Any]) -> None:
    asked: list[str] = []
    handler_of(asked)(event, Context())
    assert (asked == ["edge"]) is (event != SELF_CHECK_EVENT)
