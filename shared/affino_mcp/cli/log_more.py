"""`affino-mcp log tail`, `log export` and `log show`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from ulid import ULID

from affino_mcp.admin.log_formats import FORMS
from affino_mcp.admin.operator_audit import LOG
from affino_mcp.audit.changes import change_lines
from affino_mcp.audit.queries import LogQuery
from affino_mcp.audit.row import CONTROL_CHANNEL, AuditRow
from affino_mcp.audit.summary import describe_record
from affino_mcp.cli.journal import recorded
from affino_mcp.cli.log import cells, document
from affino_mcp.cli.log_asking import Since, asks, question, rows, since_then
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import print_fields, print_json, print_table
from affino_mcp.cli.service import Service, opened
from affino_mcp.tool_errors import NotFound

EVERY: Final = 2.0
"""Seconds between two reads of the log by `log tail`."""
_BACK: Final = timedelta(seconds=30)
"""How far back each read goes, because indexes may show rows a little late and out of order."""
CHANGES: Final = ("Record", "Field", "Before", "After")
LATELY: Final = "24h"
"""How far back a request id is looked for without --since."""


class Form(StrEnum):
    """The format of an export."""

    CSV = "csv"
    JSON = "json"


@asks("record", "since", "until")
def tail(
    ctx: typer.Context, *, options: dict[str, Any], as_json: AsJson = False, connection: ConnectionFile = None
) -> None:
    """Calls as they happen, one line each (with --json one object each), until Ctrl-C.

    Example: affino-mcp log tail --profile content-editor
    """
    service = opened(ctx, connection)
    asked = question(service, **options)
    try:
        _follow(service, asked, as_json=as_json)
    except KeyboardInterrupt:
        return


@asks()
def export(
    ctx: typer.Context,
    *,
    options: dict[str, Any],
    form: Annotated[Form, typer.Option("--format", help="csv or json.")] = Form.CSV,
    most: Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows at most, the newest.")] = 100_000,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Calls as a file on standard output, newest first, written while they are read. --json is --format json.

    Example: affino-mcp log export --format csv --profile content-editor --since 30d > calls.csv
    """
    service = opened(ctx, connection)
    asked = question(service, **options)
    wanted = Form.JSON if as_json else form
    with recorded(service, "export_log", LOG, {}, {"format": wanted, "filters": _words(asked)}):
        _, written = FORMS[wanted]
        for part in written(rows(service, asked, most)):
            if not _taken(part):
                break


def show(
    ctx: typer.Context,
    call: Annotated[str, typer.Argument(metavar="ID", help="A row's id, or the request id that a caller was told.")],
    *,
    since: Since = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """One call with everything that is known of it. A request id is looked for in the last 24 hours, or --since.

    Example: affino-mcp log show 01KAQ3W5Z0M1T7R2H8C4X9B6ND
    """
    service = opened(ctx, connection)
    found = _found(service, call, since)
    if as_json:
        print_json(document(found))
    else:
        _print(found)


def add_to(app: typer.Typer) -> None:
    """Adds the three commands to the app of `log`."""
    for command in (tail, export, show):
        app.command()(command)


def _follow(service: Service, asked: LogQuery, *, as_json: bool) -> None:
    seen: set[str] = {row.id for row in since_then(service, asked, _BACK)}
    while True:
        service.pause(EVERY)
        latest = since_then(service, asked, _BACK)
        for row in latest:
            if row.id not in seen:
                typer.echo(json.dumps(document(row), ensure_ascii=False) if as_json else _line(row))
        seen = {row.id for row in latest}


def _line(row: AuditRow) -> str:
    return "  ".join(str(cell) for cell in cells(row) if cell not in (None, ""))


def _found(service: Service, call: str, since: str | None) -> AuditRow:
    try:
        at = ULID.from_str(call.upper()).datetime
        asked = LogQuery(since=at, until=at)
    except ValueError:
        asked = LogQuery(request_id=call, since=question(service, since=since or LATELY).since)
    for row in rows(service, asked, 1000):
        if call.upper() == row.id or call == row.request_id:
            return row
    raise NotFound("id", "call", next="A request id is looked for in the last 24 hours; --since 7d goes further back.")


def _print(row: AuditRow) -> None:
    """Prints the row's fields and its changes as a table; leaves out an operator's arguments, which repeat the changes."""
    apart = {"changes", "arguments"} if row.channel == CONTROL_CHANNEL and row.changes else {"changes"}
    told = {name: value for name, value in document(row).items() if name not in apart}
    print_fields({name: _plain(value) for name, value in told.items() if value not in (None, "", [], {})})
    if row.changes:
        print_table(CHANGES, ((*_record(row, line), *line[2:]) for line in change_lines(row.changes)), "")


def _record(row: AuditRow, line: Sequence[Any]) -> tuple[str]:
    """The cell of a changed record: its name and what was done with it."""
    return (f"{describe_record(line[0]) or row.profile_name} {line[1]}".strip(),)


def _taken(part: str) -> bool:
    """Writes a part; gives False when the reader (`| head`) has closed the pipe, which is no error."""
    try:
        typer.echo(part, nl=False)
    except BrokenPipeError:
        deafen()
        return False
    return True


def deafen() -> None:
    """Redirects standard output to /dev/null, so that no error about the closed pipe is printed at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _words(asked: LogQuery) -> dict[str, str]:
    """The filters of a question that are set, as text for the audit row."""
    asks = (f.name for f in fields(LogQuery) if f.name not in {"limit", "cursor"})
    return {name: str(value) for name in asks if (value := getattr(asked, name)) not in (None, ())}


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
