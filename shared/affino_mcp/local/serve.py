"""The service in one process on one port: the MCP edge, the login edge and the Control Centre, each under its own paths.

Run as `python -m affino_mcp.local.serve PORT` with the service's settings in the environment, by `local up`.
Ends when its standard input closes, so that it ends with the process that started it.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from affino_mcp import housekeeping_wiring, wiring
from affino_mcp.http.oauth_places import RESOURCE_PATH, is_oauth_path
from affino_mcp.local import counting
from affino_mcp.local.demo import DEMO_PEOPLE
from affino_mcp.local.places import LOOPBACK
from affino_mcp.login_edge.hub.start import ShownPerson
from affino_mcp.rest_edge.request import is_rest_path
from affino_mcp.settings import Settings, process_settings

WORKER_THREADS: Final = 48
"""Worker threads: 32 concurrent calls, each of which may wait for a store, and a reserve."""

LOGIN_PATHS: Final = ("/rest/", "/hub")


class EdgesByPath:
    """Routes requests by path to the MCP edge, the login edge or the REST edge, as one ASGI application.

    Lifespan events go to the MCP edge, which alone holds resources. Without `oauth_on` no path is one of OAuth's.
    """

    def __init__(self, mcp: ASGIApp, login: ASGIApp, rest: ASGIApp | None = None, *, oauth_on: bool = True) -> None:
        self._mcp, self._login, self._rest, self._oauth_on = mcp, login, rest, oauth_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one ASGI connection."""
        await self._choose(scope)(scope, receive, send)

    def _choose(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._mcp
        if self._rest is not None and is_rest_path(scope["path"]):
            return self._rest
        return self._login if self._is_login_path(scope["path"]) else self._mcp

    def _is_login_path(self, path: str) -> bool:
        if self._oauth_on and is_oauth_path(path):
            return not f"{path}/".startswith(f"{RESOURCE_PATH}/")
        return path == "/" or path.startswith(LOGIN_PATHS)


def make_application(own: Settings) -> ASGIApp:
    """The ASGI application of the whole service with these settings."""
    people = [ShownPerson(role, one.name, one.email, one.groups) for role, one in DEMO_PEOPLE.items()]
    login = wiring.build_login_app(own, demo_people=people)
    edges = EdgesByPath(wiring.build_mcp_app(own), login, wiring.build_rest_app(own), oauth_on=own.oauth_on)
    return wiring.add_control_centre(edges, own)


def make_server(app: ASGIApp, port: int) -> uvicorn.Server:
    """Uvicorn on loopback: one process, no access log, no server header; forwarding headers of callers are ignored."""
    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


async def run_server(service: uvicorn.Server) -> None:
    """Serves until a signal stops the server."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKER_THREADS))
    anyio.to_thread.current_default_thread_limiter().total_tokens = WORKER_THREADS
    await service.serve()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Serves on the port that is the command's argument."""
    logging.basicConfig(level=logging.WARNING)
    service = make_server(make_application(process_settings()), int(sys.argv[1]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    ended = threading.Event()
    threading.Thread(
        target=counting.repeat_until_ended,
        args=(housekeeping_wiring.build_housekeeping(process_settings()), ended),
        daemon=True,
    ).start()
    asyncio.run(run_server(service))
    ended.set()


if __name__ == "__main__":
    main()
