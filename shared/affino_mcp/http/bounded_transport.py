"""Connections on which a whole exchange is bounded in time, however slowly its bytes come.

httpx bounds the wait for the next bytes alone, so that an answer whose headers come byte by byte is waited for without end. Here
each reading and writing on the socket waits no longer than the exchange may still last.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpcore
import httpx

MAX_CONNECTIONS: Final = 100
MAX_KEPT_CONNECTIONS: Final = 20
_SECONDS_LEFT: ContextVar[Callable[[], float]] = ContextVar("seconds_left")


@contextmanager
def bounded_exchange(seconds_left: Callable[[], float]) -> Iterator[None]:
    """Bounds what is sent and received inside by `seconds_left`, which is asked before each wait."""
    token = _SECONDS_LEFT.set(seconds_left)
    try:
        yield
    finally:
        _SECONDS_LEFT.reset(token)


class BoundedTransport(httpx.BaseTransport):
    """Sends requests over sockets, and keeps connections for at most `idle_seconds`; 0 keeps none.

    `trust` is what verifies the certificates of the other end.
    Raises httpx.ConnectError before the request is sent, httpx.TimeoutException and httpx.NetworkError after.
    """

    def __init__(self, idle_seconds: float, trust: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_KEPT_CONNECTIONS if idle_seconds else 0,
            keepalive_expiry=idle_seconds,
            network_backend=_BoundedBackend(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See BaseTransport."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.read(), extensions=request.extensions
        )
        with _errors_of_httpx():
            found = self._pool.handle_request(sent)
        return httpx.Response(found.status, headers=found.headers, stream=_AnswerStream(found))

    def close(self) -> None:
        """See BaseTransport."""
        self._pool.close()


class _AnswerStream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _BoundedBackend(httpcore.NetworkBackend):
    """Connects as httpcore does, with bounded streams."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _BoundedStream(self._sockets.connect_tcp(host, port, _limit(timeout), local_address, socket_options))


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _limit(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, _limit(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _limit(timeout: float | None) -> float | None:
    """The seconds of one wait. Raises httpcore.ReadTimeout when the exchange has none left."""
    ask = _SECONDS_LEFT.get(None)
    if ask is None:
        return timeout
    left = ask()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(timeout, left)


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """Raises httpx's error for each of httpcore's."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
        raise httpx.ConnectError(str(error)) from error
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.ReadError(str(error)) from error
