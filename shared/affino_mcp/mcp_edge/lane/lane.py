"""The lane: answers what every client sends all day, and leaves every other message to the MCP library behind it.

It answers a message only when it knows the whole shape; `tests/unit/mcp_edge/lane` compares each answer with the library's.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.compact_json import to_json
from affino_mcp.errors import NotAcceptable, Refusal, UnknownTool, UnsupportedContent
from affino_mcp.http.reply import Reply
from affino_mcp.mcp_edge.instructions import INSTRUCTIONS
from affino_mcp.mcp_edge.lane.answers import (
    CACHE_HINT,
    SERVER,
    error_reply,
    finish_result,
    result_reply,
    unknown_method,
)
from affino_mcp.mcp_edge.lane.header_rules import (
    GivenHeaders,
    ProtocolError,
    find_envelope_fault,
    find_version_fault,
)
from affino_mcp.mcp_edge.lane.plain_shapes import is_plain_call, is_plain_handshake, is_plain_request
from affino_mcp.mcp_edge.lane.protocol import (
    CALL_TOOL,
    DISCOVER,
    HANDSHAKE_VERSIONS,
    INITIALIZE,
    INVALID_PARAMS,
    LIST_TOOLS,
    MODERN_VERSIONS,
    PING,
    VERSION_HEADER,
)
from affino_mcp.mcp_edge.lane.tool_lists import ToolLists
from affino_mcp.mcp_edge.message import JsonRpcMessage
from affino_mcp.mcp_edge.reply import message_refusal_reply
from affino_mcp.mcp_edge.request import AdmittedRequest, Request
from affino_mcp.mcp_edge.tool_call import carry_out

ACCEPTED: Final = Reply(202, b"", ())
TOOLS_ALONE: Final = {"tools": {"listChanged": False}}
"""All that is advertised: each further thing costs every client a request when it connects."""


class Lane:
    """Answers admitted messages. Keeps nothing between them but finished lists."""

    def __init__(self) -> None:
        self._lists = ToolLists()

    def answer(self, request: Request, received: JsonRpcMessage, admitted: AdmittedRequest) -> Reply | None:
        """The answer to a sound message; None when the library must read it."""
        headers = GivenHeaders(request.headers)
        if (refusal := _find_refusal(headers)) is not None:
            return message_refusal_reply(refusal, received.id)
        if headers.is_unclear or not received.has_members_of_protocol:
            return None
        version = headers.value(VERSION_HEADER)
        modern = version is not None and version not in HANDSHAKE_VERSIONS
        if received.is_notification:
            return _acknowledge(version or "", modern=modern)
        if modern and (fault := find_envelope_fault(received, headers)) is not None:
            return error_reply(received.id, fault, modern=True)
        return self._answer_request(received, admitted, modern=modern)

    def _answer_request(self, received: JsonRpcMessage, admitted: AdmittedRequest, *, modern: bool) -> Reply | None:
        method, params = received.method, received.params
        if method == CALL_TOOL:
            return _call_tool(received, admitted, modern=modern) if is_plain_call(params, modern=modern) else None
        if method not in (_MODERN_METHODS if modern else _HANDSHAKE_METHODS):
            return error_reply(received.id, unknown_method(method), modern=modern)
        if not (is_plain_handshake(params) if method == INITIALIZE else is_plain_request(params, modern=modern)):
            return None
        if method == LIST_TOOLS:
            return result_reply(received.id, self._lists.encoded_list(admitted.caller.view_tools(), modern=modern))
        return result_reply(received.id, finish_result(_describe_server(received, admitted), modern=modern))


_MODERN_METHODS: Final = frozenset({DISCOVER, LIST_TOOLS, CALL_TOOL})
_HANDSHAKE_METHODS: Final = frozenset({INITIALIZE, PING, LIST_TOOLS, CALL_TOOL})


def _find_refusal(headers: GivenHeaders) -> Refusal | None:
    """Why the headers alone refuse the message, with a status of HTTP; None when they do not."""
    if headers.says_json is False:
        return UnsupportedContent()
    return None if headers.is_unclear or headers.accepts_json else NotAcceptable()


def _acknowledge(version: str, *, modern: bool) -> Reply:
    """The answer to a notification, of which none means anything to a server without sessions."""
    fault = find_version_fault(version) if modern else None
    return ACCEPTED if fault is None else error_reply(None, fault, modern=True)


def _describe_server(received: JsonRpcMessage, admitted: AdmittedRequest) -> str:
    """The members of the answer to ping, initialize or server/discover."""
    if received.method == PING:
        return "{}"
    common = {"capabilities": TOOLS_ALONE, "instructions": INSTRUCTIONS[admitted.caller.profile.mode]}
    if received.method == DISCOVER:
        return to_json({"supportedVersions": list(MODERN_VERSIONS), **common, **CACHE_HINT})
    asked = received.params["protocolVersion"]
    version = asked if asked in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1]
    return to_json({"protocolVersion": version, "serverInfo": SERVER, **common})


def _call_tool(received: JsonRpcMessage, admitted: AdmittedRequest, *, modern: bool) -> Reply:
    """The tool's answer as structured content, and as the same JSON in a text for clients that read texts alone."""
    try:
        answer = carry_out(admitted, received.params["name"], received.params.get("arguments") or {})
    except UnknownTool as error:
        unknown = ProtocolError(INVALID_PARAMS, error.message, {"type": error.type})
        return error_reply(received.id, unknown, modern=modern)
    text = to_json(answer.body)
    content = f'[{{"type":"text","text":{to_json(text)}}}]'
    members = f'{{"content":{content},"structuredContent":{text},"isError":{to_json(answer.is_error)}}}'
    return result_reply(received.id, finish_result(members, modern=modern))
