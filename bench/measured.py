"""One server under measurement: processes of it are started and called, and what they cost is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from bench.messages import from_client

NO_BYTE_CODE_VARIABLE: Final = "PYTHONDONTWRITEBYTECODE"
"""The variable that, set to any text, stops Python from writing byte-code."""
CALLS_BEFORE_THEY_COUNT: Final = 5
MOST_LISTS: Final = 30
"""Lists of each message in one process: the service answers a session that lists more often with 429."""


@dataclass
class MeasuredServer:
    """One server, by the module with its handler. CPU is in milliseconds, memory in megabytes.

    `starts` holds (wall, CPU) of each start, `first_calls` the CPU of each process's first message, `calls` each process's
    median of later ones by message, `memory` what each process holds at its end, `sizes` the bytes of each answer.
    """

    module: str
    messages: Mapping[str, dict[str, Any]]
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable
    starts: list[tuple[float, float]] = field(default_factory=list)
    first_calls: list[float] = field(default_factory=list)
    calls: dict[str, list[float]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def measure_process(self, times: int) -> None:
        """Starts one process, calls it, and records the costs. Raises RuntimeError for every answer but 200."""
        began = time.perf_counter()
        with self._start_process() as process:
            ready = _read_answer(process)
            self.starts.append(((time.perf_counter() - began) * 1000, ready["cpu"]))
            rss: float = ready["rss"]
            for place, (name, message) in enumerate(self.messages.items()):
                most = min(times, MOST_LISTS) if name.startswith("tools/list") else times
                answers = [
                    self._call_process(process, name, from_client(message, number))
                    for number in range(most + CALLS_BEFORE_THEY_COUNT)
                ]
                if times:
                    later = median(each["cpu"] for each in answers[CALLS_BEFORE_THEY_COUNT:])
                    self.calls.setdefault(name, []).append(later)
                self.sizes[name], rss = len(answers[-1]["body"].encode()), answers[-1]["rss"]
                if not place:
                    self.first_calls.append(answers[0]["cpu"])
            self.memory.append(rss)

    def forget(self) -> None:
        """Forgets what was measured so far."""
        for kept in (self.starts, self.first_calls, self.calls, self.memory):
            kept.clear()

    @property
    def start(self) -> float:
        """The CPU of a start."""
        return median(cpu for _, cpu in self.starts)

    @property
    def start_wall(self) -> float:
        """The wall time of a start."""
        return median(wall for wall, _ in self.starts)

    @property
    def first_call(self) -> float:
        """The CPU of a process's first message: the least of all processes, as with `call`."""
        return min(self.first_calls)

    def call(self, message: str) -> float:
        """The CPU of a call with this message, after the first ones: the least median of a process, as other work only adds."""
        return min(self.calls[message])

    @contextmanager
    def _start_process(self) -> Iterator[subprocess.Popen[str]]:
        command = [self.python, "-m", "bench.worker", self.module]
        environment = {**os.environ, **self.environment, NO_BYTE_CODE_VARIABLE: ""}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _call_process(self, process: subprocess.Popen[str], name: str, message: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        answer = _read_answer(process)
        if answer["status"] != 200 or '"error"' in answer["body"][:200]:
            raise RuntimeError(f"{self.module}: {name}: {answer['status']} {answer['body'][:300]}")
        return answer


def _read_answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer
