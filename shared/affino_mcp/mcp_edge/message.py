"""The one JSON-RPC message of a request: the parts that the gate, the audit row and a refusal need.

The MCP SDK parses the message again. This first parsing lets a refusal echo the id, lets the gate charge tool calls
alone, and keeps a parser's own error texts, which quote the input, from every caller.
"""

from __future__ import annotations

import json
from dataclasses import field
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.doors import read_object
from affino_mcp.catalogue.tool_view import read_carried_text
from affino_mcp.errors import BadRequest
from affino_mcp.gate.confirmation import ConfirmationForm
from affino_mcp.http.json_bounds import HALF_PAIR_ESCAPE, find_excess, has_too_many_parts, is_unicode, too_many_parts
from affino_mcp.mcp_edge.message_bounds import find_wrong_shape, guess_id
from affino_mcp.value_class import value_class

CLIENT_INFO: Final = "io.modelcontextprotocol/clientInfo"
CAPABILITIES: Final = "io.modelcontextprotocol/clientCapabilities"
REQUEST_STATE: Final = "requestState"
INPUT_RESPONSES: Final = "inputResponses"
QUESTION: Final = "confirm"
"""The name of the only question that tools ask, and of the only field of its form."""
_ACTIONS: Final = ("accept", "decline", "cancel")
CALL: Final = "tools/call"
_MEMBERS: Final = frozenset({"jsonrpc", "id", "method", "params"})


class NotJson(BadRequest):
    """The body is not JSON; the code is JSON-RPC's own."""

    code = -32700
    text = "The request body is not valid JSON."


@value_class
class JsonRpcMessage:
    """A message as far as it could be parsed. `fault` is what is wrong with it, if anything; other fields may then be empty."""

    id: str | int | None = None
    method: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    fault: BadRequest | None = None
    may_hold_half_pairs: bool = False
    is_notification: bool = False
    has_members_of_protocol: bool = True
    """False when the message has another member than JSON-RPC's four of a request."""

    @cached_property
    def any_fault(self) -> BadRequest | None:
        """What is wrong with the message or inside its parameters; None when it can be carried out."""
        outer = self.fault or find_excess(self.params, may_hold_half_pairs=self.may_hold_half_pairs)
        return outer or self._find_carried_excess()

    def _find_carried_excess(self) -> BadRequest | None:
        """What is out of bounds in the JSON text in which a call carries another tool's arguments."""
        arguments = self.params.get("arguments")
        text = read_carried_text(self.subject, arguments) if self.is_call and isinstance(arguments, dict) else ""
        if not text:
            return None
        if has_too_many_parts(text.encode()):
            return too_many_parts()
        return find_excess(read_object(text) or {}, may_hold_half_pairs=True)

    @property
    def is_call(self) -> bool:
        """True for a tool call, sound or not."""
        return self.method == CALL

    @property
    def is_charged(self) -> bool:
        """True for a sound tool call; the rate limit counts nothing else."""
        return self.is_call and self.any_fault is None

    @property
    def subject(self) -> str:
        """The tool's name of a tool call, else the JSON-RPC method."""
        name = self.params.get("name")
        return name if self.is_call and isinstance(name, str) and is_unicode(name) else self.method

    def loggable_arguments(self) -> dict[str, Any]:
        """The arguments of a tool call for its audit row; empty when there are none or a row could not hold them."""
        arguments = self.params.get("arguments")
        if not self.is_call or not isinstance(arguments, dict) or self.any_fault:
            return {}
        return arguments

    @property
    def client(self) -> tuple[str, str]:
        """Name and version that the client gives in this message (2026-07-28, or initialize); empty when it gives none."""
        meta = self.params.get("_meta")
        info = meta.get(CLIENT_INFO) if isinstance(meta, dict) else self.params.get("clientInfo")
        known = info if isinstance(info, dict) else {}
        return _printable_text(known.get("name")), _printable_text(known.get("version"))

    @property
    def form(self) -> ConfirmationForm:
        """Whether the client can show a form, and its answer to ours (2026-07-28)."""
        shows, state = _nested_object(self.params, "_meta", CAPABILITIES, "elicitation"), self.params.get(REQUEST_STATE)
        answer = _nested_object(self.params, INPUT_RESPONSES, QUESTION) or {}
        agreed = answer.get("action") == "accept" and (_nested_object(answer, "content") or {}).get(QUESTION) is True
        return ConfirmationForm(
            offered=shows is not None and ("form" in shows or not shows),
            agreed=agreed if answer.get("action") in _ACTIONS else None,
            state=state if isinstance(state, str) else "",
        )


def strip_answers(body: bytes, message: JsonRpcMessage) -> bytes:
    """The body without the answers to our questions, which the MCP server must not see: `form` has read them."""
    if not message.is_call or not message.params.keys() & {REQUEST_STATE, INPUT_RESPONSES}:
        return body
    document = json.loads(body)
    document["params"] = {
        name: value for name, value in message.params.items() if name not in {REQUEST_STATE, INPUT_RESPONSES}
    }
    return json.dumps(document).encode()


def read_message(body: bytes) -> JsonRpcMessage:
    """Parses a request's body. Never raises: see `JsonRpcMessage.fault`."""
    if has_too_many_parts(body):
        return JsonRpcMessage(id=guess_id(body), fault=too_many_parts())
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):
        return JsonRpcMessage(fault=NotJson())
    if not isinstance(document, dict):
        return JsonRpcMessage(
            fault=BadRequest("Send exactly one JSON-RPC message as a JSON object; batches are not served.")
        )
    message_id, method, params = document.get("id"), document.get("method"), document.get("params")
    return JsonRpcMessage(
        id=message_id if _is_id(message_id) else None,
        method=method if isinstance(method, str) and is_unicode(method) else "",
        params=params if isinstance(params, dict) else {},
        fault=_find_fault(document),
        may_hold_half_pairs=HALF_PAIR_ESCAPE.search(body) is not None,
        is_notification="id" not in document,
        has_members_of_protocol=document.keys() <= _MEMBERS,
    )


def _nested_object(found: Any, *names: str) -> dict[str, Any] | None:
    """The object at this path of names; None when there is none."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and is_unicode(value)


def _find_fault(document: dict[str, Any]) -> BadRequest | None:
    if document.get("jsonrpc") != "2.0" or not isinstance(document.get("method"), str):
        return BadRequest()
    if not isinstance(document.get("params", {}), dict | None):
        return BadRequest("params must be a JSON object.")
    if "id" in document and not _is_id(document["id"]):
        return BadRequest("id must be a string or an integer.")
    if document["method"] != CALL:
        return None
    if "id" not in document:
        return BadRequest(
            "A tool call needs an id: without one nobody could be told what it did. It was not carried out."
        )
    return find_wrong_shape(document.get("params") or {})


def _printable_text(value: Any) -> str:
    return value[:100] if isinstance(value, str) and value.isprintable() else ""
