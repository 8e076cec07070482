"""A proxy on loopback in front of the emulator that holds back each answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import urllib3

from affino_mcp.local.places import LOOPBACK
from scripts.prove.quiet_server import QuietServer


class SlowStore:
    """Passes every request on to the store at `target`; `delay` is how long an answer takes at least, in seconds."""

    def __init__(self, target: str) -> None:
        self.delay, self.requests = 0.0, 0
        self._target, self._pool = target, urllib3.PoolManager(maxsize=8, retries=False)
        self._server = QuietServer((LOOPBACK, 0), self._handler_class())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address that takes the place of the store's."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def close(self) -> None:
        """Stops the server."""
        self._server.shutdown()
        self._server.server_close()

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Gives status, header fields and body of the store's answer, when `delay` is over."""
        due = time.monotonic() + self.delay
        self.requests += 1
        answer = self._pool.request("POST", self._target + path, body=body, headers=headers)
        time.sleep(max(0.0, due - time.monotonic()))
        kept = {
            name: value for name, value in answer.headers.items() if name.lower().startswith(("x-amz", "content-type"))
        }
        return answer.status, kept, answer.data

    def _handler_class(store) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the request below)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
                """Writes nothing."""

            def do_POST(self) -> None:
                """Passes one request on."""
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = store.forward(self.path, dict(self.headers.items()), sent)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


@contextmanager
def slow_store(target: str) -> Iterator[SlowStore]:
    """Runs the proxy during the body."""
    store = SlowStore(target)
    try:
        yield store
    finally:
        store.close()
