"""`affino-mcp housekeeping`: what the jobs that run on a schedule did, and what they owe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import open_service
from affino_mcp.housekeeping.report import HousekeepingReport, read_report
from affino_mcp.text import plural

app = typer.Typer(no_args_is_help=True, help="Housekeeping: what the scheduled jobs did, and what they owe.")


@app.callback()
def housekeeping() -> None:
    """Housekeeping: what the scheduled jobs did, and what they owe."""


@app.command()
def report(
    ctx: typer.Context,
    *,
    days: Annotated[int, typer.Option(help="How many days back.", min=1, max=400)] = 7,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Deleted media that were purged, files that no record named, unfinished uploads; and what is overdue.

    Exit code 1 when housekeeping does not run, or when something is overdue: an hour that should have been closed half an
    hour ago, deletions that should be purged, a daily pass that was not finished on its day.

    Example: affino-mcp housekeeping report --days 30
    """
    service = open_service(ctx, connection)
    found = read_report(service.stores.database, service.settings.audit_table, service.clock(), days)
    if as_json:
        print_json(asdict(found) | {"is_well": found.is_well})
    else:
        rows = [
            (
                one.day,
                one.job,
                *(one.figures.get(name, "") for name in ("records", "files", "removed", "bytes", "waiting")),
            )
            for one in found.days
        ]
        columns = ("Day", "Job", "Records", "Files", "Removed", "Bytes", "Waiting")
        print_table(columns, rows, "Nothing was removed.")
        for words in _describe_debts(found):
            print_note(words)
    if not found.is_well:
        raise typer.Exit(1)


def _describe_debts(found: HousekeepingReport) -> Iterator[str]:
    if not found.is_running:
        yield f"Housekeeping does not run: the API Log was counted last at {found.counted_at or 'no time'}."
    if found.hours_owed:
        yield f"Not counted to their end: {plural(len(found.hours_owed), 'hour')} of the API Log, from {found.hours_owed[0]} on."
    if found.days_owed:
        yield f"Deleted media to purge: of {plural(found.days_owed, 'day')}."
    for job in found.passes_owed:
        yield f"Not finished in time: the daily pass of {job}."
    if found.is_well:
        yield "Nothing is overdue."
