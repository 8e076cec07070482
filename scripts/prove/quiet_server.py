"""A small HTTP server on loopback, whose clients may be ended at any moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from affino_mcp.local.places import LOOPBACK


class QuietServer(ThreadingHTTPServer):
    """Serves on a free port from its making until `close`; says nothing of connections that break.

    Each connection has a thread of its own, which ends with the process.
    """

    daemon_threads = True

    def __init__(self, handler: type[QuietHandler]) -> None:
        super().__init__((LOOPBACK, 0), handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores a client that went away; the proof notices an answer that is missing."""

    def close(self) -> None:
        """Stops the server."""
        self.shutdown()
        self.server_close()


class QuietHandler(BaseHTTPRequestHandler):
    """Reads requests and sends answers over connections that stay open; logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
        """Writes nothing."""

    def read_body(self) -> bytes:
        """Gives the body of the request, in one piece or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Sends a whole answer."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
