"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class OnOff(StrEnum):
    """The value of an option that is switched on or off."""

    ON = "on"
    OFF = "off"


JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, on standard output.")]
ConnectionOption = Annotated[
    Path | None,
    typer.Option(
        "--connection", metavar="FILE", help="The service's connection file.", show_default=".local/connection.json"
    ),
]
