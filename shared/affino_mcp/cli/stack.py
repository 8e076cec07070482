"""`affino-mcp stack`: what a deployed stack is made of, before and after an upgrade."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from affino_mcp.cli.options import JsonOption
from affino_mcp.cli.output import print_json, print_table
from affino_mcp.cli.service import open_deployed_service
from affino_mcp.cli.stack_costs import MonthlyCost, list_monthly_costs
from affino_mcp.cli.stack_findings import TABLE_SETTINGS, FindingState, StackFinding, find_stack_state
from affino_mcp.cli.stack_restore import restore
from affino_mcp.cli.target import choose_stack
from affino_mcp.local.places import TEMPLATE_FILE
from affino_mcp.store.stack_inventory import read_inventory
from affino_mcp.store.stacks import Stack

app = typer.Typer(
    no_args_is_help=True, help="A deployed stack: its version, tables and costs, what a deletion leaves, and a restore."
)
app.command()(restore)
_WORDS: Final = {FindingState.GREEN: "green", FindingState.NOTE: "note ", FindingState.RED: "RED  "}


@app.callback()
def stack() -> None:
    """A deployed stack: its version, tables and costs, what a deletion leaves, and a restore."""


@app.command()
def check(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The stack's name, if --stack does not say it.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look at a deployed stack before and after an upgrade, with this shell's AWS credentials and region. Nothing is changed.

    Its version against this command's, its status, its tables against what this version needs, a reindex that is due, old
    versions of functions, who is told by alarms, what it costs each month without a call, and what stays when it is deleted.
    Exit code 1 when anything is red.

    Example: affino-mcp stack check orbital-mcp
    """
    service = open_deployed_service(choose_stack(ctx, name))
    if service.stack is None:
        raise RuntimeError("a deployed service has a stack")
    tables = [getattr(service.settings, setting) for setting in TABLE_SETTINGS]
    inventory = read_inventory(service.stack, service.settings.secrets_prefix, tables)
    found = list(find_stack_state(service, service.stack, inventory, TEMPLATE_FILE))
    costs = list_monthly_costs(service.stack, inventory)
    if as_json:
        _print_document(service.stack, found, costs)
    else:
        _print_report(service.stack, found, costs)
    if any(one.state is FindingState.RED for one in found):
        raise typer.Exit(1)


def _print_document(stack: Stack, found: list[StackFinding], costs: list[MonthlyCost]) -> None:
    print_json(
        {
            "stack": stack.name,
            "region": stack.region,
            "findings": [asdict(one) for one in found],
            "monthly_costs": [asdict(one) | {"dollars": round(one.dollars, 2)} for one in costs],
            "monthly_dollars": round(sum(one.dollars for one in costs), 2),
            "kept": stack.kept,
            "parameter_overrides": _join_parameters(stack),
        }
    )


def _print_report(stack: Stack, found: list[StackFinding], costs: list[MonthlyCost]) -> None:
    for one in found:
        typer.echo(f"{_WORDS[one.state]}  {one.name}: {one.seen}")
        if one.fix:
            typer.echo(f"       To do: {one.fix}")
    typer.echo("\nEach month without a call, at AWS's list prices of us-east-1, without storage:")
    rows = [(one.what, one.count, f"${one.dollars:.2f}") for one in costs]
    print_table(
        ("What", "Count", "Dollars"), [*rows, ("together", "", f"${sum(one.dollars for one in costs):.2f}")], ""
    )
    typer.echo("\nWhen the stack is deleted, its state stays, and costs its storage. A later stack takes it over with:")
    typer.echo(f"--parameter-overrides {_join_parameters(stack)}")


def _join_parameters(stack: Stack) -> str:
    return " ".join(f"{name}={value}" for name, value in stack.kept.items())
