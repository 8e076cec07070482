"""`affino-mcp log tail`, `log export` and `log show`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from affino_mcp.admin.display import describe_outcome
from affino_mcp.admin.log_formats import EXPORT_FORMATS
from affino_mcp.admin.operator_audit import LOG_SUBJECT
from affino_mcp.audit.changes import change_lines
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.log import describe_record
from affino_mcp.audit.queries import LogQuery
from affino_mcp.audit.row import AuditRow
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.log import row_cells, row_document
from affino_mcp.cli.log_asking import SinceFilter, build_log_query, iterate_rows, list_recent_rows, with_log_filters
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_table, write_part
from affino_mcp.cli.service import Service, open_service
from affino_mcp.tool_errors import NotFound
from affino_mcp.ulids import ulid_moment

TAIL_INTERVAL_SECONDS: Final = 2.0
"""Seconds between two reads of the log by `log tail`."""
_TAIL_OVERLAP: Final = timedelta(seconds=30)
"""How far back each read goes, because indexes may show rows a little late and out of order."""
CHANGE_COLUMNS: Final = ("Record", "Field", "Before", "After")
REQUEST_MARGIN: Final = timedelta(minutes=5)
"""How far from a row the other rows of its request are looked for."""
REQUEST_SEARCH_SPAN: Final = "24h"
"""How far back a request id is looked for without --since."""


class ExportFormat(StrEnum):
    """The format of an export."""

    CSV = "csv"
    JSON = "json"


@with_log_filters("record", "since", "until")
def tail(
    ctx: typer.Context, *, options: dict[str, Any], as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Calls as they happen, one line each (with --json one object each), until Ctrl-C.

    Example: affino-mcp log tail --profile content-editor
    """
    service = open_service(ctx, connection)
    asked = build_log_query(service, **options)
    try:
        _follow_log(service, asked, as_json=as_json)
    except KeyboardInterrupt:
        return


@with_log_filters()
def export(
    ctx: typer.Context,
    *,
    options: dict[str, Any],
    form: Annotated[ExportFormat, typer.Option("--format", help="csv or json.")] = ExportFormat.CSV,
    most: Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows at most, the newest.")] = 100_000,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Calls as a file on standard output, newest first, written while they are read. --json is --format json.

    Example: affino-mcp log export --format csv --profile content-editor --since 30d > calls.csv
    """
    service = open_service(ctx, connection)
    asked = build_log_query(service, **options)
    wanted = ExportFormat.JSON if as_json else form
    with audit_command(service, "export_log", LOG_SUBJECT, {}, {"format": wanted, "filters": _describe_query(asked)}):
        _, written = EXPORT_FORMATS[wanted]
        for part in written(iterate_rows(service, asked, most)):
            if not write_part(part):
                break


def show(
    ctx: typer.Context,
    call: Annotated[str, typer.Argument(metavar="ID", help="A row's id, or the request id that a caller was told.")],
    *,
    since: SinceFilter = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """One call with everything that is known of it, and the other rows of its request (shares, operators' actions).

    A request id is looked for in the last 24 hours, or --since.

    Example: affino-mcp log show 01KAQ3W5Z0M1T7R2H8C4X9B6ND
    """
    service = open_service(ctx, connection)
    found = _find_call(service, call, since)
    siblings = _find_siblings(service, found)
    if as_json:
        print_json(row_document(found) | {"same_request": [row_document(row) for row in siblings]})
        return
    _print_row(found)
    if siblings:
        typer.echo("\nOther rows of this request, oldest first:")
    for row in siblings:
        typer.echo("  ".join(part for part in (row.id, row.share, describe_outcome(row.outcome), row.result) if part))


def add_log_commands(app: typer.Typer) -> None:
    """Adds the three commands to the app of `log`."""
    for command in (tail, export, show):
        app.command()(command)


def _follow_log(service: Service, asked: LogQuery, *, as_json: bool) -> None:
    seen: set[str] = {row.id for row in list_recent_rows(service, asked, _TAIL_OVERLAP)}
    while True:
        service.pause(TAIL_INTERVAL_SECONDS)
        latest = list_recent_rows(service, asked, _TAIL_OVERLAP)
        for row in latest:
            if row.id not in seen:
                typer.echo(json.dumps(row_document(row), ensure_ascii=False) if as_json else _row_line(row))
        seen = {row.id for row in latest}


def _row_line(row: AuditRow) -> str:
    return "  ".join(str(cell) for cell in row_cells(row) if cell not in (None, ""))


def _find_call(service: Service, call: str, since: str | None) -> AuditRow:
    try:
        at = ulid_moment(call.upper())
        asked = LogQuery(since=at, until=at)
    except ValueError:
        asked = LogQuery(request_id=call, since=build_log_query(service, since=since or REQUEST_SEARCH_SPAN).since)
    for row in iterate_rows(service, asked, 1000):
        if call.upper() == row.id or call == row.request_id:
            return row
    raise NotFound("id", "call", next="A request id is looked for in the last 24 hours; --since 7d goes further back.")


def _find_siblings(service: Service, row: AuditRow) -> list[AuditRow]:
    """The other rows of the row's request, oldest first: of a change in shares, or of an operator's action."""
    if not row.share and row.channel != CONTROL_CHANNEL:
        return []
    at = datetime.fromisoformat(row.at)
    asked = LogQuery(
        since=at - REQUEST_MARGIN, until=at + REQUEST_MARGIN, profile=row.profile_key, request_id=row.request_id
    )
    return [other for other in reversed(list(iterate_rows(service, asked, 1000))) if other.id != row.id]


def _print_row(row: AuditRow) -> None:
    """Prints the row's fields and its changes as a table; leaves out an operator's arguments, which repeat the changes."""
    apart = {"changes", "arguments"} if row.channel == CONTROL_CHANNEL and row.changes else {"changes"}
    told = {name: value for name, value in row_document(row).items() if name not in apart}
    told["outcome"] = describe_outcome(row.outcome)
    print_fields({name: _plain_value(value) for name, value in told.items() if value not in (None, "", [], {})})
    if row.changes:
        print_table(CHANGE_COLUMNS, ((*_change_cell(row, line), *line[2:]) for line in change_lines(row.changes)), "")


def _change_cell(row: AuditRow, line: Sequence[Any]) -> tuple[str]:
    """The cell of a changed record: its name and what was done with it."""
    return (f"{describe_record(line[0]) or row.profile_name} {line[1]}".strip(),)


def _describe_query(asked: LogQuery) -> dict[str, str]:
    """The filters of a question that are set, as text for the audit row."""
    asks = (f.name for f in fields(LogQuery) if f.name not in {"limit", "cursor"})
    return {name: str(value) for name in asks if (value := getattr(asked, name)) not in (None, ())}


def _plain_value(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
