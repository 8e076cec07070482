"""Imports a function as Lambda does, and prints what that did and cost, as one line of JSON.

Runs alone, in the function's own Python: `init_probe.py FOLDER...`, the folders that Lambda puts on the path.
"""

import gc
import importlib
import json
import sys
import time
from pathlib import Path

NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")
CREDENTIAL_FILES = (".aws/", "credentials")

seen: list[str] = []


def note_event(event: str, given: tuple[object, ...]) -> None:
    """Notes what reaches for the network, or opens a file of credentials."""
    if event in NETWORK:
        seen.append(event)
    path = str(given[0]) if event == "open" else ""
    if any(part in path for part in CREDENTIAL_FILES) and not path.endswith((".py", ".pyc")):
        seen.append(f"open {path}")


def resident_megabytes() -> float:
    """Gives the memory of this process that is in use now (VmRSS, see proc_pid_status(5))."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


sys.addaudithook(note_event)
sys.path[:0] = sys.argv[1:]
before = time.process_time()
app = importlib.import_module("app")

cpu = time.process_time() - before
memory = resident_megabytes()
gc.unfreeze()
lazy = [each for each in gc.get_objects() if type(each).__name__ == "LazyAwsCredentials"]
seen += ["credentials looked up" for each in lazy if each._found is not None]  # noqa: SLF001 (nothing else tells)
print(json.dumps({"callable": callable(app.handler), "cpu": cpu, "memory": memory, "seen": seen}))
