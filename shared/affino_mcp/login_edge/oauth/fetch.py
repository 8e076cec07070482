"""Fetches a small JSON document from an address that somebody else chose, and from no place but the public internet.

The name is resolved once; every address that it has must be public, and the connection goes to one that was checked. There
are no redirects, proxies or cookies, and both the time and the bytes of one fetch are bounded.
"""

from __future__ import annotations

import io
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import Any, Final, NamedTuple, cast

from affino_mcp.deadline import SecondsLeft, count_down
from affino_mcp.login_edge.oauth.public_addresses import is_public_address
from affino_mcp.value_class import value_class

MAX_DOCUMENT_BYTES: Final = 5 * 1024
MAX_RECEIVED_BYTES: Final = 32 * 1024
"""Most bytes that are read of an answer: its headers and a document."""
CONNECT_SECONDS: Final = 3.0
"""Seconds for the name, the connection and its encryption."""
FETCH_SECONDS: Final = 5.0
"""Seconds for everything."""
_HTTPS_PORT: Final = 443
_MAX_ADDRESSES: Final = 8
_REQUEST: Final = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
    "User-Agent: affino-mcp\r\nConnection: close\r\n\r\n"
)
_CACHE_HEADERS: Final = ("cache-control", "age", "date", "expires")


class FetchRefused(Exception):
    """The document was not fetched; `reason` is one of the words of this module, for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FetchedDocument(NamedTuple):
    """The bytes of a document, and the headers that say how long it may be kept."""

    content: bytes
    cache_headers: dict[str, str]


Resolve = Callable[[str], Sequence[str]]
"""Gives all addresses of a name; raises OSError."""
Dial = Callable[[str, float], socket.socket]
"""Opens a TCP connection to an address, within so many seconds; raises OSError."""


def resolve_name(host: str) -> list[str]:
    """Gives all addresses of a name, in the system's order. Raises OSError."""
    found = socket.getaddrinfo(host, _HTTPS_PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def dial_address(address: str, seconds: float) -> socket.socket:
    """Opens a connection to the HTTPS port of an address, which is never looked up. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.connect((address, _HTTPS_PORT))
    except BaseException:
        opened.close()
        raise
    return opened


@value_class
class DocumentFetcher:
    """Fetches documents. Names, connections and trusted authorities are the system's unless others are given."""

    resolve: Resolve = resolve_name
    dial: Dial = dial_address
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    new_deadline: Callable[[float], SecondsLeft] = count_down

    def fetch(self, host: str, path: str) -> FetchedDocument:
        """Gives the JSON document at `https://host` + `path`.

        Takes a host name in ASCII and a path without blanks. Raises FetchRefused.
        """
        left = self.new_deadline(FETCH_SECONDS)
        try:
            with self._connect(host, self.new_deadline(CONNECT_SECONDS)) as connection:
                return _read_document(connection, host, path, left)
        except TimeoutError as error:
            raise FetchRefused("too_slow") from error
        except (OSError, HTTPException, ValueError) as error:
            raise FetchRefused("no_answer") from error

    def _connect(self, host: str, left: SecondsLeft) -> ssl.SSLSocket:
        """An encrypted connection to a checked address, whose certificate names the host."""
        plain = self._dial_first(self._public_addresses(host, left), left)
        try:
            plain.settimeout(_require_time(left))
            return self.trust.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _public_addresses(self, host: str, left: SecondsLeft) -> Sequence[str]:
        """The name's addresses, all of which are public. Raises FetchRefused."""
        addresses = _run_in_time(partial(self.resolve, host), left)
        if not addresses or not all(map(is_public_address, addresses)):
            raise FetchRefused("address_not_public")
        return addresses[:_MAX_ADDRESSES]

    def _dial_first(self, addresses: Sequence[str], left: SecondsLeft) -> socket.socket:
        """The connection to the first address that takes it. Raises OSError of the last, when none does."""
        for address in addresses[:-1]:
            try:
                return self.dial(address, _require_time(left) / 2)
            except OSError:
                continue
        return self.dial(addresses[-1], _require_time(left))


def _run_in_time(work: Callable[[], Sequence[str]], left: SecondsLeft) -> Sequence[str]:
    """What `work` gives, which cannot be told to stop. Raises its OSError, and FetchRefused when it takes too long."""
    outcome: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()
    threading.Thread(target=_report, args=(work, outcome), daemon=True).start()
    try:
        found = outcome.get(timeout=_require_time(left))
    except queue.Empty:
        raise FetchRefused("too_slow") from None
    if isinstance(found, OSError):
        raise found
    return found


def _report(work: Callable[[], Sequence[str]], outcome: queue.SimpleQueue[Sequence[str] | OSError]) -> None:
    try:
        outcome.put(work())
    except OSError as error:
        outcome.put(error)
    except UnicodeError as error:  # what a resolver says of a label that is too long
        outcome.put(OSError(str(error)))


def _require_time(left: SecondsLeft) -> float:
    """The seconds left, more than 0. Raises FetchRefused when there are none."""
    seconds = left()
    if seconds <= 0:
        raise FetchRefused("too_slow")
    return seconds


class _BoundedReader(io.RawIOBase):
    """The bytes of a connection: no more than MAX_RECEIVED_BYTES, and none after the deadline."""

    def __init__(self, connection: ssl.SSLSocket, left: SecondsLeft) -> None:
        self._connection, self._left, self._room = connection, left, MAX_RECEIVED_BYTES

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, target: Any) -> int:
        """Reads what has come into `target`; gives the number of bytes. Raises OSError, FetchRefused."""
        if self._room <= 0:
            raise FetchRefused("too_long")
        self._connection.settimeout(_require_time(self._left))
        read = self._connection.recv_into(memoryview(target)[: self._room])
        self._room -= read
        return read

    def makefile(self, mode: str) -> io.BufferedReader:
        """This reader, buffered: what HTTPResponse asks a socket for. `mode` is "rb"."""
        assert mode == "rb"
        return io.BufferedReader(self)


def _read_document(connection: ssl.SSLSocket, host: str, path: str, left: SecondsLeft) -> FetchedDocument:
    """Sends the request and reads a whole document. Raises FetchRefused, OSError, HTTPException."""
    connection.settimeout(_require_time(left))
    connection.sendall(_REQUEST.format(path=path, host=host).encode("ascii"))
    response = HTTPResponse(cast("socket.socket", _BoundedReader(connection, left)), method="GET")
    try:
        response.begin()
        _check_head(response)
        content = response.read(MAX_DOCUMENT_BYTES + 1)
    finally:
        response.close()
    if len(content) > MAX_DOCUMENT_BYTES:
        raise FetchRefused("too_long")
    if response.length:
        raise FetchRefused("no_answer")
    return FetchedDocument(content, {name: response.headers.get(name, "") for name in _CACHE_HEADERS})


def _check_head(response: HTTPResponse) -> None:
    """Raises FetchRefused for anything but a plain JSON document."""
    if response.status != 200:
        raise FetchRefused("redirected" if 300 <= response.status < 400 else "not_found")
    kind = response.headers.get_content_type()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise FetchRefused("not_json")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchRefused("encoded")
