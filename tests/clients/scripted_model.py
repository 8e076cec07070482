"""A server on loopback in place of the Messages API, whose model follows a script.

With it a real agent program runs its whole loop (connect, offer the tools to the model, call one, hand the result back)
without a login, a network or a model.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.clients.loopback import serving

Results = list[dict[str, Any]]
Step = Callable[[Results], tuple[str, dict[str, Any]]]
"""Takes the results so far; gives the next tool and its arguments."""


@dataclass
class ScriptedModel:
    """The ASGI application: takes the steps one by one, then ends the turn. `offered` holds the tools that it was offered."""

    script: Sequence[Step]
    offered: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of the agent."""
        request = Request(scope, receive)
        body = await request.body()
        response: Response = JSONResponse({}, status_code=404)
        if request.url.path == "/v1/messages":
            response = Response(self._turn(json.loads(body)), media_type="text/event-stream")
        await response(scope, receive, send)

    def _turn(self, asked: dict[str, Any]) -> str:
        self.offered |= {tool["name"] for tool in asked.get("tools", [])}
        results = _results(asked["messages"])
        if len(results) < len(self.script) and asked.get("tools"):
            tool, arguments = self.script[len(results)](results)
            use = {"type": "tool_use", "id": f"toolu_{len(results)}", "name": tool, "input": {}}
            words = {"type": "input_json_delta", "partial_json": json.dumps(arguments)}
            return _message(asked["model"], use, words, "tool_use")
        text = {"type": "text_delta", "text": "Done."}
        return _message(asked["model"], {"type": "text", "text": ""}, text, "end_turn")


@contextmanager
def scripted_model(script: Sequence[Step]) -> Iterator[tuple[str, ScriptedModel]]:
    """Serves a model that follows `script` during the body; gives its origin and the model. An empty script calls no tool."""
    model = ScriptedModel(script)
    with serving(model) as origin:
        yield origin, model


def _results(messages: list[dict[str, Any]]) -> Results:
    blocks = [block for message in messages if isinstance(message["content"], list) for block in message["content"]]
    return [_parsed(block["content"]) for block in blocks if block["type"] == "tool_result"]


def _parsed(content: Any) -> dict[str, Any]:
    text = content if isinstance(content, str) else content[0]["text"]
    try:
        parsed = json.loads(text)
    except ValueError:
        return {"text": text}
    return parsed if isinstance(parsed, dict) else {"text": text}


def _message(model: str, block: Mapping[str, Any], delta: Mapping[str, Any], stop: str) -> str:
    usage = {"input_tokens": 1, "output_tokens": 1}
    start = {"id": "msg_scripted", "type": "message", "role": "assistant", "model": model, "content": []}
    ended = {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 1}}
    return "".join(
        [
            _event("message_start", {"message": {**start, "stop_reason": None, "usage": usage}}),
            _event("content_block_start", {"index": 0, "content_block": block}),
            _event("content_block_delta", {"index": 0, "delta": delta}),
            _event("content_block_stop", {"index": 0}),
            _event("message_delta", ended),
            _event("message_stop", {}),
        ]
    )


def _event(name: str, data: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"
