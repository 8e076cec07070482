"""The servers that `make bench` measures, and the stores with fixed answers that the service asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.measured import MeasuredServer
from bench.messages import messages_for_tool

NOTHING: Final = "nothing: an empty handler"
BARE: Final = "bare JSON-RPC, no library, 60 tools"
BARE_WITH_STORES: Final = "bare JSON-RPC + the service's store requests and list"
LOW_LEVEL: Final = "mcp low-level + Mangum, 60 tools"
USUAL: Final = "FastMCP + Mangum, 60 tools, no gate"
AWSLABS: Final = "awslabs mcp-lambda-handler, 60 tools (2024-11-05)"
SERVICE: Final = "**affino-mcp: gate, log, every tool**"
SERVICE_RESTORED: Final = "affino-mcp, from a snapshot (its start is not measured)"
SERVICE_MANY_TOOLS: Final = "affino-mcp, twice the tools"
PEERS_PYTHON: Final = Path(".tools/bench/bin/python")
SNAPSHOT: Final = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
"""What Lambda tells a process of which it takes a snapshot; here the process goes on as one that is restored does."""
_RECORD: Final = {"name": "Jane Doe", "email": "jane@example.org"}
_TEXTS: Final = dict.fromkeys(("name", "description", "email", "street", "city", "postcode", "topics"), "x")


def build_servers(stores: str, byte_code: str, tools: int) -> dict[str, MeasuredServer]:
    """Gives the servers to measure, by name; `byte_code` is the folder for their byte-code, `tools` the most of one."""
    kept = {"PYTHONPYCACHEPREFIX": byte_code}
    aws = {"AFFINO_AWS_ENDPOINT": stores, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", **kept}
    ours, texts = messages_for_tool("get_current_user", {}), messages_for_tool("create_contacts", _TEXTS)
    usual = messages_for_tool("create_contacts", {**_RECORD, "topics": [1, 2]})
    return {
        NOTHING: MeasuredServer("bench.peers.nothing", {}, kept),
        BARE: MeasuredServer("bench.peers.bare", texts, kept),
        BARE_WITH_STORES: MeasuredServer("bench.peers.bare_with_stores", ours, aws),
        LOW_LEVEL: MeasuredServer("bench.peers.mcp_low_level", texts, kept),
        USUAL: MeasuredServer("bench.peers.fastmcp_mangum", usual, kept),
        AWSLABS: MeasuredServer("bench.peers.awslabs_handler", texts, kept, str(PEERS_PYTHON)),
        SERVICE: MeasuredServer("bench.peers.service", ours, aws),
        SERVICE_RESTORED: MeasuredServer("bench.peers.service", ours, {**aws, **SNAPSHOT}),
        SERVICE_MANY_TOOLS: MeasuredServer("bench.peers.service", ours, {**aws, "BENCH_TOOLS": str(tools)}),
    }


@contextmanager
def serve_canned_stores() -> Iterator[str]:
    """Runs bench.canned, stores with fixed answers, in a process; gives its address."""
    command = [sys.executable, "-m", "bench.canned", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{_read_port(process)}"
        finally:
            process.kill()


def _read_port(process: subprocess.Popen[str]) -> int:
    """The port that bench.canned prints when it listens; raises RuntimeError when it ends before."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("bench.canned did not start")
    return int(line)
