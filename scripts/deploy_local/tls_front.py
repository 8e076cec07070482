"""A host with TLS on loopback in front of a stack's API: what a domain and its certificate are on AWS, and the emulator lacks."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

import httpx

from scripts.deploy_local.authority import Authority

HOST: Final = "localhost"
_OF_THE_CONNECTION: Final = frozenset({"connection", "content-length", "date", "host", "server", "transfer-encoding"})


class TlsFront(ThreadingHTTPServer):
    """Hands each request to the API at the address `behind`, and its answer back.

    While `loses_answers`, requests are carried out and their answers lost: the connection is closed instead.
    """

    daemon_threads = True

    def __init__(self, behind: str, authority: Authority) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.behind, self.loses_answers = behind, False
        self.client = httpx.Client(timeout=60, trust_env=False)
        self._context = _make_context(authority)

    @property
    def url(self) -> str:
        """The address at which it listens."""
        return f"https://{HOST}:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        """Accepts a connection, whose handshake is made in its own thread."""
        peer, address = super().get_request()
        return self._context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that does not trust it, or that has gone."""


class _Relay(BaseHTTPRequestHandler):
    server: TlsFront
    protocol_version = "HTTP/1.1"

    def _relay(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION]
        answer = self.server.client.request(
            self.command, self.server.behind + self.path, content=content, headers=headers
        )
        if self.server.loses_answers:
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in _OF_THE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _relay  # noqa: N815 (the names of BaseHTTPRequestHandler)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (BaseHTTPRequestHandler's name)
        """Logs nothing."""


@contextmanager
def run_tls_front(behind: str, authority: Authority) -> Iterator[TlsFront]:
    """Runs a front during the body."""
    with TlsFront(behind, authority) as front:
        Thread(target=front.serve_forever, daemon=True).start()
        try:
            yield front
        finally:
            front.shutdown()


def _make_context(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # readable by its owner alone
        file.write(authority.issue(HOST))
        file.flush()
        context.load_cert_chain(file.name)
    return context
