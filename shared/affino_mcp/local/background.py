"""The local service in the background: starts, shows and stops its process."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from affino_mcp.local.connection import Connection, read
from affino_mcp.local.emulator import STOP_SECONDS
from affino_mcp.local.lease import Lease
from affino_mcp.local.process import DidNotStart
from affino_mcp.local.progress import Progress
from affino_mcp.local.run import READY, SUPERVISOR, Plan, end_leftovers

LOG: Final = "supervisor.log"
SAID_BY: Final = "affino-mcp: "
"""The prefix of the command line's error messages."""

_START_SECONDS: Final = 120
_EVERY: Final = 0.1


@dataclass(frozen=True)
class Status:
    """Whether the service of a state folder runs and is ready, its process id, and its connection file."""

    running: bool
    ready: bool = False
    pid: int | None = None
    connection: Path | None = None


def status(state: Path) -> Status:
    """The status of the service in this state folder."""
    pid, mark = Lease(state, SUPERVISOR).holder(), state / READY
    if pid is None:
        return Status(running=False)
    try:
        ready_pid, _, named = mark.read_text(encoding="utf-8").partition("\n")
    except FileNotFoundError:  # also when a starting run has just removed the mark of the previous one
        ready_pid = named = ""
    ready = ready_pid == str(pid)  # a killed run leaves its mark behind
    return Status(running=True, ready=ready, pid=pid, connection=Path(named.strip()) if ready else None)


def start(plan: Plan, say: Progress) -> Connection:
    """Starts the service in a process of its own and waits until it is ready; reports its steps to `say`.

    Raises DidNotStart with the error message of the process.
    """
    plan.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = plan.state / LOG
    with log.open("wb") as file:
        child = subprocess.Popen(
            _command(plan), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True
        )
    deadline, told = time.monotonic() + _START_SECONDS, 0
    while not ((found := status(plan.state)).ready and found.pid == child.pid):
        steps, fault = _read(log)
        if child.poll() is not None:
            raise DidNotStart(_read(log)[1] or "The local service did not start, and did not say why.")
        if time.monotonic() > deadline:
            child.terminate()
            raise DidNotStart(f"The local service is not ready after {_START_SECONDS} seconds. {fault}")
        for step in steps[told:]:
            say(step)
        told = len(steps)
        time.sleep(_EVERY)
    return read(plan.connection)


def stop(state: Path) -> bool:
    """Stops the service, which saves its state; gives whether anything was running."""
    was_running = Lease(state, SUPERVISOR).end(2 * STOP_SECONDS)
    return bool(end_leftovers(state)) or was_running


def _command(plan: Plan) -> list[str]:
    words = ["--port", str(plan.port), "--state", str(plan.state), "--connection", str(plan.connection)]
    fresh = ["--fresh"] if plan.fresh else []
    return [sys.executable, "-m", "affino_mcp.cli", "local", "up", "--foreground", *words, *fresh]


def _read(log: Path) -> tuple[list[str], str]:
    """The steps that the process has reported in its log, and its error message, if any."""
    steps, _, fault = log.read_text(encoding="utf-8", errors="replace").partition(SAID_BY)
    return steps.splitlines(), fault.strip()
