"""Prints errors of commands: one line for people on standard error, with --json one object on standard output.

Exit codes: 1 refused or failed, 2 the command was not understood, 3 not known whether it was done.
"""

from __future__ import annotations

import errno
import json
from typing import Any, Final

import typer
from typer.core import TyperGroup

from affino_mcp.admin.operator_errors import MaybeDone
from affino_mcp.errors import AffinoError
from affino_mcp.local.background import MESSAGE_PREFIX
from affino_mcp.store.faults import StoreUnavailable, Unanswered

UNKNOWN_EXIT_CODE: Final = 3
"""The exit code of a command that may have been carried out."""
_AS_JSON_KEY: Final = "affino_mcp.as_json"
_NO_STORES_TEXT: Final = "The service's stores do not answer. 'affino-mcp doctor' looks for the reason."


class CommandGroup(TyperGroup):
    """A Typer group that prints an error of the service or of this machine as one message, and exits with its code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the arguments, noting whether errors are to be JSON. Raises TyperException when they are not understood."""
        ctx.meta[_AS_JSON_KEY] = "--json" in args
        try:
            _require_text(args)
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            _print_usage_error(ctx, error)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. Raises Exit with the code of an error of the service or this machine."""
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            _print_usage_error(ctx, error)
            raise
        except (AffinoError, StoreUnavailable) as error:
            known = MaybeDone() if isinstance(error, Unanswered) else error
            _print_refusal(ctx, known)
            raise typer.Exit(UNKNOWN_EXIT_CODE if isinstance(known, MaybeDone) else 1) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has closed the pipe: Typer ends quietly
                raise
            typer.echo(f"{MESSAGE_PREFIX}{_system_error_text(error)}", err=True)
            raise typer.Exit(1) from error


def _require_text(args: list[str]) -> None:
    """Raises BadParameter for bytes that are not UTF-8, which no store could keep."""
    try:
        " ".join(args).encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("the command holds bytes that are not UTF-8") from None


def _print_usage_error(ctx: Any, error: typer.TyperException) -> None:
    """Prints the error as JSON if asked for; Typer prints the text for people."""
    if ctx.meta[_AS_JSON_KEY]:
        typer.echo(_error_document("usage", error.format_message(), {}))


def _print_refusal(ctx: Any, error: AffinoError | StoreUnavailable) -> None:
    if isinstance(error, StoreUnavailable):
        kind, message, details = "unavailable", _NO_STORES_TEXT, dict[str, Any]()
    else:
        kind, message, details = error.type, error.message, error.details
    if ctx.meta[_AS_JSON_KEY]:
        typer.echo(_error_document(kind, message, details))
    known = f" Known: {', '.join(details['known'])}." if "known" in details else ""
    following = f" {details['next']}" if "next" in details else ""
    typer.echo(f"{MESSAGE_PREFIX}{message}{known}{following}", err=True)


def _error_document(kind: str, message: str, details: dict[str, Any]) -> str:
    return json.dumps({"error": {"type": kind, "message": message, "details": details}}, ensure_ascii=False)


def _system_error_text(error: OSError) -> str:
    """The text of an error of this machine, with the file's name."""
    about = f" ({error.filename})" if error.filename else ""
    return f"This machine refused to read or write: {error.strerror or 'no reason given'}{about}."
