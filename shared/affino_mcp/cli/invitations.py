"""`affino-mcp person invite`, `person reset` and `person create`: people who set their own password by a link.

No operator sees a password. Scripts and tests, which have nobody to open a link, give one on standard input.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.journal import NEW_PERSON_SUBJECT, audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_note
from affino_mcp.cli.people import GroupsOption, PersonArgument, RightsOption, print_person
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_rights
from affino_mcp.clock import format_iso
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.people.password_links import PasswordLink
from affino_mcp.gate.people.password_resets import PasswordResets
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from affino_mcp.gate.people.registration import ContactExists, NewPerson
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import WriteOp
from affino_mcp.tool_errors import Conflict, InvalidArgument

NameOption = Annotated[str, typer.Option(help="First and last name.")]
EmailOption = Annotated[str, typer.Option(help="The e-mail address to log in with.")]
ExistingOption = Annotated[
    bool, typer.Option("--existing", help="The address may be that of a contact, who becomes the person.")
]
_HANDING_OVER: Final = "Hand the link over: it is shown only now, works once, and ends when 'expires' says."


def _validate_password(password: str | None) -> str | None:
    if password is not None and not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise typer.BadParameter(
            f"a password must have {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS:,} characters"
        )
    return password


ScriptPasswordOption = Annotated[
    str | None,
    typer.Option("--password", hidden=True, callback=_validate_password, help="For tests: others can see it."),
]
PasswordInputOption = Annotated[
    bool, typer.Option("--password-stdin", help="For scripts: the first line of standard input is the password.")
]


def read_script_password(password: str | None, *, from_input: bool) -> str | None:
    """The password that a script gives, as an option or as a line of standard input; None when it gives none.

    Raises BadParameter for both at once, and for one that is too short or too long.
    """
    if password and from_input:
        raise typer.BadParameter("say --password-stdin or --password, not both")
    return _validate_password(sys.stdin.readline().rstrip("\r\n")) if from_input else password


def invite(
    ctx: typer.Context,
    *,
    name: NameOption,
    email: EmailOption,
    group: GroupsOption = None,
    right: RightsOption = None,
    existing: ExistingOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a person and a link by which they set their own password; it works once, for 72 hours.

    Example: affino-mcp person invite --name "Jane Doe" --email jane@orbital.example --group Sales
    """
    service = open_service(ctx, connection)
    wanted = NewPerson(name, email, group or (), parse_rights(right or [], {}), existing)
    print_invited(service, *invite_person(service, wanted), as_json=as_json)


def invite_person(service: Service, wanted: NewPerson) -> tuple[Person, PasswordLink]:
    """Makes a person with a link, as an operator's action; raises as Registration's `invite`."""
    _require_said(service, wanted)
    with audit_command(service, "invite_person", NEW_PERSON_SUBJECT, {}, _describe(wanted)) as action:
        return service.registration.invite(wanted, action.commit)


def create(
    ctx: typer.Context,
    *,
    name: NameOption,
    email: EmailOption,
    group: GroupsOption = None,
    right: RightsOption = None,
    existing: ExistingOption = False,
    password: ScriptPasswordOption = None,
    password_stdin: PasswordInputOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a person whose password a script gives (--password-stdin); without one, the same as invite.

    Example: affino-mcp person create --name "Test User" --email test@orbital.example --password-stdin < password.txt
    """
    service = open_service(ctx, connection)
    given = read_script_password(password, from_input=password_stdin)
    wanted = NewPerson(name, email, group or (), parse_rights(right or [], {}), existing)
    if given is None:
        print_invited(service, *invite_person(service, wanted), as_json=as_json)
        return
    made = _create_with_password(service, wanted, given)
    print_person(made.to_json(), as_json=as_json)
    _note_missing_group(service, made)


def _create_with_password(service: Service, wanted: NewPerson, password: str) -> Person:
    _require_said(service, wanted)
    with audit_command(service, "create_person", NEW_PERSON_SUBJECT, {}, _describe(wanted)) as action:

        def commit(ops: Sequence[WriteOp], code: int) -> None:
            action.commit([*ops, service.passwords.build_update(code, password)])

        return service.registration.register(wanted, commit)


def reset(
    ctx: typer.Context,
    person: PersonArgument,
    *,
    end_sessions: Annotated[
        bool, typer.Option("--end-sessions", help="Log the person out everywhere at once, not when the link is used.")
    ] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a link by which a person sets a new password, or an invitation anew; the old password ends when it is used.

    Example: affino-mcp person reset jane@orbital.example --end-sessions
    """
    service = open_service(ctx, connection)
    found = service.require_person(person)
    resets = PasswordResets(service.stores.database, service.settings, service.clock)
    subject, after = ActionSubject.from_person(found), {"end_sessions": end_sessions}
    with audit_command(service, "reset_password", subject, {}, after) as action:
        link = resets.reset(found, action.commit, end_sessions=end_sessions)
    print_invited(service, found, link, as_json=as_json)


def print_invited(service: Service, person: Person, link: PasswordLink, *, as_json: bool, **more: Any) -> None:
    """Prints a person with the link that is given out now, this once."""
    expires = format_iso(datetime.fromtimestamp(link.expires, UTC))
    print_person(
        person.to_json() | {"link": link.address(service.public_url), "expires": expires} | more, as_json=as_json
    )
    print_note(_HANDING_OVER)
    _note_missing_group(service, person)


def add_invitation_commands(app: typer.Typer) -> None:
    """Adds the three commands to the app of `person`."""
    for command in (invite, create, reset):
        app.command()(command)


def _require_said(service: Service, wanted: NewPerson) -> None:
    """Raises ContactExists, with what to say, for the address of a contact that nobody has said is to become a login."""
    try:
        service.registration.check(wanted)
    except ContactExists as asked:
        asked.details["next"] = "Say --existing to do so."
        raise
    except (InvalidArgument, Conflict, StoreUnavailable):  # told, and written down, when the deed itself is tried
        return


def _note_missing_group(service: Service, person: Person) -> None:
    if person.groups or person.rights:
        return
    known: list[str] = []
    with suppress(StoreUnavailable):  # the person is made; only the names of the groups are missing
        known += read_security_groups(service.stores.database, service.settings.gate_table).rights
    print_note(
        f"{person.name} is in no group and may do nothing yet. "
        f"'affino-mcp person set {person.user_code} --group NAME' puts them in one{' of: ' if known else ''}{', '.join(known)}."
    )


def _describe(wanted: NewPerson) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "email": wanted.email,
        "groups": list(wanted.groups),
        "rights": dict(wanted.rights),
        **({"existing": True} if wanted.is_existing else {}),
    }
