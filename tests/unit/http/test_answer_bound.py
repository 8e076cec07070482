"""An answer that Lambda would not pass on is replaced, whatever its characters are, and no smaller one is touched."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp

from affino_mcp.http.answer_bound import MAX_ANSWER_BYTES, bound_answer
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from tests.world import World

CHARACTERS = {"plain": "a", "quotation marks": '"', "control": "\x01", "emoji": "\U0001f600"}


def size_of(answer: dict[str, Any]) -> int:
    return len(json.dumps(answer, ensure_ascii=False).encode())


def answer_with(character: str, bytes_over: int) -> dict[str, Any]:
    """An answer of so many bytes above the limit, or below it, made of one character as far as it goes."""
    empty = {"statusCode": 200, "headers": {}, "body": "", "isBase64Encoded": False}
    room, each = MAX_ANSWER_BYTES + bytes_over - size_of(empty), size_of({"a": character}) - size_of({"a": ""})
    return empty | {"body": character * (room // each) + "a" * (room % each)}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS.keys())
def test_the_bound_is_lambdas_to_the_byte(character: str) -> None:
    event = {"requestContext": {"requestId": "req-1"}}
    fits, over = answer_with(character, 0), answer_with(character, 1)
    assert (size_of(fits), size_of(over)) == (MAX_ANSWER_BYTES, MAX_ANSWER_BYTES + 1)
    assert bound_answer(fits, event) is fits
    told = bound_answer(over, event)
    assert told["statusCode"] == 500
    error = json.loads(told["body"])["error"]
    assert (error["type"], error["data"]["request_id"]) == ("outcome_unknown", "req-1")
    assert "too large" in error["message"]


@pytest.mark.parametrize("media_type", ["text/html", "image/png"])
def test_a_function_answers_in_our_words(media_type: str, caplog: pytest.LogCaptureFixture) -> None:
    app: ASGIApp = Response(b'"' * 5_000_000, media_type=media_type)
    world = World()
    with closing(AsgiLambdaHandler(app, "live")) as handler:
        answer = handler(world.make_event(None, {}, path="/control/logs", method="GET"), None)
    assert answer["statusCode"] == 500
    assert answer["multiValueHeaders"]["content-type"] == ["application/json"]
    assert size_of(answer) < 1000
    (line,) = [vars(record) for record in caplog.records if record.message == "answer too large"]
    assert line["bytes"] > MAX_ANSWER_BYTES
