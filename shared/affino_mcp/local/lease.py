"""Locks a state folder for a process, by a locked file that holds the process id.

The process inherits the open file, so the lock ends with the process, however that ends; a process id that the system
uses again is never mistaken for the holder's.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.05


class Lease:
    """The lock of one name in a state folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.pid"

    def take(self) -> int | None:
        """Locks the file; gives None when another process holds it.

        Otherwise gives the handle, which must stay open or be inherited by the process that is to hold the lock.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def note_holder(self, pid: int) -> None:
        """Writes the id of the process that holds the lock."""
        self.path.write_text(f"{pid}\n")

    def holder(self) -> int | None:
        """The id of the process that holds the lock; None when no process does."""
        if not self.path.exists():
            return None
        handle = self.take()
        if handle is None:
            return int(self.path.read_text().strip() or 0) or None
        os.close(handle)
        return None

    def end_holder(self, seconds: float) -> bool:
        """Stops the process that holds the lock, if any, and gives whether there was one; kills it after `seconds`."""
        pid = self.holder()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        if not self._wait_until_free(seconds):
            os.kill(pid, signal.SIGKILL)
            self._wait_until_free(seconds)
        return True

    def _wait_until_free(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True
