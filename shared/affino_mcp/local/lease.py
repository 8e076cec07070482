"""Who runs what in a state folder: a locked file per process, holding its id.

The lock belongs to the process itself (it inherits the open file), so it goes exactly when the process goes, however that
happens; a reused process id can never be mistaken for one of ours.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import Final

_EVERY: Final = 0.05


class Lease:
    """One locked file of a state folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.pid"

    def take(self) -> int | None:
        """Lock the file; gives its handle, to be kept open or inherited by the process meant, or None when it is held."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def note(self, pid: int) -> None:
        """Write down who holds it."""
        self.path.write_text(f"{pid}\n")

    def holder(self) -> int | None:
        """The id of the process that holds it, None when nobody does."""
        if not self.path.exists():
            return None
        handle = self.take()
        if handle is None:
            return int(self.path.read_text().strip() or 0) or None
        os.close(handle)
        return None

    def end(self, seconds: float) -> bool:
        """Ask the holder to stop and wait for it; kills it when it does not. Gives whether somebody held it."""
        pid = self.holder()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        if not self._gone(seconds):
            os.kill(pid, signal.SIGKILL)
            self._gone(seconds)
        return True

    def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_EVERY)
        return True
