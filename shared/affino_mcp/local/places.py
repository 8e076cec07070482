"""Paths and addresses of the local run, whose parts are in the repository beside the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
"""The root folder of the repository."""

TEMPLATE: Final = ROOT / "template.yaml"
EMULATOR: Final = ROOT / ".tools/emulator/bin/ministack"

CONNECTION: Final = Path(".local/connection.json")
"""The path of the connection file, below the current folder."""

STATE: Final = Path(".local/state")
PORT: Final = 8642
HOST: Final = "127.0.0.1"
