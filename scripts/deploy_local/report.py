"""What each step of a deployment came to, printed as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class StepReport:
    """The steps so far: prints a line for each, and keeps the names of failed ones for the end."""

    red: list[str] = field(default_factory=list)
    green: int = 0

    @contextmanager
    def run_step(self, name: str) -> Iterator[None]:
        """Runs the body as a step, and prints its result and its time. Raises what the body raises."""
        started = time.monotonic()
        try:
            yield
        except Exception as error:
            self.red.append(name)
            reason = str(error) or type(error).__name__
            print(f"RED    {name} ({time.monotonic() - started:.1f} s): {reason}", flush=True)
            raise
        self.green += 1
        print(f"green  {name} ({time.monotonic() - started:.1f} s)", flush=True)

    def run_check(self, name: str, work: Callable[[], object]) -> None:
        """Runs `work` as a step whose failure does not stop the following ones."""
        try:
            with self.run_step(name):
                work()
        except Exception:  # noqa: BLE001 (the step has printed it; the other checks still run)
            return
