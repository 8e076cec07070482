"""The one JSON-RPC message of a request: what the gate, the audit and a refusal need to know of it.

The MCP SDK parses the message again. This look comes first so that a refusal can echo the id, so that only tool calls
are charged, and so that no parser's own words (they quote the input) ever reach a caller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.errors import BadRequest
from affino_mcp.gate.confirmation import Form

MAX_DEPTH: Final = 64
CLIENT_INFO: Final = "io.modelcontextprotocol/clientInfo"
CAPABILITIES: Final = "io.modelcontextprotocol/clientCapabilities"
REQUEST_STATE: Final = "requestState"
INPUT_RESPONSES: Final = "inputResponses"
QUESTION: Final = "confirm"
"""The name of our one question, and of the one field of its form."""
_ACTIONS: Final = ("accept", "decline", "cancel")
CALL: Final = "tools/call"
_HALF_PAIR_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that may be half of a surrogate pair: only then are all texts looked at."""


class NotJson(BadRequest):
    """The body is not JSON: JSON-RPC's own code for it."""

    code = -32700
    text = "The request body is not valid JSON."


@dataclass(frozen=True)
class Message:
    """What could be read. `fault` says what is wrong with it, if anything; the rest is then as good as could be had."""

    id: str | int | None = None
    method: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    fault: BadRequest | None = None
    may_hold_half_pairs: bool = False

    def find_fault_inside(self) -> BadRequest | None:
        """What is wrong deeper in the message; looked for only when the caller is known, since it walks through it all."""
        for path, value in _walk(self.params):
            if len(path) > MAX_DEPTH:
                return BadRequest("The message is nested too deeply.", rule=f"at most {MAX_DEPTH} levels")
            if self.may_hold_half_pairs and not _is_unicode(value):
                where = ".".join(part for part in path if _is_unicode(part))
                return BadRequest(f"The text at '{where}' holds characters that are not valid Unicode.", argument=where)
        return None

    @property
    def is_call(self) -> bool:
        """Whether this calls a tool: only calls are charged."""
        return self.method == CALL

    @property
    def subject(self) -> str:
        """The tool's name, or the method for anything but a tool call."""
        name = self.params.get("name")
        return name if self.is_call and isinstance(name, str) and _is_unicode(name) else self.method

    def loggable_arguments(self) -> dict[str, Any]:
        """A refused tool call's arguments; empty when there are none or they could not be stored."""
        arguments = self.params.get("arguments")
        if not self.is_call or not isinstance(arguments, dict) or self.find_fault_inside():
            return {}
        return arguments

    @property
    def client(self) -> tuple[str, str]:
        """Name and version by which the client introduces itself in this message (2026-07-28, or initialize)."""
        meta = self.params.get("_meta")
        info = meta.get(CLIENT_INFO) if isinstance(meta, dict) else self.params.get("clientInfo")
        known = info if isinstance(info, dict) else {}
        return _printable_text(known.get("name")), _printable_text(known.get("version"))

    @property
    def form(self) -> Form:
        """What this message says of forms (2026-07-28): whether its client can show one, and what came back of ours."""
        shows, state = _nested_object(self.params, "_meta", CAPABILITIES, "elicitation"), self.params.get(REQUEST_STATE)
        answer = _nested_object(self.params, INPUT_RESPONSES, QUESTION) or {}
        agreed = answer.get("action") == "accept" and (_nested_object(answer, "content") or {}).get(QUESTION) is True
        return Form(
            offered=shows is not None and ("form" in shows or not shows),
            agreed=agreed if answer.get("action") in _ACTIONS else None,
            state=state if isinstance(state, str) else "",
        )


def strip_answers(body: bytes, message: Message) -> bytes:
    """The body of a tool call as the MCP server gets it: the answers to our questions are read here alone."""
    if not message.is_call or not message.params.keys() & {REQUEST_STATE, INPUT_RESPONSES}:
        return body
    document = json.loads(body)
    document["params"] = {
        name: value for name, value in message.params.items() if name not in {REQUEST_STATE, INPUT_RESPONSES}
    }
    return json.dumps(document).encode()


def read_message(body: bytes) -> Message:
    """The message in a request body. Never raises: see `Message.fault`."""
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        return Message(fault=NotJson())
    if not isinstance(document, dict):
        return Message(fault=BadRequest("Send exactly one JSON-RPC message as a JSON object; batches are not served."))
    message_id, method, params = document.get("id"), document.get("method"), document.get("params")
    return Message(
        id=message_id if _is_id(message_id) else None,
        method=method if isinstance(method, str) and _is_unicode(method) else "",
        params=params if isinstance(params, dict) else {},
        fault=_find_fault(document),
        may_hold_half_pairs=_HALF_PAIR_ESCAPE.search(body) is not None,
    )


def _nested_object(found: Any, *names: str) -> dict[str, Any] | None:
    """The object that these names lead to; None when there is none."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and _is_unicode(value)


def _find_fault(document: dict[str, Any]) -> BadRequest | None:
    if document.get("jsonrpc") != "2.0" or not isinstance(document.get("method"), str):
        return BadRequest()
    if not isinstance(document.get("params", {}), dict | None):
        return BadRequest("params must be a JSON object.")
    if "id" in document and not _is_id(document["id"]):
        return BadRequest("id must be a string or an integer.")
    return None


def _walk(params: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every object, array and text below `params` with the path of names to it; without recursion, not below MAX_DEPTH."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), params)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if len(path) > MAX_DEPTH or isinstance(value, str):
            continue
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in entries:
            if isinstance(inner, dict | list | str):
                waiting.append(((*path, str(name)), inner))
            if isinstance(name, str):
                waiting.append((path, name))


def _is_unicode(value: Any) -> bool:
    """Whether a text can be stored and sent: no half of a surrogate pair. True for anything but text."""
    if not isinstance(value, str) or value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable_text(value: Any) -> str:
    return value[:100] if isinstance(value, str) and value.isprintable() else ""
