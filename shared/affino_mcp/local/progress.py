"""Shows the steps of `local up` on standard error: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

ShowStep = Callable[[str], None]
"""A function that shows the step in progress."""


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[ShowStep]:
    """Shows progress while the body runs; gives the function that shows a step. `quiet` shows nothing."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if not console.is_terminal:
        yield lambda step: console.print(step, markup=False, soft_wrap=True)
        return
    with console.status("starting") as status:
        yield status.update
