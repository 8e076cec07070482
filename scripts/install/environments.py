"""The virtual environments of the repository: their folders, their locks, and whether they are up to date."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
_LAMBDA_PYTHON: Final = "3.13"


class Environment(NamedTuple):
    """A virtual environment: what is installed, the folder, and the file whose time says when that was done.

    `has_service` adds the service itself, editable; `prefers_lambda_python` takes the Python of the Lambda runtime, when
    there is one.
    """

    name: str
    folder: str
    stamp: str = ".made"
    has_service: bool = False
    prefers_lambda_python: bool = False

    @property
    def lock(self) -> str:
        """The path of the lock below the repository's root."""
        return f"requirements/{self.name}.txt"

    def is_made(self, root: Path = ROOT) -> bool:
        """Whether the environment was made after the last change of its lock and of what it is made from."""
        sources = [self.lock, *(["pyproject.toml"] if self.has_service else [])]
        needed = max((root / source).stat().st_mtime for source in sources)
        stamps = [root / self.folder / name for name in {self.stamp, ".made"}]
        return any(stamp.exists() and stamp.stat().st_mtime >= needed for stamp in stamps)


def find_environment(name: str) -> Environment:
    """The environment of this name: `run` and `dev` are the same folder, every other one is a tool's."""
    if name == "dev":
        return Environment("dev", ".venv", has_service=True)
    if name == "run":
        return Environment("run", ".venv", ".run", has_service=True)
    return Environment(name, f".tools/{name}", prefers_lambda_python=name in {"emulator", "runtime"})


def find_python(environment: Environment) -> str:
    """The path of the Python to make the environment with. Raises CalledProcessError when none fits."""
    asked = [[_LAMBDA_PYTHON], []] if environment.prefers_lambda_python else [[]]
    for versions in asked:
        found = subprocess.run(
            [ROOT / "scripts/find-python", *versions], stdout=subprocess.PIPE, text=True, check=False
        )
        if found.returncode == 0:
            return found.stdout.strip()
    raise subprocess.CalledProcessError(found.returncode, "find-python")
