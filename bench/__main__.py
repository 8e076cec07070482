"""Start and call costs of the MCP endpoint beside other servers, on this machine: `make bench`.

    python -m bench [--starts N] [--calls N] [--tools N] [--check] [--readme]

Ratios within one run are what to compare; absolute times depend on the machine. Every server starts from byte-code, as the
layers ship it: a first start of each, which does not count, compiles it into a folder of the run's own. The servers take
turns, so that other work on the machine meets them all. `--check` ends with code 1 when a ceiling of bench/budget.toml is
broken; `--readme` writes the table into the README.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from bench.budget import read_lines
from bench.measured import MeasuredServer
from bench.report import render_budget, render_table, write_readme
from bench.servers import SERVICE, build_servers, serve_canned_stores


def count_requests(environment: Mapping[str, str]) -> dict[str, int]:
    """Gives the store requests of one call and of one list, by the method."""
    code = (
        "import json, os; out = os.dup(1); os.dup2(2, 1);"
        "from bench.peers.bare_with_stores import REQUESTS;"
        "os.write(out, json.dumps({method: len(sent) for method, sent in REQUESTS.items()}).encode())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    counted: dict[str, int] = json.loads(run.stdout)
    return counted


def measure_servers(measured: Mapping[str, MeasuredServer], starts: int, calls: int) -> None:
    """Measures the servers in turns; each one's first start compiles its byte-code and does not count."""
    for name, server in measured.items():
        print(f"measuring {name.strip('*')} ...", file=sys.stderr)
        server.measure_process(0)
        server.forget()
    for _ in range(starts):
        for server in measured.values():
            server.measure_process(calls)


def read_options() -> argparse.Namespace:
    """Gives the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=13, help="processes of each server (default 13)")
    parser.add_argument("--calls", type=int, default=200, help="calls of each message in each process (default 200)")
    parser.add_argument("--tools", type=int, default=240, help="tools of the service that has more (default 240)")
    parser.add_argument("--check", action="store_true", help="end with code 1 when a ceiling is broken")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    return parser.parse_args()


def main() -> int:
    """Measures, prints the tables, and gives the exit code."""
    options = read_options()
    with serve_canned_stores() as stores, tempfile.TemporaryDirectory() as byte_code:
        measured = build_servers(stores, byte_code, options.tools)
        measure_servers(measured, options.starts, options.calls)
        lines = read_lines(measured, count_requests(measured[SERVICE].environment))
    table = render_table(measured)
    print(f"{table}\n\n{render_budget(lines)}")
    if options.readme:
        write_readme(table)
    return 1 if options.check and not all(line.is_held for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
