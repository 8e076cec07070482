"""The rules of MCP over HTTP about a message's headers (https://modelcontextprotocol.io/specification, "Transports")."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.mcp_edge.lane.protocol import (
    CALL_TOOL,
    CAPABILITIES,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    META,
    METHOD_HEADER,
    MODERN_VERSIONS,
    NAME_HEADER,
    PROTOCOL_VERSION,
    ROUTING_HEADERS,
    UNSUPPORTED_VERSION,
    VERSION_HEADER,
)
from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    from affino_mcp.http.request import HeaderPairs
    from affino_mcp.mcp_edge.message import JsonRpcMessage

JSON_TYPE: Final = "application/json"
_JSON_RANGES: Final = frozenset({JSON_TYPE, "application/*", "*/*"})
_ENCODED: Final = re.compile(r"=\?base64\?(.*)\?=")
_NEEDED: Final = (PROTOCOL_VERSION, CAPABILITIES)


@value_class
class ProtocolError:
    """A JSON-RPC error of the protocol itself. `data` is what it tells besides, for programs."""

    code: int
    message: str
    data: Any = None


class GivenHeaders:
    """The headers of one request: the first value of each name.

    `says_json` is True when the body is said to be JSON, False when it is not; None for a type that only looks like it.
    """

    def __init__(self, headers: HeaderPairs) -> None:
        self._values = dict(reversed(headers))
        self._has_twice = len(self._values) < len(headers) and _has_twice(headers)
        self.says_json = self._says_json()

    def value(self, name: bytes) -> str | None:
        """A header's value; None when it is absent."""
        found = self._values.get(name)
        return None if found is None else found.decode("latin-1")

    def _says_json(self) -> bool | None:
        given = self.value(b"content-type") or ""
        if given.partition(";")[0].strip() == JSON_TYPE:
            return True
        return None if given.lower().startswith(JSON_TYPE) else False

    @property
    def is_unclear(self) -> bool:
        """True when the type only looks like JSON, or a header that says where the message goes is there twice."""
        return self.says_json is None or self._has_twice

    @property
    def accepts_json(self) -> bool:
        """True when the answer may be JSON."""
        return _accepts_json(self.value(b"accept") or "")


@lru_cache(maxsize=16)
def _accepts_json(ranges: str) -> bool:
    return any(one.strip().partition(";")[0].strip().lower() in _JSON_RANGES for one in ranges.split(","))


def _has_twice(headers: HeaderPairs) -> bool:
    routing = [name for name, _ in headers if name in ROUTING_HEADERS]
    return len(routing) != len(set(routing))


def find_version_fault(version: str) -> ProtocolError | None:
    """The error of a version that this service does not speak message by message; None for one that it speaks."""
    if version in MODERN_VERSIONS:
        return None
    data = {"supported": list(MODERN_VERSIONS), "requested": version}
    return ProtocolError(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def find_envelope_fault(received: JsonRpcMessage, headers: GivenHeaders) -> ProtocolError | None:
    """What contradicts the rules of 2026-07-28 in a request: its `_meta`, its headers, then its version; None for nothing."""
    meta = received.params.get(META)
    if not isinstance(meta, dict):
        text = f"params._meta must be an object carrying the required {_NEEDED[0]!r} and {_NEEDED[1]!r} envelope keys"
        return ProtocolError(INVALID_PARAMS, text)
    if missing := [name for name in _NEEDED if name not in meta]:
        text = f"params._meta is missing the required envelope key(s): {', '.join(missing)}"
        return ProtocolError(INVALID_PARAMS, text)
    return _find_mismatch(received, meta, headers) or find_version_fault(meta[PROTOCOL_VERSION])


def _find_mismatch(received: JsonRpcMessage, meta: Mapping[str, Any], headers: GivenHeaders) -> ProtocolError | None:
    if headers.value(VERSION_HEADER) != meta[PROTOCOL_VERSION]:
        return _mismatch(VERSION_HEADER, "the request envelope's protocol version")
    if headers.value(METHOD_HEADER) != received.method:
        return _mismatch(METHOD_HEADER, "the request body's method")
    if received.method == CALL_TOOL and decode_header(headers.value(NAME_HEADER)) != received.params["name"]:
        return _mismatch(NAME_HEADER, "the request body's 'name' parameter")
    return None


def _mismatch(name: bytes, what: str) -> ProtocolError:
    return ProtocolError(HEADER_MISMATCH, f"{name.decode()} header does not match {what}")


def decode_header(value: str | None) -> str | None:
    """A header's value, from its encoded form where it has one; None when it is absent or that form is broken."""
    encoded = _ENCODED.fullmatch(value or "")
    if encoded is None:
        return value
    try:
        decoded = base64.b64decode(encoded[1], validate=True)
        return decoded.decode() if base64.b64encode(decoded).decode() == encoded[1] else None
    except (binascii.Error, ValueError):
        return None
