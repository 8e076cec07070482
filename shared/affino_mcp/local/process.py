"""A child process of the local run: started with its own variables, watched, and stopped in order."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from affino_mcp.errors import AffinoError
from affino_mcp.local.lease import Lease

_POLL_SECONDS: Final = 0.05
_UNSET_VARIABLES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL")
"""Environment variables of the developer that would direct the child processes to other AWS accounts or endpoints."""


class DidNotStart(AffinoError):
    """A part of the local run did not start, or has ended by itself."""

    type = "did_not_start"


class ChildProcess:
    """A running program with its log and its lease in the state folder.

    Its standard input closes when this process ends, however that ends.
    """

    def __init__(self, name: str, command: Sequence[str | Path], variables: Mapping[str, str], state: Path) -> None:
        self.name, self.log = name, state / f"{name}.log"
        lease = Lease(state, name)
        handle = lease.take()
        if handle is None:
            raise DidNotStart(f"Another {name} is still using {state}.")
        unset = [word for variable in _UNSET_VARIABLES for word in ("-u", variable)]
        assigned = [f"{variable}={value}" for variable, value in variables.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["/usr/bin/env", *unset, *assigned, *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[handle],
                start_new_session=True,  # Ctrl-C then reaches this process only, which stops its children in order
            )
        lease.note_holder(self._process.pid)
        os.close(handle)

    def is_running(self) -> bool:
        """Whether the program still runs."""
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until `ready` is true. Raises DidNotStart with the end of the log when the program ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running() or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} did not start. The end of {self.log}:\n{self.read_log_end()}")
            time.sleep(_POLL_SECONDS)

    def read_log_end(self) -> str:
        """The end of the program's log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-1500:]

    def stop(self, seconds: float) -> None:
        """Stops the program, and kills it when it has not stopped after `seconds`."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
