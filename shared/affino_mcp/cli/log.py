"""`affino-mcp log`: the API Log, newest first."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from affino_mcp.audit.queries import Answer, Question, search
from affino_mcp.audit.row import Outcome, Row
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import note, print_json, print_table
from affino_mcp.cli.service import Service, opened
from affino_mcp.cli.words import moment
from affino_mcp.errors import InvalidArgument, NotFound


def log(
    ctx: typer.Context,
    *,
    profile: Annotated[str | None, typer.Option(help="Key or name.")] = None,
    person: Annotated[str | None, typer.Option(help="User code, e-mail address, or the demo's role.")] = None,
    method: Annotated[str | None, typer.Option(help="The tool's name.")] = None,
    status: Annotated[int | None, typer.Option(help="200, 400, 401, 403, 404, 409, 429, 503 ...")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="How the call ended.")] = None,
    record: Annotated[str | None, typer.Option(metavar="FAMILY#CODE", help="accounts#12")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="10m, 2h, 3d, or an ISO time.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="As --since.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on where an earlier answer ended.")] = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Calls, newest first: who did what, through which profile, and what came of it. Times are UTC.

    Without --since: the last 24 hours, 30 days of a profile or person, everything about a record.

    Example: affino-mcp log --person sales --status 403 --since 10m --json
    """
    service = opened(ctx, connection)
    now = service.clock()
    question = Question(
        profile=_profile_key(service, profile) if profile else None,
        person=service.person(person).user_code if person else None,
        record=record,
        method=method,
        status=status,
        outcome=outcome,
        since=moment(since, now),
        until=moment(until, now),
        limit=limit,
        cursor=cursor,
    )
    _print(_answer(service, question), as_json=as_json)


def _answer(service: Service, question: Question) -> Answer:
    try:
        return search(service.stores.database, service.settings.audit_table, question, service.clock())
    except ValueError as error:
        raise InvalidArgument("cursor", "The cursor is not one of this log's.") from error


def _profile_key(service: Service, key_or_name: str) -> str:
    try:
        return service.profile(key_or_name).profile.key
    except NotFound:
        return key_or_name  # a profile may be gone; its rows are not


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json([_document(row) for row in answer.rows])
    else:
        columns = ("Time (UTC)", "Profile", "Person", "Method", "Status", "Record", "ms", "Remarks")
        print_table(columns, [_cells(row) for row in answer.rows], "No calls.")
    if answer.next:
        note(f"There is more: --cursor {answer.next}")


def _document(row: Row) -> dict[str, Any]:
    """The row for machines: `profile` and `person` are the names, codes and keys stand beside them."""
    names = {"profile_name": "profile", "person_name": "person"}
    return {names.get(name, name): value for name, value in row.document().items()}


def _cells(row: Row) -> tuple[object, ...]:
    time = row.at[:19].replace("T", " ")
    person = f"{row.person_name} ({row.person_code})" if row.person_code is not None else ""
    return time, row.profile_name, person, row.method, row.status, row.record, row.duration_ms, _remarks(row)


def _remarks(row: Row) -> str:
    remarks = [f"{row.count} calls"] if row.count > 1 else []
    remarks += [str((row.error or {}).get("message"))] if row.error else []
    remarks += [f"{warning.get('Code')} {warning.get('Argument', '')}".strip() for warning in row.warnings]
    return "; ".join(remarks + (["dry run"] if row.dry_run else []))
