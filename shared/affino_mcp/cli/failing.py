"""How a refusal is told on a terminal: one line for people on standard error, with --json one object on standard output.

Exit codes: 1 refused or failed, 2 the command was not understood.
"""

from __future__ import annotations

import errno
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
    """Turns what the service or this machine refuses into one plain message and exit code 1."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Notes whether the answer shall be JSON, for refusals too; raises TyperException for what is not understood."""
        ctx.meta[_JSON] = "--json" in args
        try:
            _require_text(args)
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            _misunderstood(ctx, error)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            _misunderstood(ctx, error)
            raise
        except (AffinoError, StoreUnavailable) as error:
            _refused(ctx, error)
            raise typer.Exit(1) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has had enough: Typer ends quietly
                raise
            typer.echo(f"{SAID_BY}{_system(error)}", err=True)
            raise typer.Exit(1) from error


def _require_text(args: list[str]) -> None:
    """Raises BadParameter for bytes that are no text: no store could keep them."""
    try:
        " ".join(args).encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("the command holds bytes that are not UTF-8") from None


def _misunderstood(ctx: Any, error: typer.TyperException) -> None:
    """The words for people are Typer's."""
    if ctx.meta[_JSON]:
        typer.echo(_document("usage", error.format_message(), {}))


def _refused(ctx: Any, error: AffinoError | StoreUnavailable) -> None:
    if isinstance(error, StoreUnavailable):
        kind, message, details = "unavailable", _NO_STORES, dict[str, Any]()
    else:
        kind, message, details = error.type, error.message, error.details
    if ctx.meta[_JSON]:
        typer.echo(_document(kind, message, details))
    known = f" Known: {', '.join(details['known'])}." if "known" in details else ""
    following = f" {details['next']}" if "next" in details else ""
    typer.echo(f"{SAID_BY}{message}{known}{following}", err=True)


def _document(kind: str, message: str, details: dict[str, Any]) -> str:
    return json.dumps({"error": {"type": kind, "message": message, "details": details}}, ensure_ascii=False)


def _system(error: OSError) -> str:
    """What this machine refused, about which file."""
    about = f" ({error.filename})" if error.filename else ""
    return f"This machine refused to read or write: {error.strerror or 'no reason given'}{about}."
