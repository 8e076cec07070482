"""How a refusal is told on a terminal: one line for people, one JSON object with --json; exit code 1."""

from __future__ import annotations

import json
from typing import Any, Final

import typer
from typer.core import TyperGroup

from affino_mcp.errors import AffinoError
from affino_mcp.local.background import SAID_BY
from affino_mcp.store.ops import StoreUnavailable

_JSON: Final = "affino_mcp.as_json"
_NO_STORES: Final = "The service's stores do not answer. 'affino-mcp doctor' looks for the reason."


class Commands(TyperGroup):
    """Turns what the service refuses into one plain message on standard error and exit code 1."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Notes whether the answer shall be JSON, for refusals too."""
        ctx.meta[_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (AffinoError, StoreUnavailable) as error:
            typer.echo(told(error, as_json=ctx.meta[_JSON]), err=True)
            raise typer.Exit(1) from error


def told(error: AffinoError | StoreUnavailable, *, as_json: bool) -> str:
    """What is said about a refusal."""
    if isinstance(error, StoreUnavailable):
        kind, message, details = "unavailable", _NO_STORES, dict[str, Any]()
    else:
        kind, message, details = error.type, error.message, error.details
    if as_json:
        found = {"type": kind, "message": message, "details": details}
        return json.dumps({"error": found}, ensure_ascii=False)
    hint = f" Known: {', '.join(details['known'])}." if "known" in details else ""
    return f"{SAID_BY}{message}{hint}"
