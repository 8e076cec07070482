"""`affino-mcp session`: where people are logged in, and logging them out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.journal import audit_command, print_notice
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_table
from affino_mcp.cli.people import PersonArgument
from affino_mcp.cli.service import open_service
from affino_mcp.clock import format_iso
from affino_mcp.gate.sessions.session_listing import LiveSession, list_live_sessions
from affino_mcp.tool_errors import NotFound

app = typer.Typer(no_args_is_help=True, help="Sessions: where people are logged in.")


@app.command("list")
def list_(
    ctx: typer.Context, person: PersonArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """A person's live sessions, oldest first.

    Example: affino-mcp session list jane@orbital.example
    """
    service = open_service(ctx, connection)
    code = service.require_person(person).user_code
    found = [
        _document(one)
        for one in reversed(list_live_sessions(service.stores.database, service.settings, service.sessions, code))
    ]
    if as_json:
        print_json(found)
    else:
        rows = [tuple(each.values()) for each in found]
        print_table(("Session", "Profile", "Since", "Until", "Last use"), rows, "There are no live sessions.")


@app.command()
def end(
    ctx: typer.Context,
    person: PersonArgument,
    *,
    session: Annotated[str | None, typer.Option(help="Only this one, as 'session list' names it.")] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Log a person out: everywhere, browsers and RefreshTokens included, or out of one session; from the next call on.

    Example: affino-mcp session end jane@orbital.example
    """
    service = open_service(ctx, connection)
    who = service.require_person(person)
    code = who.user_code
    if session is None:
        with audit_command(service, "end_all_sessions", ActionSubject.from_person(who), {}, {}) as action:
            ended = service.sessions.end_all_sessions(code, action.commit)
    else:
        chosen = [each for each in service.sessions.list_sessions(code) if each.fingerprint == session]
        if not chosen:
            raise NotFound("name", "live session", next="'affino-mcp session list' names them.")
        with audit_command(service, "end_session", ActionSubject.from_person(who), {"session": session}, {}) as action:
            service.sessions.end_session(code, chosen[0].digest, action.commit)
        ended = 1
    print_notice(action)
    answer = {"user_code": code, "ended": ended}
    print_json(answer) if as_json else print_fields(answer)


def _document(one: LiveSession) -> dict[str, Any]:
    session, profile, used = one.session, one.profile, one.used
    return {
        "session": session.fingerprint,
        "profile": profile,
        "since": _moment(session.issued),
        "until": _moment(session.expires),
        "last_use": _moment(used) if used else None,
    }


def _moment(second: int) -> str:
    return format_iso(datetime.fromtimestamp(second, UTC))
