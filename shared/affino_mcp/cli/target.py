"""Which service a command works on: the connection file or the deployed stack that its words name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from affino_mcp.value_class import value_class


@value_class
class DeployedStack:
    """The name of a deployed stack, which is looked up when a command needs it."""

    name: str


def remember_target(ctx: typer.Context, path: Path | None, stack: str | None) -> None:
    """Keeps the connection file or the stack given before the command's name in the context.

    A test puts a Service there instead. Raises BadParameter for both, and for an empty name.
    """
    if path and stack is not None:
        raise _both_given()
    if stack == "":
        raise typer.BadParameter("it is empty: say the stack's name", param_hint="'--stack'")
    if ctx.obj is None:
        ctx.obj = DeployedStack(stack) if stack else path


def choose_target(ctx: typer.Context, path: Path | None) -> Any:
    """The connection file given after the command's name, or the file or stack given before it.

    Raises BadParameter for a stack before the name and a file after it.
    """
    if path and isinstance(ctx.obj, DeployedStack):
        raise _both_given()
    return path or ctx.obj


def choose_stack(ctx: typer.Context, name: str | None) -> str:
    """The stack's name, given after the command or before it. Raises BadParameter for none, and for two."""
    before = ctx.obj.name if isinstance(ctx.obj, DeployedStack) else None
    if ctx.obj is not None and before is None:
        raise typer.BadParameter("this command looks at a deployed stack: say its name, and no --connection")
    if name and before and name != before:
        raise typer.BadParameter("NAME and --stack say two stacks", param_hint="NAME")
    if not (name or before):
        raise typer.BadParameter("say the stack's name", param_hint="NAME")
    return str(name or before)


def _both_given() -> typer.BadParameter:
    return typer.BadParameter("say --connection or --stack, not both")


def connection_file(ctx: typer.Context) -> Path | None:
    """The connection file given before the command's name, if any."""
    return ctx.obj if isinstance(ctx.obj, Path) else None
