"""Sixteen processes at ten times a profile's limit: `python -m bench.storm [--connection FILE] [--rate 600] [--seconds 15]`.

Needs a running service (`make run`). Makes a profile, calls `list_accounts` from all processes and compares what was granted with
the limit's bound, burst + rate * time. Ends with 1 when more was granted than that, or less than 95 % of it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROCESS_COUNT = 16
OVERLOAD_FACTOR = 10
CALL_BODY = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "list_accounts", "arguments": {"PageSize": 1}},
}


def create_profile(connection: str, rate: int) -> dict[str, Any]:
    """Creates a profile of this rate with the operators' command line."""
    name = f"storm {time.time_ns()}"
    command = [str(Path(sys.executable).with_name("affino-mcp")), "profile", "create", "--connection", connection]
    options = ["--name", name, "--family", "accounts=read", "--rate", str(rate), "--json"]
    made = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
    profile: dict[str, Any] = json.loads(made.stdout)
    return profile


def hammer_service(url: str, headers: dict[str, str], start: float, seconds: float, gap: float, counts: Any) -> None:
    """Makes a call every `gap` seconds in one process; puts the number of answers per status into `counts`."""
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    seen: Counter[int] = Counter()
    due = start
    while due < start + seconds:
        time.sleep(max(0.0, due - time.time()))
        client.request("POST", "/mcp", json.dumps(CALL_BODY), headers)
        answer = client.getresponse()
        answer.read()
        seen[answer.status] += 1
        due = max(due + gap, time.time())
    counts.put(seen)


def main() -> int:
    """Runs the storm, prints one line, gives the exit code."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--connection", default=".local/connection.json")
    options.add_argument("--rate", type=int, default=600)
    options.add_argument("--seconds", type=float, default=15)
    asked = options.parse_args()
    known = json.loads(Path(asked.connection).read_text(encoding="utf-8"))
    profile = create_profile(asked.connection, asked.rate)
    headers = known["headers"] | {"X-API-Key": profile["key"], "X-API-Secret": profile["secret"]}
    headers |= {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    counts: Any = multiprocessing.Queue()
    gap = PROCESS_COUNT * 60 / (asked.rate * OVERLOAD_FACTOR)
    storm = (known["mcp_url"], headers, time.time() + 1, asked.seconds, gap, counts)
    for process in [multiprocessing.Process(target=hammer_service, args=storm) for _ in range(PROCESS_COUNT)]:
        process.start()
    total = sum((counts.get() for _ in range(PROCESS_COUNT)), Counter[int]())
    bound = profile["burst"] + asked.rate * asked.seconds / 60
    share = total[200] / bound
    print(f"granted {total[200]} of at most {bound:.0f} ({share:.1%}); answers {dict(total)}")
    return 0 if 0.95 <= share <= 1 + 1 / bound else 1


if __name__ == "__main__":
    sys.exit(main())
