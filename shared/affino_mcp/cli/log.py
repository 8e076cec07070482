"""`affino-mcp log`: the API Log, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from affino_mcp.admin.display import describe_open_outcome, format_time
from affino_mcp.audit.queries import LogPage
from affino_mcp.audit.row import AuditRow
from affino_mcp.cli.log_asking import build_log_query, query_log, with_log_filters
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import open_service
from affino_mcp.cli.target import choose_target

app = typer.Typer()


@app.callback(invoke_without_command=True)
@with_log_filters()
def log(
    ctx: typer.Context,
    *,
    options: dict[str, Any],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on where an earlier answer ended.")] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Calls, newest first: who did what, through which profile, and what came of it. Times are UTC.

    Without --since: back to the first call that is kept.

    Example: affino-mcp log --person sales --status 403 --since 10m --json
    """
    if ctx.invoked_subcommand is not None:
        _refuse_early_filters(ctx)
        ctx.obj = choose_target(ctx, connection)
        return
    service = open_service(ctx, connection)
    asked = build_log_query(service, **options)
    _print_answer(query_log(service, replace(asked, limit=limit, cursor=cursor)), as_json=as_json)


def _refuse_early_filters(ctx: typer.Context) -> None:
    """Raises BadParameter for a filter before the subcommand's name, which would be ignored and show too many rows."""
    for name in ctx.params:
        source = ctx.get_parameter_source(name)
        if name != "connection" and source is not None and source.name == "COMMANDLINE":
            option = "json" if name == "as_json" else name
            raise typer.BadParameter(f"say --{option} after '{ctx.invoked_subcommand}', not before it")


def _print_answer(answer: LogPage, *, as_json: bool) -> None:
    if as_json:
        print_json([row_document(row) for row in answer.rows])
    else:
        columns = ("Time (UTC)", "Profile", "Person", "Method", "Status", "Record", "ms", "Remarks")
        print_table(columns, [row_cells(row) for row in answer.rows], "No calls.")
    if answer.next:
        print_note(f"Looked back to {format_time(answer.back)} UTC. Further: --cursor {answer.next}")


def row_document(row: AuditRow) -> dict[str, Any]:
    """The row as JSON: `profile` and `person` are names, their key and code are fields of their own."""
    names = {"profile_name": "profile", "person_name": "person"}
    return {names.get(name, name): value for name, value in row.to_document().items()}


def row_cells(row: AuditRow) -> tuple[object, ...]:
    """The cells of the row in a table for people."""
    person = f"{row.person_name} ({row.person_code})" if row.person_code is not None else row.person_name
    return (
        format_time(row.at),
        row.profile_name,
        person,
        row.method,
        row.status,
        row.record,
        row.duration_ms,
        _render_remarks(row),
    )


def _render_remarks(row: AuditRow) -> str:
    remarks = [f"{row.count} calls"] if row.count > 1 else []
    remarks += (
        [str(row.error.get("message"))] if row.error else list(filter(None, [describe_open_outcome(row.outcome)]))
    )
    remarks += [f"{warning.get('Code')} {warning.get('Argument', '')}".strip() for warning in row.warnings]
    remarks += [f"confirmed {row.confirmed}"] if row.confirmed else []
    remarks += [f"toolset {row.toolset}"] if row.toolset else []
    remarks += [f"app {row.client_id}"] if row.client_id else []
    remarks += [f"denied by {row.denied_by}"] if row.denied_by else []
    return "; ".join(remarks + (["dry run"] if row.dry_run else []))
