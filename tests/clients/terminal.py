"""Runs a program in a terminal of its own, for programs that ask whether there is one."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.clients.sandbox import environment


@contextmanager
def in_terminal(command: Sequence[str], home: Path) -> Iterator[Iterator[str]]:
    """Runs a program in a terminal of its own; gives, again and again, all that it has printed so far."""
    ours, its = pty.openpty()
    program = subprocess.Popen(command, cwd=home, env=environment(home), stdin=its, stdout=its, stderr=its)
    os.close(its)
    try:
        yield _read_on(ours)
    finally:
        program.kill()
        program.wait()
        os.close(ours)


def _read_on(terminal: int) -> Iterator[str]:
    """What was printed so far, whenever more was, until the program ends."""
    printed = ""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # what a terminal gives on Linux when nobody writes to it any more
            return
        printed += more.decode(errors="replace")
        yield printed
