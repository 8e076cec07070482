"""Run a client program as on a fresh machine: empty home, no network but loopback."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

NO_NETWORK = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}
RUN_LIMIT = 90


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a client: nothing of ours leaks into it."""
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", **NO_NETWORK, **(extra or {})}


def run(command: Sequence[str], home: Path, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a client to its end in `home`; gives its exit code and both outputs."""
    return subprocess.run(
        command,
        cwd=home,
        env=environment(home, extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT,
        check=False,
    )
