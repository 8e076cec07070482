"""Runs `sam build` for one Python version, and prints what was built and whether it contains byte-code.

The artifacts depend on more than their source folders (the build recipe, whether a Python of the target version was
found), and `sam build --cached` looks at those folders only: so each combination has a cache of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAM = ROOT / ".tools/sam/bin/sam"
LAMBDA_PYTHON = "3.13"
LAYER_RECIPE = ROOT / "layers/Makefile"
ALLOW_NO_BYTECODE = "ALLOW_NO_BYTECODE"
"""The environment variable that allows, when it is 1, a build whose functions compile their source at each cold start."""


@dataclass(frozen=True)
class Build:
    """The artifacts for one Python version and processor (by Lambda's name), and their folder."""

    version: str
    folder: Path
    architecture: str = "x86_64"

    @property
    def template_file(self) -> Path:
        """The built template, whose paths are relative to its folder."""
        return self.folder / "template.yaml"

    @property
    def cache_folder(self) -> Path:
        """The folder of SAM's cache, one for each combination of version, processor, Python and build recipe."""
        made_for = f"{self.version} {self.architecture} {find_python(self.version)} "
        what = made_for.encode() + LAYER_RECIPE.read_bytes()
        return ROOT / ".aws-sam/cache" / hashlib.sha256(what).hexdigest()[:12]


def find_python(version: str) -> str | None:
    """The path of a Python of this version that runs here, or None."""
    found = subprocess.run([ROOT / "scripts/find-python", version], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def sam_environment(**more: str) -> dict[str, str]:
    """The environment variables for SAM: this process's, a region, which SAM needs even to build, and no telemetry."""
    quiet = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "eu-west-1")}
    return {**os.environ, **quiet, **more}


def build_artifacts(target: Build, *, quiet: bool = False) -> None:
    """Runs `sam build`; with `quiet`, prints its output only when it fails. Raises CalledProcessError when it fails."""
    folders = ["--build-dir", str(target.folder), "--cache-dir", str(target.cache_folder)]
    command = [str(SAM), "build", "--template", str(ROOT / "template.yaml"), "--cached", "--parallel"]
    command += ["--parameter-overrides", f"Architecture={target.architecture}"]
    environment = sam_environment(
        RUNTIME=target.version, ARCHITECTURE=target.architecture, MAKEFLAGS="--no-print-directory"
    )
    with _alone(target.cache_folder):
        done = subprocess.run(command + folders, capture_output=quiet, check=False, cwd=ROOT, env=environment)
    if quiet and done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
    done.check_returncode()
    _tell_architecture(target)


def _tell_architecture(target: Build) -> None:
    """Makes the processor that was built for the default of the built template, so that a deployment cannot forget it."""
    written = target.template_file.read_text()
    told = re.sub(r"(?m)^(  Architecture:\n(?:    .*\n)*?    Default: ).*$", rf"\g<1>{target.architecture}", written)
    target.template_file.write_text(told)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Waits until no other build writes into this cache, and keeps others out during the body."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    with cache.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def explain_missing_python(version: str) -> str:
    """Says why nothing is built: no Python of this version compiles byte-code, and nothing allows a build without."""
    if find_python(version) or os.environ.get(ALLOW_NO_BYTECODE) == "1":
        return ""
    return (
        f"no Python {version} found to compile byte-code, without which every cold start takes 2 to 3 times as long: "
        f"install Python {version}, or say {ALLOW_NO_BYTECODE}=1"
    )


def summarise_build(target: Build) -> str:
    """One line for people: what was built, which Python compiled its byte-code, and how large it is."""
    python = find_python(target.version)
    code = f"byte-code by {python}" if python else f"source only: no Python {target.version} found to compile byte-code"
    size = sum(file.stat().st_size for file in target.folder.rglob("*") if file.is_file()) / 1_000_000
    where = target.folder.relative_to(ROOT)
    runtime = f"python{target.version} on {target.architecture}"
    return f"make build: {where} is ready for Lambda's {runtime}, {size:.0f} MB unzipped, {code}"


def main() -> int:
    """Builds for Lambda; gives the exit code."""
    target = Build(LAMBDA_PYTHON, ROOT / ".aws-sam/build", os.environ.get("ARCHITECTURE") or "x86_64")
    if fault := explain_missing_python(target.version):
        print(f"make build: failed, {fault}")
        return 1
    try:
        build_artifacts(target)
    except subprocess.CalledProcessError as failed:
        print(f"make build: failed, sam build ended with {failed.returncode}")
        return 1
    print(summarise_build(target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
