"""`affino-mcp connect`: the configuration of a client, and a handshake that tries it."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.cli.login import Password, logged_in
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import note, print_json
from affino_mcp.cli.service import Service, opened
from affino_mcp.connect import clients
from affino_mcp.connect.clients import REFERRING, Client, Snippet
from affino_mcp.connect.credentials import PLACEHOLDERS, Credentials
from affino_mcp.connect.handshake import Endpoint, Greeting
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.tool_errors import InvalidArgument


def connect(
    ctx: typer.Context,
    client: Annotated[Client, typer.Argument(metavar="CLIENT", help=", ".join(Client))],
    *,
    profile: Annotated[str | None, typer.Option(help="Key or name.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = None,
    password: Password = None,
    inline: Annotated[bool, typer.Option("--inline", help="Write the values into it, not references.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Make the handshake and say what came of it.")] = False,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Show the exact configuration of a client (standard output holds nothing else) and the variables that it reads.

    Exit code 1 when --verify finds a fault. With --profile or --person it logs in; else the demo's ready headers are
    used, or words stand for the values.

    Example: affino-mcp connect claude-code --profile content-editor --person editor --verify
    """
    service = opened(ctx, connection)
    ready = _credentials(service, profile, person, password)
    wanted = (ready or PLACEHOLDERS) if inline or client not in REFERRING else None
    found = clients.snippet(client, service.connection.mcp_url, wanted)
    greetings = _greetings(service, ready) if verify else []
    _print(found, ready or PLACEHOLDERS, greetings, as_json=as_json)
    if not all(greeting.ok for greeting in greetings):
        raise typer.Exit(1)


def _credentials(service: Service, profile: str | None, person: str | None, password: str | None) -> Credentials | None:
    if profile or person:
        return logged_in(service, profile or HEADERS_PROFILE, person or HEADERS_ROLE, password).credentials
    ready = service.connection.headers
    return Credentials.of_headers(ready) if ready else None


def _greetings(service: Service, ready: Credentials | None) -> list[Greeting]:
    if ready is None:
        raise InvalidArgument("person", "A handshake needs a profile and a person: say --profile and --person.")
    with service.http() as http:
        return list(Endpoint(http, service.connection.mcp_url, ready.headers).greetings())


def _print(found: Snippet, values: Credentials, greetings: list[Greeting], *, as_json: bool) -> None:
    kept = values.environment if found.variables else {}
    if as_json:
        document: dict[str, Any] = found._asdict() | {"variables": kept}
        print_json(document | {"handshake": [asdict(one) | {"ok": one.ok} for one in greetings]})
        return
    note(f"{found.title}: {found.place}\n")
    typer.echo(found.text)
    if kept:
        note("\nIn the shell that starts it:\n")
        note("\n".join(f"export {name}={shlex.quote(value)}" for name, value in kept.items()))
    if found.note:
        note(f"\n{found.note}")
    for greeting in greetings:
        note(f"\n{_told(greeting)}")


def _told(greeting: Greeting) -> str:
    if greeting.ok:
        return f"green  {greeting.era}: {greeting.said}, {greeting.tools} tools"
    return f"RED    {greeting.era}: {greeting.said} ({greeting.status})\n       {greeting.next_step}"
