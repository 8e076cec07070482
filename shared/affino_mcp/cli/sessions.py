"""`affino-mcp session`: where people are logged in, and logging them out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from affino_mcp.cli.journal import recorded
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import print_fields, print_json, print_table
from affino_mcp.cli.people import Who
from affino_mcp.cli.service import opened
from affino_mcp.clock import iso
from affino_mcp.control_edge.journal import Subject
from affino_mcp.errors import NotFound
from affino_mcp.gate import profile_names
from affino_mcp.gate.last_use import LastUse
from affino_mcp.gate.session_rows import Session

app = typer.Typer(no_args_is_help=True, help="Sessions: where people are logged in.")


@app.command("list")
def list_(ctx: typer.Context, person: Who, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """A person's live sessions, oldest first.

    Example: affino-mcp session list jane@orbital.example
    """
    service = opened(ctx, connection)
    live = service.sessions.list_of(service.person(person).user_code)
    used = LastUse(service.stores.database, service.settings, service.clock).of(live)
    names = profile_names.of(service.stores.database, service.settings, (session.profile for session in live))
    found = [
        _document(session, names.get(session.profile, session.profile), used.get(session.digest)) for session in live
    ]
    if as_json:
        print_json(found)
    else:
        rows = [tuple(each.values()) for each in found]
        print_table(("Session", "Profile", "Since", "Until", "Last use"), rows, "There are no live sessions.")


@app.command()
def end(
    ctx: typer.Context,
    person: Who,
    *,
    session: Annotated[str | None, typer.Option(help="Only this one, as 'session list' names it.")] = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Log a person out: everywhere, browsers and RefreshTokens included, or out of one session; from the next call on.

    Example: affino-mcp session end jane@orbital.example
    """
    service = opened(ctx, connection)
    who = service.person(person)
    code = who.user_code
    live = service.sessions.list_of(code)
    if session is None:
        with recorded(service, "end_all_sessions", Subject.person(who), {}, {}):
            ended = service.sessions.end_all(code)
    else:
        chosen = [each for each in live if each.fingerprint == session]
        if not chosen:
            raise NotFound("name", "live session", next="'affino-mcp session list' names them.")
        with recorded(service, "end_session", Subject.person(who), {"session": session}, {}):
            service.sessions.end(code, chosen[0].digest)
        ended = 1
    answer = {"user_code": code, "ended": ended}
    print_json(answer) if as_json else print_fields(answer)


def _document(session: Session, profile: str, used: int | None) -> dict[str, Any]:
    return {
        "session": session.fingerprint,
        "profile": profile,
        "since": _moment(session.issued),
        "until": _moment(session.expires),
        "last_use": _moment(used) if used else None,
    }


def _moment(second: int) -> str:
    return iso(datetime.fromtimestamp(second, UTC))
