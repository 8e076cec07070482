"""Reads HTTP/1.1 answers with a length, which AWS's are; any other one is left to the standard library.

`http.client` reads the headers as those of an e-mail, which takes longer than everything else of an exchange
(docs/decisions/0121-answers-are-read-here.md). It is loaded with the package `email`, so only for the first other answer.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

MAX_HEAD_BYTES: Final = 64 * 1024
_PART_BYTES: Final = 64 * 1024
_END_OF_HEAD: Final = b"\r\n\r\n"
_PLAIN_HEAD: Final = re.compile(
    rb"HTTP/1\.1 (20[0-3]|[45][0-9]{2})(?: [^\r\n]*)?((?:\r\n[\w!#$%&'*+.^`|~-]+:[^\r\n]*)*)", re.ASCII
)
"""The head of an answer to the request that was sent; other ones have no body, or another answer follows.

Each header is in one line, and its name is a token (RFC 9110, section 5.6.2).
"""
_FIELD: Final = re.compile(rb"\r\n([^:]+):([^\r\n]*)")
_LENGTH: Final = re.compile(rb"[0-9]{1,12}")


class UnreadableAnswer(Exception):
    """What was received is no answer of HTTP/1.1."""


class HttpAnswer(NamedTuple):
    """An HTTP answer; `request_id` is AWS's, empty when there is none. After one that `is_last` the connection is over."""

    status: int
    request_id: str
    body: bytes
    is_last: bool


def read_answer(connection: socket.socket) -> HttpAnswer:
    """Gives the answer to the request that was sent last. Raises OSError and UnreadableAnswer."""
    received = _receive_head(connection)
    head, _, begun = received.partition(_END_OF_HEAD)
    plain = _PLAIN_HEAD.fullmatch(head)
    fields = _FIELD.findall(plain[2]) if plain else []
    headers = {name.lower(): value.strip(b" \t") for name, value in fields}
    length = _LENGTH.fullmatch(headers.get(b"content-length", b""))
    if plain is None or length is None or len(headers) < len(fields) or b"transfer-encoding" in headers:
        return _read_with_library(connection, received)
    body = _receive_rest(connection, begun, int(length[0]))
    is_last = len(begun) > len(body) or b"close" in headers.get(b"connection", b"").lower()
    return HttpAnswer(int(plain[1]), headers.get(b"x-amzn-requestid", b"").decode("latin-1"), body, is_last)


def _receive_head(connection: socket.socket) -> bytes:
    """The head of an answer, and what came with it of the body."""
    received = b""
    while _END_OF_HEAD not in received:
        part = connection.recv(_PART_BYTES)
        if not part:
            raise ConnectionError("the connection ended before the answer")
        received += part
        if len(received) > MAX_HEAD_BYTES + _PART_BYTES:
            raise UnreadableAnswer("the head of the answer is too long")
    return received


def _receive_rest(connection: socket.socket, begun: bytes, length: int) -> bytes:
    """The whole body of this length, of which so much is there."""
    parts, missing = [begun[:length]], length - len(begun)
    while missing > 0:
        part = connection.recv(min(missing, _PART_BYTES))
        if not part:
            raise ConnectionError("the connection ended within the answer")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class _Replay(io.RawIOBase):
    """What was received already, then what the connection still gives."""

    def __init__(self, received: bytes, connection: socket.socket) -> None:
        self._received, self._connection = io.BytesIO(received), connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._received.readinto(buffer) or self._connection.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)


def _read_with_library(connection: socket.socket, received: bytes) -> HttpAnswer:
    from http.client import HTTPException, HTTPResponse  # noqa: PLC0415 (a fortieth of a start)

    response = HTTPResponse(cast("socket.socket", _Replay(received, connection)), method="POST")
    try:
        response.begin()
        body, headers = response.read(), cast("Mapping[str, str]", response.headers)
    except HTTPException as error:
        raise UnreadableAnswer from error
    return HttpAnswer(response.status, headers.get("x-amzn-requestid", ""), body, is_last=True)
