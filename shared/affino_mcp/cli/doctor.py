"""`affino-mcp doctor`: checks the service from this machine."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import Annotated

import typer

from affino_mcp.cli.checks import Finding, findings
from affino_mcp.cli.login import Password, logged_in
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import print_json
from affino_mcp.cli.service import Service, opened
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.tokens import digest_token


def doctor(
    ctx: typer.Context,
    *,
    profile: Annotated[str | None, typer.Option(help="With --person: make a real login through it.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = None,
    password: Password = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Look at endpoint, TLS, clock, login, gate, tables, secrets and (deployed) IAM: green, or red with what to do.

    Exit code 1 when anything is red. What a function's role lacks shows as "gate" or "login" that reach no stores.

    Example: affino-mcp doctor --profile content-editor --person editor
    """
    if bool(profile) != bool(person):
        raise typer.BadParameter("a real login needs both: say --profile and --person")
    service = opened(ctx, connection)
    logins = [(profile, person)] if profile and person else []
    found: list[Finding] = []
    for one in chain(findings(service), (_person(service, *login, password) for login in logins)):
        found.append(one)
        if not as_json:  # at once: checks of stores that do not answer take long
            _say(one)
    if as_json:
        print_json([asdict(one) for one in found])
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def _say(one: Finding) -> None:
    typer.echo(f"{'green' if one.ok else 'RED  '}  {one.name}: {one.seen}")
    if not one.ok and one.fix:
        typer.echo(f"       To do: {one.fix}")


def _person(service: Service, profile: str, person: str, password: str | None) -> Finding:
    try:
        made = logged_in(service, profile, person, password)
    except AffinoError as error:
        fix = "'affino-mcp test PROFILE --email ADDRESS' says which of the two it is."
        return Finding("real login", ok=False, seen=error.message, fix=fix)
    service.sessions.end_session(made.person.user_code, digest_token(made.login.access_token))
    return Finding("real login", ok=True, seen=f"{made.person.name} through {made.profile.name}")
