"""The service of the local run in a process that is killed and started again, from a server that has imported it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from contextlib import ExitStack
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from affino_mcp import housekeeping_wiring
from affino_mcp.local import counting, serve
from affino_mcp.local.network import is_answering, reserved_port
from affino_mcp.local.places import LOOPBACK
from affino_mcp.settings import Settings
from scripts.prove.emulated import emulator_variables

START_SECONDS = 60
_PRELOADED = ["affino_mcp.mcp_edge.app", "scripts.prove.mortal_service", "scripts.prove.operators"]


def forking_context() -> ForkServerContext:
    """Gives the server that has imported the service, so that a process of it starts in a tenth of a second."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def serve_until_killed(settings: Settings, port: int, log: Path) -> None:
    """Serves all edges and does the housekeeping, as the local run does; never returns."""
    redirect_output(log)
    os.environ.update(emulator_variables(settings))
    turn = housekeeping_wiring.build_housekeeping(settings)
    threading.Thread(target=counting.repeat_until_ended, args=(turn, threading.Event()), daemon=True).start()
    asyncio.run(serve.run_server(serve.make_server(serve.make_application(settings), port)))


def redirect_output(log: Path) -> None:
    """Sends what this process prints to the end of a file."""
    with log.open("ab") as file:
        for output in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), output.fileno())


class MortalService:
    """The service on one port; `life` counts its processes, and is what clients wait for after a cut call."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._settings, self._log = settings, log
        self._reserved, self._context = ExitStack(), forking_context()
        self._port = self._reserved.enter_context(reserved_port())
        self._process: BaseProcess | None = None
        self._born = threading.Condition()
        self.life = 0

    @property
    def url(self) -> str:
        """The address of the MCP endpoint."""
        return f"http://{LOOPBACK}:{self._port}/mcp"

    def start(self) -> None:
        """Starts a process and waits until it answers. Raises TimeoutError."""
        self._process = self._context.Process(
            target=serve_until_killed, args=(self._settings, self._port, self._log), daemon=True
        )
        self._process.start()
        deadline = time.monotonic() + START_SECONDS
        while not is_answering(f"http://{LOOPBACK}:{self._port}/health"):
            if time.monotonic() > deadline or not self._process.is_alive():
                raise TimeoutError("the service did not start")
            time.sleep(0.01)
        with self._born:
            self.life += 1
            self._born.notify_all()

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def wait_for_life(self, after: int, ended: threading.Event) -> None:
        """Waits until a process after the life of this number answers, or `ended` is set."""
        with self._born:
            while self.life <= after and not ended.is_set():
                self._born.wait(timeout=0.2)
