"""One function process under measurement: imports the handler, says so, then answers events that come line by line.

    python -m bench.worker MODULE

Every line written is JSON: CPU milliseconds of the whole process so far, or of one call, and what came back.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path


def resident_megabytes() -> float:
    """Gives the memory that this process holds now; where /proc is missing, the most that it held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(module: str) -> None:
    """Serves events until standard input ends."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the service's own log lines
    handler = importlib.import_module(module).handler
    print(json.dumps({"cpu": time.process_time() * 1000, "rss": resident_megabytes()}), file=out)
    for line in sys.stdin:
        event = json.loads(line)
        wall, cpu = time.perf_counter(), time.process_time()
        answer = handler(event, None)
        took = {"cpu": (time.process_time() - cpu) * 1000, "wall": (time.perf_counter() - wall) * 1000}
        took["rss"] = resident_megabytes()
        print(json.dumps({**took, "status": answer["statusCode"], "body": answer["body"]}), file=out)


if __name__ == "__main__":
    main(sys.argv[1])
