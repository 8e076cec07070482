"""What the clock calls in a deployment, done by a thread of the local service."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from affino_mcp.store.ops import StoreUnavailable

EVERY: Final = 10.0
"""Seconds between two turns."""


def keep(turn: Callable[[], object], ended: threading.Event, every: float = EVERY) -> None:
    """A turn at once and then again and again, until it has ended; a store that is down waits for the next turn."""
    while True:
        with suppress(StoreUnavailable):
            turn()
        if ended.wait(every):
            return
