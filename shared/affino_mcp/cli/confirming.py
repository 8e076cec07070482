"""Asks for confirmation of a change."""

from __future__ import annotations

import sys

import typer

from affino_mcp.errors import AffinoError


class YesRequired(AffinoError):
    """A change that cannot be undone lacks --yes, and there is no terminal to ask for confirmation."""

    type = "needs_confirmation"


def require_yes(would: str, does: str, *, as_json: bool) -> None:
    """Asks in the terminal whether to go on; ends the command on a no.

    Takes what the command would do and what it does, as sentences. Raises YesRequired where nobody can be asked.
    """
    if as_json or not sys.stdin.isatty():
        raise YesRequired(f"{would} Say --yes to go on.")
    typer.confirm(f"{does} Go on?", abort=True, err=True)


def ask_on_terminal(does: str, *, as_json: bool) -> None:
    """Asks in the terminal whether to go on with a change that can be undone; ends the command on a no.

    Where nobody can be asked, the command itself is the yes.
    """
    if not as_json and sys.stdin.isatty():
        typer.confirm(f"{does} Go on?", abort=True, err=True)
