"""`affino-mcp connect`: the configuration of a client, and a handshake that tries it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import typer

from affino_mcp.cli.connect_apps import describe_other_door, show_app
from affino_mcp.cli.endings import describe_end
from affino_mcp.cli.login import PasswordOption, log_person_in
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note
from affino_mcp.cli.service import Service, open_service
from affino_mcp.clock import parse_time
from affino_mcp.connect import snippets
from affino_mcp.connect.client_caps import describe_cuts
from affino_mcp.connect.clients import APP_CLIENTS, McpClient
from affino_mcp.connect.credentials import PLACEHOLDER_CREDENTIALS, ClientCredentials
from affino_mcp.connect.handshake import HandshakeResult, McpEndpoint
from affino_mcp.connect.snippets import CLIENTS_WITH_REFERENCES, Snippet
from affino_mcp.errors import PersonNotAllowed
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import InvalidArgument, NotFound


def connect(
    ctx: typer.Context,
    client: Annotated[McpClient, typer.Argument(metavar="CLIENT", help=", ".join(McpClient))],
    *,
    profile: Annotated[str | None, typer.Option(help="Key or name.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = None,
    password: PasswordOption = None,
    inline: Annotated[bool, typer.Option("--inline", help="Write the values into it, not references.")] = False,
    one: Annotated[
        bool, typer.Option("--one", help="Make a connection token: one value, without key and secret.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Make the handshake and say what came of it.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Show the exact configuration of a client (standard output holds nothing else) and the variables that it reads.

    For a client that connects by OAuth that is the address to type, with what the operator does first. Exit code 1 when
    --verify finds a fault. With --profile or --person it logs in; else the demo's ready headers are used, or words stand
    for the values.

    Example: affino-mcp connect claude-code --profile content-editor --person editor --verify
    """
    service = open_service(ctx, connection)
    if client in APP_CLIENTS:
        needless = inline or one or bool(person or password)
        show_app(service, client, profile, has_credentials=needless, verify=verify, as_json=as_json)
        return
    known = _find_session(service, profile, person, password)
    if one:
        known = _connect_in_one(service, known, client)
    ready, inline = known.credentials, inline or one
    wanted = (ready or PLACEHOLDER_CREDENTIALS) if inline or client not in CLIENTS_WITH_REFERENCES else None
    found = snippets.make_snippet(client, service.connection.mcp_url, wanted)
    greetings = _make_handshakes(service, ready) if verify else []
    cuts = describe_cuts(known.profile, service.connection.mcp_url, client) if known.profile else []
    _print_snippet(found, ready or PLACEHOLDER_CREDENTIALS, greetings, cuts, as_json=as_json)
    if not as_json:
        for note in filter(None, (describe_other_door(service, client), known.describe(service.clock()))):
            print_note(f"\n{note}")
    if not all(greeting.ok for greeting in greetings):
        raise typer.Exit(1)


class _KnownSession(NamedTuple):
    """The credentials of a session, if there is one, with its person, its end and its profile, where they are known."""

    credentials: ClientCredentials | None = None
    person: str = ""
    ends: datetime | None = None
    profile: Profile | None = None

    def describe(self, now: datetime) -> str:
        """One line for people: whose token it is, how long it works, and how to get the next one."""
        if self.ends is None:
            return ""
        next_line = "the next one: the same command with --person"
        return f"The token acts as {self.person}, {describe_end(self.ends, now)}; {next_line}."


def _find_session(service: Service, profile: str | None, person: str | None, password: str | None) -> _KnownSession:
    if profile or person:
        made = log_person_in(service, profile or HEADERS_PROFILE, person or HEADERS_ROLE, password)
        return _KnownSession(made.credentials, made.person.name, made.login.expires, made.profile)
    found = service.connection
    if not found.headers:
        return _KnownSession()
    ends = parse_time(found.headers_expire, service.clock()) if found.headers_expire else None
    credentials = ClientCredentials.from_headers(found.headers)
    return _KnownSession(credentials, found.headers_person, ends, _find_profile(service, credentials.key))


def _connect_in_one(service: Service, known: _KnownSession, client: McpClient) -> _KnownSession:
    """Makes a connection token for the person of this session. Raises InvalidArgument."""
    if known.credentials is None or known.profile is None:
        raise InvalidArgument("person", "A connection token is somebody's: say --profile and --person.")
    if client is McpClient.CLAUDE_DESKTOP:
        raise InvalidArgument("client", "Claude Desktop's bridge takes the three headers: leave --one out.")
    _, person = service.sessions.resolve_token(known.credentials.token)
    try:
        made = service.connections.create(person.user_code, known.profile)
    except PersonNotAllowed as refusal:
        raise InvalidArgument("profile", f"{refusal.message} (affino-mcp profile set --connect-group)") from None
    return known._replace(credentials=ClientCredentials(made.access_token, "", ""))


def _find_profile(service: Service, key: str) -> Profile | None:
    """The profile of the headers; None when it is gone or cannot be read, since its list is only told about."""
    try:
        return service.profiles.get(key).profile
    except (NotFound, StoreUnavailable):
        return None


def _make_handshakes(service: Service, ready: ClientCredentials | None) -> list[HandshakeResult]:
    if ready is None:
        raise InvalidArgument("person", "A handshake needs a profile and a person: say --profile and --person.")
    with service.make_client() as http:
        return list(McpEndpoint(http, service.connection.mcp_url, ready.headers).make_handshakes())


def _print_snippet(
    found: Snippet, values: ClientCredentials, greetings: list[HandshakeResult], cuts: list[str], *, as_json: bool
) -> None:
    kept = values.environment if found.variables else {}
    if as_json:
        document: dict[str, Any] = found._asdict() | {"variables": kept}
        print_json(document | {"cuts": cuts, "handshake": [asdict(one) | {"ok": one.ok} for one in greetings]})
        return
    print_note(f"{found.title}: {found.place}\n")
    typer.echo(found.text)
    if kept:
        print_note("\nIn the shell that starts it:\n")
        print_note(values.write_assignments())
    for note in filter(None, (found.note, " ".join(cuts))):
        print_note(f"\n{note}")
    for greeting in greetings:
        print_note(f"\n{_handshake_line(greeting)}")


def _handshake_line(greeting: HandshakeResult) -> str:
    if greeting.ok:
        return f"green  {greeting.era}: {greeting.said}, {greeting.tools} tools"
    return f"RED    {greeting.era}: {greeting.said} ({greeting.status})\n       {greeting.next_step}"
