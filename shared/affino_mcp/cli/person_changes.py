"""`affino-mcp person set`: changes a person's name, address, groups and rights."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.invitations import PasswordInputOption, ScriptPasswordOption, read_script_password
from affino_mcp.cli.journal import audit_command, pick_previous_values
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_note
from affino_mcp.cli.people import GroupsOption, PersonArgument, RightsOption, print_person
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_rights
from affino_mcp.gate.identity.person import Person
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import Conflict


def set_(
    ctx: typer.Context,
    person: PersonArgument,
    *,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    email: Annotated[str | None, typer.Option(help="A new e-mail address to log in with.")] = None,
    group: GroupsOption = None,
    no_groups: Annotated[bool, typer.Option("--no-groups", help="Take the person out of every group.")] = False,
    right: RightsOption = None,
    zone: Annotated[
        str | None, typer.Option(help="A time zone, like Europe/London; empty for the instance's.", metavar="ZONE")
    ] = None,
    password: ScriptPasswordOption = None,
    password_stdin: PasswordInputOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Change what is given; obeyed from the person's next call on. --group replaces all groups.

    Example: affino-mcp person set jane@orbital.example --group "Sales Managers" --right contacts.consent=2026-12-31
    """
    if group and no_groups:
        raise typer.BadParameter("say --group or --no-groups, not both")
    new_password = read_script_password(password, from_input=password_stdin)
    if name is None and email is None and zone is None and not (group or no_groups or right or new_password):
        raise typer.BadParameter("say what to change, like --group Sales")
    service = open_service(ctx, connection)
    before = service.require_person(person)
    given: dict[str, Any] = {"name": name, "email": email, "zone": zone, "groups": [] if no_groups else group}
    given["rights"] = parse_rights(right, dict(before.rights)) if right else None
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    changed = _change_person(service, before, changes, new_password)
    _amend_contact(service, before, changed)
    print_person(changed.to_json(), as_json=as_json)


def _change_person(service: Service, before: Person, changes: dict[str, Any], password: str | None) -> Person:
    """Changes the person as one action; a new password ends all sessions."""
    after = changes | ({"password": "a new one"} if password else {})
    previous = pick_previous_values(before.to_json(), after)
    with audit_command(service, "change_person", ActionSubject.from_person(before), previous, after) as action:
        hashed = [service.passwords.build_update(before.user_code, password)] if password else []
        return service.people.change(
            before.user_code,
            **changes,
            seen=before if "rights" in changes else None,
            log_out=bool(password),
            commit=lambda ops: action.commit([*ops, *hashed]),
        )


def _amend_contact(service: Service, before: Person, after: Person) -> None:
    """Gives the person's contact the new name and address."""
    name = after.name if after.name != before.name else None
    email = after.email if after.email != before.email else None
    if name is None and email is None:
        return
    try:
        service.staff.amend(after.user_code, name, email, service.clock())
    except StoreUnavailable:
        print_note("That is done. The person's contact could not be changed with it.")
    except Conflict as conflict:
        print_note(f"That is done. The person's contact was not changed: {conflict.message}")


def add_change_command(app: typer.Typer) -> None:
    """Adds the command to the app of `person`."""
    app.command("set")(set_)
