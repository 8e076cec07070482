"""Answers of stores: read in one piece where their length is told, by the standard library otherwise."""

from __future__ import annotations

import io
import socket
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.store.answer_reader import MAX_HEAD_BYTES, HttpAnswer, UnreadableAnswer, read_answer

OK = b"HTTP/1.1 200 OK\r\n"
AWS = (
    OK
    + b"Server: Server\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: id-7\r\nContent-Length: 2\r\n\r\n{}"
)


class Line:
    """A connection on which this arrives, in parts; then it ends."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = list(parts)

    def recv(self, most: int) -> bytes:
        part = self.parts.pop(0) if self.parts else b""
        if part[most:]:
            self.parts.insert(0, part[most:])
        return part[:most]

    def recv_into(self, buffer: Any) -> int:
        part = self.recv(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(b"".join(self.parts))


def read(*parts: bytes) -> HttpAnswer:
    return read_answer(cast("socket.socket", Line(*parts)))


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_an_answer_comes_in_any_parts(size: int) -> None:
    parts = [AWS[at : at + size] for at in range(0, len(AWS), size)]
    assert read(*parts) == HttpAnswer(200, "id-7", b"{}", is_last=False)


LAST = {
    "what-says-so": (OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
    "more-than-its-length": (OK + b"Content-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n", b"{}"),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
    "chunks-with-a-length": (
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"{}",
    ),
    "no-length": (OK + b"\r\n{}", b"{}"),
    "a-huge-length": (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}", b"{}"),
    "two-lengths": (OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\n{}", b"{}"),
    "a-folded-length": (OK + b"X: a\r\n Content-Length: 1\r\n\r\n{}", b"{}"),
    "a-first-answer-before-it": (b"HTTP/1.1 100 Continue\r\n\r\n" + AWS, b"{}"),
    "no-body": (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", b""),
    "an-older-protocol": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
}


@pytest.mark.parametrize(("sent", "body"), LAST.values(), ids=LAST)
def test_after_another_answer_the_connection_is_not_used_again(sent: bytes, body: bytes) -> None:
    found = read(sent)
    assert (found.body, found.is_last) == (body, True)


BROKEN = {
    "nothing": b"",
    "half-a-head": OK + b"Content-Length: 2\r\n",
    "half-a-body": OK + b"Content-Length: 3\r\n\r\n{}",
    "half-a-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
    "no-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "an-endless-head": OK + b"X: " + b"x" * (3 * MAX_HEAD_BYTES),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_answer_is_none(sent: bytes) -> None:
    with pytest.raises((OSError, UnreadableAnswer)):
        read(sent)


LINES = st.lists(
    st.sampled_from(
        [
            b"Content-Length: 2",
            b"content-length:3",
            b"Content-Length : 1",
            b"Content-Length: -1",
            b"Content-Length: 2, 2",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: identity",
            b"X-Amzn-RequestId: id-1",
            b"x-amzn-requestid:id-2 ",
            b" folded",
            b"no colon",
        ]
    ),
    max_size=3,
)
STATUSES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 400", b"HTTP/1.1 204 x", b"HTTP/1.1 304 x", b"HTTP/1.1 2000", b"X"]
)


def read_with_library(sent: bytes) -> tuple[int, str, bytes] | None:
    try:
        response = HTTPResponse(cast("socket.socket", Line(sent)), method="POST")
        response.begin()
        request_id = response.headers.get("x-amzn-requestid", "").rstrip()  # the library leaves blanks (RFC 9110, 5.5)
        return response.status, request_id, response.read()
    except (OSError, HTTPException):
        return None


def read_here(sent: bytes) -> tuple[int, str, bytes] | None:
    try:
        status, request_id, body, _ = read(sent)
        return status, request_id.rstrip(), body
    except (OSError, UnreadableAnswer):
        return None


@settings(deadline=None, max_examples=200)
@given(STATUSES, LINES, st.sampled_from([b"{}", b"", b"2\r\n{}\r\n0\r\n\r\n"]))
def test_answers_are_read_as_the_library_reads_them(status: bytes, lines: list[bytes], body: bytes) -> None:
    sent = b"\r\n".join([status, *lines, b"", body])
    assert read_here(sent) == read_with_library(sent)
