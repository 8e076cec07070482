"""`affino-mcp stack restore`: tables of a deployed stack as they were at a moment, and the deployment that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import typer

from affino_mcp.cli.options import JsonOption
from affino_mcp.cli.output import print_json, print_note
from affino_mcp.cli.service import open_deployed_service
from affino_mcp.cli.target import choose_stack
from affino_mcp.cli.words import parse_moment
from affino_mcp.clock import format_iso, utc_now
from affino_mcp.settings import Settings
from affino_mcp.store.point_in_time import TableRestore, TableRestorer
from affino_mcp.store.stacks import STACK_OUTPUTS

LATEST: Final = "latest"


class StackPart(StrEnum):
    """Tables that belong together."""

    RECORDS = "records"
    PEOPLE = "people"
    LOG = "log"


PART_TABLES: Final[Mapping[StackPart, tuple[str, ...]]] = {
    StackPart.RECORDS: ("records_table", "words_table"),
    StackPart.PEOPLE: ("gate_table", "credentials_table"),
    StackPart.LOG: ("audit_table",),
}
"""The settings of the tables of each part."""


def restore(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The stack's name, if --stack does not say it.")
    ] = None,
    *,
    at: Annotated[
        str, typer.Option(metavar="TIME", help="The moment: 2026-11-27T08:00:00Z, 2h (before now), or latest.")
    ],
    part: Annotated[
        list[StackPart] | None,
        typer.Option(help="What to restore: records (the default), people (with profiles and passwords), log."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Restore tables to a moment, as new tables beside the present ones, and say how the stack is deployed on them.

    Nothing that is used is changed: calls go on with the present tables until that deployment. It takes minutes to hours, and may
    be said again when it was interrupted: the same moment goes on with the same tables. What people did since the moment is not
    in them; the API Log is not restored unless asked for, because it would lose calls that happened.

    Example: affino-mcp stack restore orbital-mcp --at 2026-11-27T08:00:00Z --dry-run
    """
    asked = None if at == LATEST else parse_moment(at, utc_now().replace(microsecond=0), "--at")
    service = open_deployed_service(choose_stack(ctx, name))
    if service.stack is None:
        raise RuntimeError("a deployed service has a stack")
    wanted = [table for each in dict.fromkeys(part or [StackPart.RECORDS]) for table in PART_TABLES[each]]
    restorer = TableRestorer(service.stack.region)
    moment = restorer.find_moment([getattr(service.settings, setting) for setting in wanted], asked)
    planned = {setting: _plan_table(service.stack.name, service.settings, setting, moment) for setting in wanted}
    if not dry_run:
        _carry_out(restorer, list(planned.values()), moment)
    _print_outcome(service.stack.name, planned, moment, is_done=not dry_run, as_json=as_json)


def _plan_table(stack: str, settings: Settings, setting: str, moment: datetime) -> TableRestore:
    kind = setting.removesuffix("_table")
    return TableRestore(getattr(settings, setting), f"{stack}-{kind}-{moment:%Y%m%dT%H%M%SZ}")


def _carry_out(restorer: TableRestorer, planned: list[TableRestore], moment: datetime) -> None:
    for one in planned:
        is_new = restorer.begin(one, moment)
        print_note(f"{one.target}: {'begun' if is_new else 'is there already, or being made'}.")
    for one in planned:
        restorer.finish(one)
        print_note(f"{one.target}: restored, with expiry of rows, backups and protection against deletion.")


def _print_outcome(
    stack: str, planned: Mapping[str, TableRestore], moment: datetime, *, is_done: bool, as_json: bool
) -> None:
    overrides = " ".join(f"Existing{STACK_OUTPUTS[setting]}={one.target}" for setting, one in planned.items())
    deploy = f"sam deploy --stack-name {stack} --parameter-overrides {overrides}"
    if as_json:
        tables = [{"source": one.source, "target": one.target} for one in planned.values()]
        document = {"stack": stack, "at": format_iso(moment), "restored": is_done, "tables": tables}
        print_json(document | {"parameter_overrides": overrides, "deploy": deploy})
        return
    for one in planned.values():
        typer.echo(f"{one.source}  {'was' if is_done else 'would be'} restored to {format_iso(moment)} as {one.target}")
    typer.echo("\nThen deploy on them, with the parameters that you deploy with beside these:")
    typer.echo(deploy)
    if is_done:
        typer.echo(f"Then: affino-mcp --stack {stack} doctor. The tables before are kept, and are yours to remove.")
