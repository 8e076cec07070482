"""Good credentials are never refused: many processes, each with connections of its own, on the real store's emulator."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from affino_mcp.local.places import EMULATOR_PROGRAM
from scripts.prove.emulated import EmulatedService, emulated_service
from tests.security.figures import Figures, storm_size
from tests.security.good_caller import answers_to

PROCESSES = 3
CALLS = storm_size(34, 200)
"""Calls of each process."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EmulatedService]:
    with emulated_service(tmp_path) as running:
        yield running


@pytest.mark.slow
@pytest.mark.emulator
@pytest.mark.skipif(not EMULATOR_PROGRAM.exists(), reason="MiniStack is not installed: 'make test' installs it")
def test_every_call_is_carried_out(service: EmulatedService, figures: Figures) -> None:
    """No 401, no 429 and no 503; the processes are spawned, because forked ones share their parent's connections."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        callers = [
            pool.submit(answers_to, service.settings, service.headers, f"{number}", CALLS)
            for number in range(PROCESSES)
        ]
        found = sum((caller.result() for caller in callers), Counter[str]())
    assert found == {"ok": PROCESSES * CALLS}
    figures.record("calls with good credentials on many processes", tried=found.total())
