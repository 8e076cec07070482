"""The lane's answers: results and errors of JSON-RPC as both eras of the protocol send them."""

from __future__ import annotations

import json
from typing import Final

from affino_mcp import NAME, VERSION
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.mcp_edge.lane.header_rules import ProtocolError
from affino_mcp.mcp_edge.lane.protocol import META, METHOD_NOT_FOUND, SERVER_INFO
from affino_mcp.mcp_edge.reply import protocol_error_reply

MessageId = str | int | None
SERVER: Final = {"name": NAME, "version": VERSION}
_STAMP: Final = json.dumps({"resultType": "complete", META: {SERVER_INFO: SERVER}}, separators=(",", ":"))[1:]
"""What every result of 2026-07-28 ends with."""
CACHE_HINT: Final = {"ttlMs": 0, "cacheScope": "private"}
"""Lists and the server's description hold for one profile and may change with it at any time (2026-07-28)."""


def finish_result(members: str, *, modern: bool) -> bytes:
    """The JSON of a result with these members, which is a JSON object; with `modern`, stamped as 2026-07-28 asks."""
    if not modern:
        return members.encode()
    return f"{members[:-1]}{',' if len(members) > 2 else ''}{_STAMP}".encode()


def result_reply(message_id: MessageId, result: bytes) -> Reply:
    """The answer with a finished result."""
    own_id = b"%d" % message_id if isinstance(message_id, int) else json.dumps(message_id).encode()
    return Reply(200, b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (own_id, result))


def error_reply(message_id: MessageId, error: ProtocolError, *, modern: bool) -> Reply:
    """The answer with an error of the protocol: a status of its own in 2026-07-28, always 200 before."""
    document = {"code": error.code, "message": error.message}
    document |= {} if error.data is None else {"data": error.data}
    if not modern:
        return json_reply(200, {"jsonrpc": "2.0", "id": message_id, "error": document})
    return protocol_error_reply(404 if error.code == METHOD_NOT_FOUND else 400, message_id, document)


def unknown_method(method: str) -> ProtocolError:
    """The error of a method that this service does not offer in this revision."""
    return ProtocolError(METHOD_NOT_FOUND, "Method not found", method)
