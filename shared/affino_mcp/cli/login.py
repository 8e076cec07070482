"""`affino-mcp login`: opens a session for a person through the login URL, as clients do."""

from __future__ import annotations

import sys
from typing import Annotated, NamedTuple

import typer

from affino_mcp.cli.endings import describe_end
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note
from affino_mcp.cli.service import Service, open_service
from affino_mcp.clock import format_iso
from affino_mcp.connect.credentials import ClientCredentials, Shell
from affino_mcp.gate.identity.emails import fold_email
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.local.demo import HEADERS_PROFILE, HEADERS_ROLE
from affino_mcp.local.login import Login, LoginFailed, log_in

PasswordOption = Annotated[
    str | None, typer.Option(help="Asked for when it is neither given nor in the connection file.")
]


class NewSession(NamedTuple):
    """A new login with its profile and person."""

    login: Login
    profile: Profile
    person: Person

    @property
    def credentials(self) -> ClientCredentials:
        """The credentials that a client of this person sends."""
        return ClientCredentials(self.login.access_token, self.profile.key, self.profile.secret)


def login(
    ctx: typer.Context,
    *,
    person: Annotated[
        str, typer.Option("--person", "--email", help="E-mail address, user code, or the demo's role.")
    ] = HEADERS_ROLE,
    profile: Annotated[str, typer.Option(help="The profile to sign with: key or name.")] = HEADERS_PROFILE,
    password: PasswordOption = None,
    shell: Annotated[
        Shell | None, typer.Option(help="Print commands that set the variables of this shell instead.")
    ] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Log a person in through the login URL and show the AccessToken, when it ends, and the three headers.

    `eval "$(affino-mcp login --shell sh)"` sets the variables that client configurations read.

    Example: affino-mcp login --person sales --profile crm-read
    """
    service = open_service(ctx, connection)
    made = log_person_in(service, profile, person, password)
    ends = describe_end(made.login.expires, service.clock())
    if shell and not as_json:
        typer.echo(made.credentials.write_assignments(shell))
        print_note(f"These act as {made.person.name}, {ends}.")
        return
    ready, expires = made.credentials.headers, format_iso(made.login.expires)
    answer = {"access_token": made.login.access_token, "expires": expires, "person": made.person.name}
    if as_json:
        more = {"profile": made.profile.name, "user_code": made.person.user_code, "headers": ready}
        print_json(answer | more)
    else:
        print_fields({"AccessToken": made.login.access_token, "Works": ends, "Person": made.person.name} | ready)


def log_person_in(service: Service, profile: str, person: str, password: str | None) -> NewSession:
    """Logs a person in through the login URL; gives the new session.

    Takes the profile's key or name, the person in any form that `Service.require_person` takes (in front of an instance elsewhere
    any e-mail address, because the people are that instance's), and a password, or None to take it from the connection file or a
    prompt. Raises NotFound and LoginFailed.
    """
    if person == HEADERS_ROLE and person not in service.connection.people:  # the default, and no demo
        raise LoginFailed("Say who logs in, and through which profile: --person ADDRESS --profile NAME.")
    signing = service.require_profile(profile).profile
    email = service.find_email(person) if service.settings.instance_url else service.require_person(person).email
    known, url = password or find_password(service, email), service.connection.login_url
    made = log_in(url, signing.key, signing.secret, email, known, http=service.make_client, clock=service.clock)
    return NewSession(made, signing, service.sessions.resolve_token(made.access_token)[1])


def find_password(service: Service, email: str) -> str:
    """The password from the connection file, or from a prompt. Raises LoginFailed without a terminal to prompt on."""
    people = service.connection.people.values()
    known = [entry["password"] for entry in people if fold_email(entry["email"]) == fold_email(email)]
    if known:
        return str(known[0])
    if not sys.stdin.isatty():
        raise LoginFailed("The password of this person is not in the connection file. Give it with --password.")
    return str(typer.prompt("Password", hide_input=True, err=True))
