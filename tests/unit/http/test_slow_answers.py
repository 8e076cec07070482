"""Exchanges over a real socket with a server that sends its answer byte by byte: each ends with its time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread

import pytest

from affino_mcp.http.outgoing import ForeignAnswer, OutgoingRequests
from affino_mcp.local.network import reserved_port

TICK = 0.02
MOST_BYTES = 400
"""So many bytes take far longer than an exchange may; then the server closes."""
SECONDS = 0.3
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


class DrippingServer:
    """Sends `at_once`, then one byte of `drop` after another. Without `drop` it answers each request with `at_once`."""

    def __init__(self, at_once: bytes, drop: bytes) -> None:
        self.at_once, self.drop, self.over = at_once, drop, Event()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._listener.close()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with peer:
            try:
                while peer.recv(65536):
                    peer.sendall(self.at_once)
                    if self.drop:
                        self._drip(peer)
                        return
            except OSError:
                return

    def _drip(self, peer: socket.socket) -> None:
        for _ in range(MOST_BYTES):
            if self.over.wait(TICK):
                return
            peer.sendall(self.drop)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[DrippingServer]:
    made = DrippingServer(*request.param)
    yield made
    made.close()


def ask(requests: OutgoingRequests, working_seconds: float = 60) -> ForeignAnswer:
    return requests.send("GET", "/v2", b"", {}, SECONDS, lambda: working_seconds)


@pytest.mark.parametrize(
    "server",
    [
        pytest.param((b"HTTP/1.1 200 ", b"O"), id="the first line"),
        pytest.param((HEAD + b"X: ", b"x"), id="a header"),
        pytest.param((b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", b" "), id="the body"),
        pytest.param((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"), id="a chunk's length"),
    ],
    indirect=True,
)
@pytest.mark.parametrize("idle_seconds", [0, 5], ids=["a connection each", "kept connections"])
def test_an_answer_byte_by_byte_ends_with_its_time(server: DrippingServer, idle_seconds: float) -> None:
    with closing(OutgoingRequests(server.url, 10_000, idle_seconds)) as requests:
        found = ask(requests)
    assert (found.error, found.status in (0, 200), found.text) == ("read_timeout", True, b"")


@pytest.mark.parametrize("server", [(HEAD + b"\r\n{}", b"")], indirect=True)
def test_a_connection_is_used_again_with_its_whole_time(server: DrippingServer) -> None:
    with closing(OutgoingRequests(server.url, 10_000, 5)) as requests:
        found = [ask(requests), ask(requests)]
    assert [(each.error, each.document) for each in found] == [("", {}), ("", {})]
    assert server.connections == 1


@pytest.mark.parametrize("server", [(HEAD + b"\r\n{}", b"")], indirect=True)
def test_nobody_there_is_told_from_no_answer(server: DrippingServer) -> None:
    server.close()
    with reserved_port() as port:
        assert ask(OutgoingRequests(f"http://127.0.0.1:{port}", 100)).error == "connect"
    assert ask(OutgoingRequests(server.url, 100), working_seconds=0).error == "deadline"


@pytest.mark.parametrize("server", [(b"no HTTP\r\n\r\n", b"")], indirect=True)
def test_what_is_no_http_is_a_broken_answer(server: DrippingServer) -> None:
    assert ask(OutgoingRequests(server.url, 100)).error == "broken"


@pytest.mark.parametrize(
    "server", [(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b" " * 4000, b"")], indirect=True
)
def test_an_answer_that_is_too_large_is_not_read(server: DrippingServer) -> None:
    assert ask(OutgoingRequests(server.url, 100)).error == "too_large"
