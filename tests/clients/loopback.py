"""Serves an ASGI application on a free loopback port."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

START_LIMIT = 60.0


@contextmanager
def serving(app: ASGIApp, *, lifespan: bool = False) -> Iterator[str]:
    """Serves `app` in a thread during the body; gives its origin, such as `http://127.0.0.1:40001`.

    `lifespan` says whether the application gets lifespan events.
    """
    told: Literal["on", "off"] = "on" if lifespan else "off"
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan=told)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server, thread)}"
    finally:
        server.should_exit = True
        thread.join()


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    deadline = time.monotonic() + START_LIMIT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The loopback server did not start.")
        time.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
