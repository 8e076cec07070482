"""Start and call costs of the MCP endpoint beside the usual FastMCP server, on this machine: `make bench`.

    python -m bench [--starts N] [--calls N] [--tools N] [--check]

Needs only what `make setup` installs. Ratios within one run are what to compare; absolute times depend on the machine.
Every server starts from byte-code, as the layers ship it: a first start of each, which does not count, compiles it into a
folder of the run's own (`make setup` leaves none beside the sources, and some machines forbid writing it there).
`--check` ends with code 1 unless the start costs at most 0.7 of the usual server's, a tool call through gate, stores and
audit at most four times the usual server's call, which has none of them, however many tools there are, and a list less than
half of the usual server's.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.messages import messages_for_tool

USUAL_SERVER, OUR_SERVER, OUR_SERVER_FEW_TOOLS = (
    "fastmcp + mangum, 60 tools, no gate",
    "affino-mcp",
    "affino-mcp, its own tools only",
)
NO_BYTE_CODE_VARIABLE = "PYTHONDONTWRITEBYTECODE"
"""The variable that, set to any text, stops Python from writing byte-code."""


@dataclass
class MeasuredServer:
    """One server under measurement. `starts` holds (wall, CPU) of each start, `calls` the CPU of each call."""

    module: str
    messages: Mapping[str, dict[str, Any]]
    environment: Mapping[str, str] = field(default_factory=dict)
    starts: list[tuple[float, float]] = field(default_factory=list)
    calls: dict[str, list[float]] = field(default_factory=dict)

    def measure_process(self, times: int) -> None:
        """Starts one process, calls it, and records the costs. Raises RuntimeError for every answer but 200."""
        began = time.perf_counter()
        with self._start_process() as process:
            cpu = self._read_answer(process)["cpu"]
            self.starts.append(((time.perf_counter() - began) * 1000, cpu))
            for name, message in self.messages.items():
                costs = [self._call_process(process, name, message) for _ in range(times + 5)]
                self.calls.setdefault(name, []).extend(costs[5:])

    @contextmanager
    def _start_process(self) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "bench.worker", self.module]
        environment = {**os.environ, **self.environment, NO_BYTE_CODE_VARIABLE: ""}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _call_process(self, process: subprocess.Popen[str], name: str, message: dict[str, Any]) -> float:
        assert process.stdin is not None
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        answer = self._read_answer(process)
        if answer["status"] != 200 or '"error"' in answer["body"][:200]:
            raise RuntimeError(f"{self.module}: {name}: {answer['status']} {answer['body'][:300]}")
        cpu: float = answer["cpu"]
        return cpu

    @staticmethod
    def _read_answer(process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer


@contextmanager
def serve_canned_stores() -> Iterator[str]:
    """Runs bench.canned, stores with fixed answers, in a process; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "bench.canned", str(port)]) as process:
        try:
            wait_for_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def wait_for_port(port: int) -> None:
    """Waits until a process listens on the port; raises RuntimeError after ten seconds."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("bench.canned did not start")


def build_servers(stores: str, byte_code: str, tools: int) -> dict[str, MeasuredServer]:
    """Gives the servers to measure, by name; `byte_code` is the folder for their byte-code."""
    kept = {"PYTHONPYCACHEPREFIX": byte_code}
    aws = {"AFFINO_AWS_ENDPOINT": stores, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", **kept}
    ours = messages_for_tool("get_current_user", {})
    usual = messages_for_tool("create_contacts", {"name": "Jane Doe", "email": "jane@example.org", "topics": [1, 2]})
    return {
        "nothing": MeasuredServer("bench.peers.nothing", {}, kept),
        USUAL_SERVER: MeasuredServer("bench.peers.fastmcp_mangum", usual, kept),
        OUR_SERVER: MeasuredServer("bench.peers.service", ours, {**aws, "BENCH_TOOLS": str(tools)}),
        OUR_SERVER_FEW_TOOLS: MeasuredServer("bench.peers.service", ours, aws),
    }


def print_report(measured: Mapping[str, MeasuredServer]) -> None:
    """Prints the two tables of docs/performance.md."""
    usual = median(cpu for _, cpu in measured[USUAL_SERVER].starts)
    print("| start | wall ms | CPU ms | CPU ratio |\n|---|---|---|---|")
    for name, peer in measured.items():
        wall, cpu = (median(part) for part in zip(*peer.starts, strict=True))
        print(f"| {name} | {wall:.0f} | {cpu:.0f} | {cpu / usual:.2f} |")
    print("\n| call (CPU ms, median) | " + " | ".join(name for name, peer in measured.items() if peer.calls) + " |")
    print("|---|" + "---|" * sum(1 for peer in measured.values() if peer.calls))
    for message in measured[USUAL_SERVER].messages:
        print(
            f"| {message} | "
            + " | ".join(f"{median(p.calls[message]):.2f}" for p in measured.values() if p.calls)
            + " |"
        )


def list_broken_promises(measured: Mapping[str, MeasuredServer]) -> list[str]:
    """Gives the promises that do not hold in this run."""
    call, listing = "tools/call, 2026-07-28", "tools/list, 2026-07-28"
    start = median(cpu for _, cpu in measured[OUR_SERVER].starts) / median(
        cpu for _, cpu in measured[USUAL_SERVER].starts
    )
    ours, few, usual = (median(measured[name].calls[call]) for name in (OUR_SERVER, OUR_SERVER_FEW_TOOLS, USUAL_SERVER))
    our_list, usual_list = (median(measured[name].calls[listing]) for name in (OUR_SERVER, USUAL_SERVER))
    promises = {
        f"start at most 0.7 of the usual server's, is {start:.2f}": start <= 0.7,
        f"a call at most four times the usual server's {usual:.2f} ms, is {ours:.2f} ms": ours <= 4 * usual,
        f"a list below half of the usual server's {usual_list:.2f} ms, is {our_list:.2f} ms": our_list < usual_list / 2,
        f"a call costs the same with few tools ({few:.2f} ms) and many ({ours:.2f} ms)": ours < 1.25 * few,
    }
    return [promise for promise, held in promises.items() if not held]


def main() -> int:
    """Measures, prints the tables, and gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5, help="processes of each peer (default 5)")
    parser.add_argument("--calls", type=int, default=100, help="calls of each message in each process (default 100)")
    parser.add_argument("--tools", type=int, default=113, help="tools of the service (default 113)")
    parser.add_argument("--check", action="store_true", help="end with code 1 when a promise does not hold")
    options = parser.parse_args()
    with serve_canned_stores() as stores, tempfile.TemporaryDirectory() as byte_code:
        measured = build_servers(stores, byte_code, options.tools)
        for name, peer in measured.items():
            peer.measure_process(0)
            peer.starts.clear()
            print(f"measuring {name} ...", file=sys.stderr)
        for _ in range(options.starts):
            for peer in measured.values():
                peer.measure_process(options.calls)
    print_report(measured)
    failures = list_broken_promises(measured)
    print("\n" + "\n".join(f"NOT HELD: {failure}" for failure in failures) if failures else "\nall promises held")
    return 1 if failures and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
