"""A small HTTP server on loopback, whose clients may be ended at any moment."""

from __future__ import annotations

from http.server import ThreadingHTTPServer
from typing import Any


class QuietServer(ThreadingHTTPServer):
    """Serves each connection in a thread of its own, which ends with the process; says nothing of connections that break."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores a client that went away; the proof notices an answer that is missing."""
