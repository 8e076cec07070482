"""`affino-mcp doctor`: checks the service from this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Annotated

import typer

from affino_mcp.cli.checks import DoctorFinding, run_doctor_checks
from affino_mcp.cli.function_checks import check_functions
from affino_mcp.cli.instance_checks import check_instance, check_offerings
from affino_mcp.cli.login import PasswordOption, log_person_in
from affino_mcp.cli.oauth_checks import check_oauth_door
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json
from affino_mcp.cli.service import Service, open_service
from affino_mcp.connect.client_caps import count_listed_tools, describe_cuts
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity.row_keys import digest_token


def doctor(
    ctx: typer.Context,
    *,
    profile: Annotated[str | None, typer.Option(help="With --person: make a real login through it.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = None,
    password: PasswordOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Look at endpoint, TLS, clock, login, gate, OAuth, instance, tables, secrets and (deployed) IAM: green or red.

    Then each function asks its own stores, under its own role; locally the one process does. Exit code 1 when anything is red.

    Example: affino-mcp doctor --profile content-editor --person editor
    """
    if bool(profile) != bool(person):
        raise typer.BadParameter("a real login needs both: say --profile and --person")
    service = open_service(ctx, connection)
    logins = [(profile, person)] if profile and person else []
    found: list[DoctorFinding] = []
    real_logins = (_check_real_login(service, *login, password) for login in logins)
    doors = check_oauth_door(service), check_instance(service)
    for one in chain(run_doctor_checks(service), *doors, check_functions(service), *real_logins):
        found.append(one)
        if not as_json:  # at once: checks of stores that do not answer take long
            _print_finding(one)
    if as_json:
        print_json([asdict(one) for one in found])
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def _print_finding(one: DoctorFinding) -> None:
    typer.echo(f"{'green' if one.ok else 'RED  '}  {one.name}: {one.seen}")
    if not one.ok and one.fix:
        typer.echo(f"       To do: {one.fix}")


def _check_real_login(service: Service, profile: str, person: str, password: str | None) -> Iterator[DoctorFinding]:
    """A login as clients make it, and which clients cut the list of the profile's tools."""
    try:
        made = log_person_in(service, profile, person, password)
    except AffinoError as error:
        fix = "'affino-mcp test PROFILE --email ADDRESS' says which of the two it is."
        yield DoctorFinding("real login", ok=False, seen=error.message, fix=fix)
        return
    yield from check_offerings(service, made)
    service.sessions.end_session(made.person.user_code, digest_token(made.login.access_token))
    yield DoctorFinding("real login", ok=True, seen=f"{made.person.name} through {made.profile.name}")
    cuts = describe_cuts(made.profile, service.connection.mcp_url)
    all_take = f"every known client takes its {count_listed_tools(made.profile)} tools"
    yield DoctorFinding("clients", ok=True, seen=" ".join(cuts) or all_take)
