"""The built functions: what their start costs and does, how large they are, and whether they ship byte-code."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from scripts.build import LAMBDA_PYTHON, ROOT, Build, build_artifacts, find_python
from scripts.prove.runtime_client import LAYERS

PROBE = ROOT / "scripts/prove/init_probe.py"
STARTS = 3
LIMIT_MB = 250
"""Lambda's limit for a function with its layers, unzipped."""
START_CPU_SECONDS = {
    "McpEndpoint": 1.4,
    "InstanceApi": 1.0,
    "LoginProxy": 0.8,
    "ControlCentre": 1.1,
    "Housekeeping": 0.6,
    "OAuthAuthorizer": 0.8,
}
"""The most CPU time that the start of each function may take."""
_LIKE_LAMBDA = {
    "PATH": "/usr/bin:/bin",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}


@dataclass(frozen=True)
class StartFigures:
    """The cheapest of several starts of one function, and what any of them did before the snapshot."""

    function: str
    cpu_seconds: float
    memory_mb: float
    seen: list[str]


@dataclass(frozen=True)
class SizeFigures:
    """The size of what is deployed, and its modules with and without byte-code."""

    megabytes: float
    modules: int
    with_byte_code: int


def build_for_lambda() -> Build:
    """Builds the functions and layers for Lambda's Python, or for this one where Lambda's is not installed."""
    version = LAMBDA_PYTHON if find_python(LAMBDA_PYTHON) else "{}.{}".format(*sys.version_info[:2])
    target = Build(version, ROOT / ".aws-sam/build")
    build_artifacts(target, quiet=True)
    return target


def measure_start(build: Build, function: str) -> StartFigures:
    """Starts a function several times, each in a process of its own."""
    paths = [str(build.folder / function), *[str(build.folder / layer) for layer in LAYERS]]
    command = [str(find_python(build.version)), "-I", "-S", str(PROBE), *paths]
    starts = []
    for _ in range(STARTS):
        done = subprocess.run(command, env=_LIKE_LAMBDA, cwd="/", capture_output=True, text=True, check=True)
        starts.append(json.loads(done.stdout.splitlines()[-1]))
    seen = [event for start in starts for event in start["seen"]]
    return StartFigures(function, min(s["cpu"] for s in starts), min(s["memory"] for s in starts), seen)


def measure_size(build: Build) -> SizeFigures:
    """Measures the functions and layers as built."""
    files = [path for path in build.folder.rglob("*") if path.is_file()]
    tag = f"cpython-{build.version.replace('.', '')}"
    modules = [path for path in files if path.suffix == ".py" and path.stat().st_size]
    compiled = [path for path in modules if (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()]
    return SizeFigures(sum(path.stat().st_size for path in files) / 1_000_000, len(modules), len(compiled))
