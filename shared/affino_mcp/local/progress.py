"""Shows the steps of a long command on standard error, with how much is done and the seconds so far.

A terminal shows a spinner; elsewhere each step is a line of its own, and no silence is longer than a few seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console

QUIET_SECONDS: Final = 2.0
"""Seconds after which a step that goes on is shown again, where no terminal shows it all the time."""
_TERMINAL_SECONDS: Final = 0.5


class ShowStep(Protocol):
    """A function that shows the step in progress, and how much of it is done (`120 of 400 calls`)."""

    def __call__(self, step: str, amount: str = "", /) -> object:
        """Shows the step."""


class StepsShown:
    """The step in progress: given to `write` when it begins, and again with its amount and its seconds as it goes on."""

    def __init__(
        self, write: Callable[[str], object], every: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write, self._every, self._clock = write, every, clock
        self._lock = threading.Lock()
        self._step = self._amount = ""
        self._began = self._shown = clock()

    def say(self, step: str, amount: str = "", /) -> None:
        """Notes the step and its amount; a new step is written at once."""
        with self._lock:
            self._amount = amount
            if step != self._step:
                self._step, self._began = step, self._clock()
                self._write_line()

    def repeat(self) -> None:
        """Writes the step again when it was last written `every` seconds ago."""
        with self._lock:
            if self._step and self._clock() - self._shown >= self._every:
                self._write_line()

    def _write_line(self) -> None:
        self._shown = self._clock()
        seconds = int(self._shown - self._began)
        amount = f": {self._amount}" if self._amount else ""
        self._write(f"{self._step}{amount}{f', {seconds} s' if seconds else ''}")


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[ShowStep]:
    """Shows progress while the body runs; gives the function that shows a step. `quiet` shows nothing."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if not console.is_terminal:
        with _repeat(StepsShown(lambda line: console.print(line, markup=False, soft_wrap=True), QUIET_SECONDS)) as say:
            yield say
        return
    with console.status("starting") as status, _repeat(StepsShown(status.update, _TERMINAL_SECONDS)) as say:
        yield say


@contextmanager
def _repeat(shown: StepsShown) -> Iterator[ShowStep]:
    """Shows the step again and again, in a thread, while the body runs."""
    ended = threading.Event()

    def repeat_until_ended() -> None:
        while not ended.wait(_TERMINAL_SECONDS):
            shown.repeat()

    thread = threading.Thread(target=repeat_until_ended, daemon=True)
    thread.start()
    try:
        yield shown.say
    finally:
        ended.set()
        thread.join()
