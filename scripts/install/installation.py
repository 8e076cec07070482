"""Makes one virtual environment by venv and pip, and says at any moment how far it is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from scripts.install.environments import ROOT, Environment, find_python
from scripts.install.faults import explain_fault

_PIP: Final = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar",
    "off",
    "--no-deps",
]
# Every install is exactly what the lock names, by hash; the lock is complete, so nothing is resolved.
_LOCKED: Final = ["--no-compile", "--require-hashes", "--requirement"]


class InstallFailed(Exception):
    """An environment could not be made; the text says why, in one sentence."""


class Installation:
    """The making of one environment, which runs in a thread; `describe` may be called from another one."""

    def __init__(self, environment: Environment, root: Path = ROOT) -> None:
        self.environment, self._root = environment, root
        self._folder = root / environment.folder
        self._process: subprocess.Popen[str] | None = None
        self._output: list[str] = []
        self._step = "making the environment"
        lines = (root / environment.lock).read_text(encoding="utf-8").splitlines()
        self._total = sum("==" in line and not line.startswith((" ", "#")) for line in lines)
        self._found = self._to_install = self._there = 0

    def make(self) -> None:
        """Makes the environment and marks it as made. Raises InstallFailed."""
        own = self.environment
        clear = ["--clear"] if own.folder.startswith(".tools/") else []
        self._run([find_python(own), "-m", "venv", *clear, str(self._folder)])
        python = str(self._folder / "bin/python")
        self._step = ""
        self._run([python, *_PIP, *_LOCKED, own.lock])
        if own.has_service:
            self._step = "adding the service"
            self._run([python, *_PIP, "--no-build-isolation", "--editable", "."])
        (self._folder / own.stamp).touch()
        self._step = "ready"

    def describe(self) -> str:
        """What is being done, and how much of it is done."""
        if self._to_install and not self._step:
            done = max(0, self._count_installed() - self._there)
            return f"{self.environment.folder}: {min(done, self._to_install)} of {self._to_install} packages installed"
        return f"{self.environment.folder}: {self._step or f'{self._found} of {self._total} packages found or fetched'}"

    def stop(self) -> None:
        """Ends the program that is running, if any."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _run(self, command: list[str]) -> None:
        variables = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._output = []
        self._process = subprocess.Popen(
            command, cwd=self._root, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        with self._process as running:
            for line in running.stdout or ():
                self._output.append(line)
                self._note_line(line)
        if self._process.returncode:
            raise InstallFailed(explain_fault("".join(self._output), str(self._folder)))

    def _note_line(self, line: str) -> None:
        if "Retrying (" in line:
            self._step = "the package index does not answer, trying again"
        elif line.startswith(("Collecting ", "Requirement already satisfied")):
            self._found, self._step = self._found + 1, ""
        elif line.startswith("Ignoring "):
            self._total -= 1
        elif line.startswith("Installing collected packages:") and not self._to_install:
            self._there, self._to_install = self._count_installed(), line.count(",") + 1

    def _count_installed(self) -> int:
        return sum(1 for _ in self._folder.glob("lib/python3*/site-packages/*.dist-info"))
