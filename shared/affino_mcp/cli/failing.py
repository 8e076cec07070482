"""How a refusal is told on a terminal: one line for people, one JSON object with --json; exit code 1."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from affino_mcp.errors import AffinoError
from affino_mcp.store.ops import StoreUnavailable


class Failure(click.ClickException):
    """What the command says before it ends with 1. `document` is the same for machines."""

    exit_code = 1

    def __init__(self, message: str, document: dict[str, Any]) -> None:
        super().__init__(message)
        self.document = document

    def show(self, file: Any = None) -> None:
        """Print it on standard error; standard output stays empty."""
        text = (
            json.dumps({"error": self.document}, ensure_ascii=False) if _wants_json() else f"affino-mcp: {self.message}"
        )
        click.echo(text, file=file or sys.stderr)


def failure_of(error: AffinoError | StoreUnavailable) -> Failure:
    """The failure that an error of the service becomes."""
    if isinstance(error, StoreUnavailable):
        text = "The service's stores do not answer. 'affino-mcp local status' says whether it runs."
        return Failure(text, {"type": "unavailable", "message": text})
    known = error.details.get("known")
    hint = f" Known: {', '.join(known)}." if known else ""
    return Failure(error.message + hint, {"type": error.type, "message": error.message, "details": error.details})


def _wants_json() -> bool:
    context = click.get_current_context(silent=True)
    return "--json" in sys.argv if context is None else bool(context.params.get("as_json"))
