"""The start of the Lambda process: everything that is made in it stays, so the collector need not look at it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LIBRARY_SWITCHES: Final = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""Settings of libraries that they read while being imported: pydantic looks through every package for plugins."""


@contextmanager
def frozen_start() -> Iterator[None]:
    """Import and build the function in here, once.

    While open, the garbage collector rests; at the end everything is frozen, so that no later collection walks through it.
    """
    gc.disable()
    os.environ.update(LIBRARY_SWITCHES)  # noqa: TID251 (written for a library, not read by us)
    yield
    gc.freeze()
    gc.enable()
