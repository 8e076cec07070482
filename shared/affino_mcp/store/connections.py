"""HTTP/1.1 over kept connections: one request in one packet, and its answer.

urllib3 took three times the CPU for the same exchange (docs/decisions/0118-one-packet-a-request.md).
"""

from __future__ import annotations

import select
import socket
import ssl
import weakref
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from affino_mcp.store.answer_reader import HttpAnswer, UnreadableAnswer, read_answer

MAX_IDLE: Final = 16
"""The most connections to one address that are kept while nobody uses them."""
MAX_CONNECT_SECONDS: Final = 1.0


class NotConnected(Exception):
    """There was no connection, so nothing was sent."""


class ExchangeBroken(Exception):
    """The connection ended, or the answer did not come in time (`timed_out`): the request may have been carried out."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__()
        self.timed_out = timed_out


class Exchange:
    """A request that was sent, whose answer is read once. The connection of one that nobody reads is closed with it."""

    def __init__(self, connection: socket.socket, receive: Callable[[socket.socket], HttpAnswer]) -> None:
        self._connection, self._receive = connection, receive
        self._abandoned = weakref.finalize(self, connection.close)

    def read(self, seconds: float) -> HttpAnswer:
        """Gives the answer; each step waits at most so long. Raises ExchangeBroken."""
        self._abandoned.detach()
        self._connection.settimeout(seconds)
        return self._receive(self._connection)


@cache
def trusted_tls() -> ssl.SSLContext:
    """Gives the TLS settings of this process, which trust the system's authorities; all pools share them, as reading takes 20 ms.

    They are not made before a snapshot: OpenSSL would draw random numbers that each restored process draws again.
    """
    return ssl.create_default_context()


Connect = Callable[[bytes, int, float], socket.socket]
"""Opens a connection to a host and port within so many seconds. Raises OSError."""


def open_connection(host: bytes, port: int, seconds: float) -> socket.socket:
    """Opens a TCP connection that sends at once; see Connect."""
    connection = socket.create_connection((host, port), seconds)  # type: ignore[arg-type]
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        connection.close()
        raise
    return connection


class ConnectionPool:
    """The connections to one address, such as `https://dynamodb.eu-west-1.amazonaws.com`; threads may share it.

    `host` is the value for the header `Host`. `connect` opens a connection to host, port and within seconds, or raises OSError.
    """

    def __init__(self, address: str, connect: Connect = open_connection) -> None:
        parts = urlsplit(address)
        self._host, self._is_secure = (parts.hostname or "").encode("ascii"), parts.scheme == "https"
        self._port = parts.port or (443 if self._is_secure else 80)
        self.host, self._open = parts.netloc, connect
        self._idle: list[socket.socket] = []  # the host is in bytes: a text would load the codec of international names
        weakref.finalize(self, _close_all, self._idle)

    def post(self, data: bytes, headers: Mapping[str, str], seconds: float) -> HttpAnswer:
        """Sends a POST with these headers, `Host` among them, to the root path; each step waits at most `seconds`.

        Raises NotConnected and ExchangeBroken.
        """
        return self._receive(self._send(data, headers, seconds))

    def start_post(self, data: bytes, headers: Mapping[str, str], seconds: float) -> Exchange:
        """Sends a POST as `post` does, and leaves its answer to be read. Raises NotConnected and ExchangeBroken."""
        return Exchange(self._send(data, headers, seconds), self._receive)

    def _send(self, data: bytes, headers: Mapping[str, str], seconds: float) -> socket.socket:
        connection = self._take_idle() or self._connect(min(MAX_CONNECT_SECONDS, seconds))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{lines}Content-Length: {len(data)}\r\n\r\n".encode("ascii")
        try:
            connection.settimeout(seconds)
            connection.sendall(head + data)
        except OSError as error:
            connection.close()
            raise ExchangeBroken(timed_out=isinstance(error, TimeoutError)) from error
        return connection

    def _receive(self, connection: socket.socket) -> HttpAnswer:
        try:
            answer = read_answer(connection)
        except (OSError, UnreadableAnswer) as error:
            connection.close()
            raise ExchangeBroken(timed_out=isinstance(error, TimeoutError)) from error
        self._give_back(connection, is_over=answer.is_last)
        return answer

    def _take_idle(self) -> socket.socket | None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if not _is_dropped(connection):
                return connection
            connection.close()
        return None

    def _give_back(self, connection: socket.socket, *, is_over: bool) -> None:
        if is_over or len(self._idle) >= MAX_IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _connect(self, seconds: float) -> socket.socket:
        try:
            plain = self._open(self._host, self._port, seconds)
        except OSError as error:
            raise NotConnected from error
        try:
            return trusted_tls().wrap_socket(plain, server_hostname=self._host) if self._is_secure else plain
        except OSError as error:
            plain.close()
            raise NotConnected from error


def _close_all(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.close()


def _is_dropped(connection: socket.socket) -> bool:
    """True when an idle connection has something to say, which can only be its end."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))
