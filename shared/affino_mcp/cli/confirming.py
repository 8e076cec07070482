"""Asks for confirmation of a change that cannot be undone."""

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
