"""`affino-mcp login`: a session for a person, like any client gets one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import print_fields, print_json
from affino_mcp.cli.service import Service, opened
from affino_mcp.clock import iso
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.local.login import LoginFailed, headers, log_in


def login(
    ctx: typer.Context,
    *,
    person: Annotated[
        str, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = HEADERS_ROLE,
    profile: Annotated[str, typer.Option(help="The profile to sign with: key or name.")] = HEADERS_PROFILE,
    password: Annotated[
        str | None, typer.Option(help="Asked for when it is neither given nor in the connection file.")
    ] = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Log a person in through the login URL and show the AccessToken, when it ends, and the three headers.

    Example: affino-mcp login --person sales --profile crm-read
    """
    service = opened(ctx, connection)
    signing, who = service.profile(profile).profile, service.person(person)
    known = password or _known_password(service, who.email)
    url = service.connection.login_url
    session = log_in(url, signing.key, signing.secret, who.email, known)
    ready = headers(session.access_token, signing.key, signing.secret)
    answer = {
        "access_token": session.access_token,
        "expires": iso(session.expires),
        "person": who.name,
        "profile": signing.name,
    }
    if as_json:
        print_json(answer | {"user_code": who.user_code, "headers": ready})
    else:
        print_fields({"AccessToken": answer["access_token"], "Expires": answer["expires"], "Person": who.name} | ready)


def _known_password(service: Service, email: str) -> str:
    known = [entry["password"] for entry in service.connection.people.values() if entry["email"] == email]
    if known:
        return str(known[0])
    if not sys.stdin.isatty():
        raise LoginFailed("The password of this person is not in the connection file. Give it with --password.")
    return str(typer.prompt("Password", hide_input=True, err=True))
