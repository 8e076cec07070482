"""A proxy on loopback in front of the emulator that holds back each answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3

from scripts.prove.quiet_server import QuietHandler, QuietServer


class SlowStore:
    """Passes every request on to the store at `target`; `delay` is how long an answer takes at least, in seconds."""

    def __init__(self, target: str) -> None:
        self.delay, self.requests = 0.0, 0
        self._target, self._pool = target, urllib3.PoolManager(maxsize=8, retries=False)
        self._server = QuietServer(self._handler_class())

    @property
    def url(self) -> str:
        """The address that takes the place of the store's."""
        return f"http://{self._server.address}"

    def close(self) -> None:
        """Stops the server."""
        self._server.close()

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

    def _handler_class(store) -> type[QuietHandler]:  # noqa: N805 (`self` is the request below)
        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 (a name of http.server)
                """Passes one request on."""
                self.send_answer(*store.forward(self.path, dict(self.headers.items()), self.read_body()))

        return Handler


@contextmanager
def slow_store(target: str) -> Iterator[SlowStore]:
    """Runs the proxy during the body."""
    store = SlowStore(target)
    try:
        yield store
    finally:
        store.close()
