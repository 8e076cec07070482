"""What `local up` says while it starts: a spinner on a terminal, plain lines elsewhere. Never on standard output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

Progress = Callable[[str], None]
"""Says what is being done now."""


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """Progress for the time of starting; `quiet` shows nothing."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if not console.is_terminal:
        yield lambda step: console.print(step, markup=False, soft_wrap=True)
        return
    with console.status("starting") as status:
        yield status.update
