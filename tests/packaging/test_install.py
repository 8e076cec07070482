"""`python -m scripts.install`: what is up to date, and a failure's one sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.install.environments import ROOT, Environment, find_environment
from scripts.install.faults import explain_fault
from scripts.install.installation import Installation, InstallFailed

RETRIES = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)': /simple/aiofile/\n"
NOTHING_FOUND = (
    "ERROR: Could not find a version that satisfies the requirement aiofile==3.12.3 (from versions: none)\n"
    "ERROR: No matching distribution found for aiofile==3.12.3\n"
)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        pytest.param(
            RETRIES + NOTHING_FOUND, "Cannot reach the package index .*HTTPS_PROXY.*PIP_INDEX_URL", id="network"
        ),
        pytest.param(NOTHING_FOUND, "The package index has no aiofile==3.12.3", id="not on the index"),
        pytest.param(
            "Error: [Errno 13] Permission denied: '/c/.venv'", "The folder /c/.venv cannot be written", id="denied"
        ),
        pytest.param(
            "OSError: [Errno 30] Read-only file system: '/c'", "The folder /c/.venv cannot be", id="read-only"
        ),
        pytest.param("ERROR: [Errno 28] No space left on device", "The disk is full while /c/.venv", id="disk"),
        pytest.param("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one that is locked", id="hash"),
        pytest.param("ensurepip is not available.", "apt install python3-venv", id="venv"),
        pytest.param("x\nERROR: Odd thing.\n", "Installing into /c/.venv failed: Odd thing.", id="other"),
        pytest.param("", "no reason was given", id="silent"),
    ],
)
def test_a_failure_is_one_sentence(output: str, said: str) -> None:
    told = explain_fault(output, "/c/.venv")
    assert re.search(said, told)
    assert "\n" not in told


@pytest.mark.slow
def test_an_index_that_cannot_be_reached_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "1")
    lock = tmp_path / "requirements/tiny.txt"
    lock.parent.mkdir()
    lock.write_text(f"affino-no-such-package==1 --hash=sha256:{'0' * 64}\n")
    installation = Installation(find_environment("tiny"), tmp_path)
    assert installation.describe() == ".tools/tiny: making the environment"
    with pytest.raises(InstallFailed, match="Cannot reach the package index"):
        installation.make()
    assert not find_environment("tiny").is_made(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    lock = tmp_path / "requirements/tiny.txt"
    lock.parent.mkdir()
    lock.write_text("a==1\nb==2\n")
    with pytest.raises(InstallFailed, match=r"The folder /sys/tiny cannot be written|Installing into /sys/tiny failed"):
        Installation(Environment("tiny", "/sys/tiny"), tmp_path).make()


def test_what_was_made_after_its_lock_is_not_made_again(tmp_path: Path) -> None:
    for name in ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml", ".venv/.run"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000, 1000))
    assert find_environment("run").is_made(tmp_path)
    assert not find_environment("dev").is_made(tmp_path)
    (tmp_path / ".venv/.made").touch()
    assert find_environment("dev").is_made(tmp_path)
    os.utime(tmp_path / "pyproject.toml", (2000, 2000))
    os.utime(tmp_path / ".venv/.made", (1000, 1000))
    assert not find_environment("run").is_made(tmp_path)


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    for name in ("dirname", "ls", "sort"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    variables = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([ROOT / "scripts/find-python"], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"affino-mcp needs Python 3\.11, .*install one \(.*\n", done.stderr)
