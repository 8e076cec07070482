"""Runs housekeeping in a thread of the local service; a schedule runs it in a deployment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from affino_mcp.errors import AffinoError

HOUSEKEEPING_INTERVAL_SECONDS: Final = 10.0
"""Seconds between two runs."""


def repeat_until_ended(
    turn: Callable[[], object], ended: threading.Event, every: float = HOUSEKEEPING_INTERVAL_SECONDS
) -> None:
    """Runs `turn` at once and then every `every` seconds until `ended` is set; a store that is down waits for the next run."""
    while True:
        with suppress(AffinoError):
            turn()
        if ended.wait(every):
            return
