"""Paths and addresses of the local run, whose parts are in the repository beside the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[3]
"""The root folder of the repository."""

TEMPLATE_FILE: Final = REPOSITORY / "template.yaml"
EMULATOR_PROGRAM: Final = REPOSITORY / ".tools/emulator/bin/ministack"

CONNECTION_FILE: Final = Path(".local/connection.json")
"""The path of the connection file, below the current folder."""

STATE_FOLDER: Final = Path(".local/state")
DEFAULT_PORT: Final = 8642
LOOPBACK: Final = "127.0.0.1"
