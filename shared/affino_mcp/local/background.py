"""The local service in the background: starts, shows and stops its process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from affino_mcp.local.connection import Connection, read_connection
from affino_mcp.local.emulator import EMULATOR_STOP_SECONDS
from affino_mcp.local.folders import writing_into
from affino_mcp.local.lease import Lease
from affino_mcp.local.plan import READY_FILE, LocalPlan
from affino_mcp.local.process import DidNotStart
from affino_mcp.local.progress import ShowStep
from affino_mcp.local.run import SUPERVISOR_NAME, end_leftovers
from affino_mcp.value_class import value_class

LOG_FILE: Final = "supervisor.log"
MESSAGE_PREFIX: Final = "affino-mcp: "
"""The prefix of the command line's error messages."""

_START_SECONDS: Final = 300
_POLL_SECONDS: Final = 0.1


@value_class
class LocalStatus:
    """Whether the service of a state folder runs and is ready, its process id, and its connection file."""

    running: bool
    ready: bool = False
    pid: int | None = None
    connection: Path | None = None


def read_status(state: Path) -> LocalStatus:
    """The status of the service in this state folder."""
    pid, mark = Lease(state, SUPERVISOR_NAME).holder(), state / READY_FILE
    if pid is None:
        return LocalStatus(running=False)
    try:
        ready_pid, _, named = mark.read_text(encoding="utf-8").partition("\n")
    except FileNotFoundError:  # also when a starting run has just removed the mark of the previous one
        ready_pid = named = ""
    ready = ready_pid == str(pid)  # a killed run leaves its mark behind
    return LocalStatus(running=True, ready=ready, pid=pid, connection=Path(named.strip()) if ready else None)


def start_in_background(plan: LocalPlan, say: ShowStep) -> Connection:
    """Starts the service in a process of its own and waits until it is ready; reports its steps to `say`.

    Raises FolderUnwritable, and DidNotStart with the error message of the process.
    """
    log = plan.state / LOG_FILE
    with writing_into(plan.state):
        plan.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        log.touch(mode=0o600)
    with log.open("wb") as file:
        child = subprocess.Popen(
            _up_command(plan), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True
        )
    deadline, told = time.monotonic() + _START_SECONDS, 0
    while not ((found := read_status(plan.state)).ready and found.pid == child.pid):
        steps, fault = _read_log(log)
        if child.poll() is not None:
            raise DidNotStart(_read_log(log)[1] or "The local service did not start, and did not say why.")
        if time.monotonic() > deadline:
            child.terminate()
            raise DidNotStart(f"The local service is not ready after {_START_SECONDS} seconds. {fault}")
        for step in steps[told:]:
            say(step)
        told = len(steps)
        time.sleep(_POLL_SECONDS)
    return read_connection(plan.connection)


def stop_service(state: Path) -> bool:
    """Stops the service, which saves its state; gives whether anything was running."""
    was_running = Lease(state, SUPERVISOR_NAME).end_holder(2 * EMULATOR_STOP_SECONDS)
    return bool(end_leftovers(state)) or was_running


def _up_command(plan: LocalPlan) -> list[str]:
    words = ["--port", str(plan.port), "--state", str(plan.state), "--connection", str(plan.connection)]
    fresh = [*(["--fresh"] if plan.fresh else []), *(["--remote"] if plan.remote else [])]
    return [sys.executable, "-m", "affino_mcp.cli", "local", "up", "--foreground", *words, *fresh]


def _read_log(log: Path) -> tuple[list[str], str]:
    """The steps that the process has reported in its log, and its error message, if any."""
    steps, _, fault = log.read_text(encoding="utf-8", errors="replace").partition(MESSAGE_PREFIX)
    return steps.splitlines(), fault.strip()
