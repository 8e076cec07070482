"""Runs client programs as on a new machine: an empty home folder, and no network except loopback."""

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
    """All environment variables of a client, none of which comes from this process."""
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", **NO_NETWORK, **(extra or {})}


def run(command: Sequence[str], home: Path, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a client to its end in `home`; gives its exit code and both outputs."""
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
