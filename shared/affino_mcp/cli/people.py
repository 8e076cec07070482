"""`affino-mcp person`: creates, shows and changes people with their groups, rights and passwords."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.effective_rights import list_effective_rights
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.journal import NEW_PERSON_SUBJECT, audit_command, pick_previous_values, print_notice
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_rights
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from affino_mcp.instance.port import PlacesUnknown
from affino_mcp.local.registration import mark_contact, register_person
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import WriteOp

app = typer.Typer(no_args_is_help=True, help="People: who can act, and with which rights.")

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="User code, e-mail address, or the demo's role.")]
GroupsOption = Annotated[list[str] | None, typer.Option("--group", help="A security group; may be repeated.")]
RightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--right", metavar="RIGHT[=DATE|off]", help="A direct right, for good or until a day; may be repeated."
    ),
]
GENERATED_PASSWORD_BYTES = 18


def _validate_password(password: str | None) -> str | None:
    if password is not None and not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise typer.BadParameter(
            f"a password must have {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS:,} characters"
        )
    return password


NewPasswordOption = Annotated[str | None, typer.Option(help="The password.", callback=_validate_password)]


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="First and last name.")],
    email: Annotated[str, typer.Option(help="The e-mail address to log in with.")],
    group: GroupsOption = None,
    right: RightsOption = None,
    password: NewPasswordOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a person who can log in; without --password one is made up and shown.

    Example: affino-mcp person create --name "Jane Doe" --email jane@orbital.example --group "Sales"
    """
    service = open_service(ctx, connection)
    given = password or secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    direct = parse_rights(right or [], {})
    after = {"name": name, "email": email, "groups": group or [], "rights": direct}
    with audit_command(service, "create_person", NEW_PERSON_SUBJECT, {}, after) as action:

        def commit(ops: Sequence[WriteOp], code: int) -> None:
            action.commit([*ops, service.passwords.build_update(code, given)])

        made = register_person(
            service.stores, service.settings, service.clock, name, email, group or (), direct, commit=commit
        )
    _print_person(_person_document(made) | ({} if password else {"password": given}), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: JsonOption = False, connection: ConnectionOption = None) -> None:
    """Everybody, by user code.

    Example: affino-mcp person list
    """
    found = [_person_document(person) for person in open_service(ctx, connection).people.list_people()]
    if as_json:
        print_json(found)
    else:
        rows = [(d["user_code"], d["name"], d["email"], d["active"], d["groups"]) for d in found]
        print_table(("Code", "Name", "E-mail", "Active", "Groups"), rows, "There is nobody yet.")


@app.command("set")
def set_(
    ctx: typer.Context,
    person: PersonArgument,
    *,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    group: GroupsOption = None,
    no_groups: Annotated[bool, typer.Option("--no-groups", help="Take the person out of every group.")] = False,
    right: RightsOption = None,
    password: NewPasswordOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Change what is given; obeyed from the person's next call on. --group replaces all groups, --password ends sessions.

    Example: affino-mcp person set jane@orbital.example --group "Sales Managers" --right contacts.consent=2026-12-31
    """
    if group and no_groups:
        raise typer.BadParameter("say --group or --no-groups, not both")
    if not (name is not None or group or no_groups or right or password):
        raise typer.BadParameter("say what to change, like --group Sales")
    service = open_service(ctx, connection)
    before = service.require_person(person)
    given: dict[str, Any] = {"name": name, "groups": [] if no_groups else group}
    given["rights"] = parse_rights(right, dict(before.rights)) if right else None
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    after = changes | ({"password": "a new one"} if password else {})
    with audit_command(
        service,
        "change_person",
        ActionSubject.from_person(before),
        pick_previous_values(_person_document(before), after),
        after,
    ) as action:
        hashed = [service.passwords.build_update(before.user_code, password)] if password else []
        changed = service.people.change(
            before.user_code,
            **changes,
            seen=before if right else None,
            log_out=bool(password),
            commit=lambda ops: action.commit([*ops, *hashed]),
        )
    _print_person(_person_document(changed), as_json=as_json)


@app.command()
def explain(
    ctx: typer.Context, person: PersonArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """What a person may do, right by right, then section by section and forum by forum, and because of what.

    Example: affino-mcp person explain jane@orbital.example
    """
    service = open_service(ctx, connection)
    found = service.require_person(person)
    because = {one.right: one.because for one in list_effective_rights(found, service.clock()) if one.held}
    where, unknown = _explain_places(service, found)
    if as_json:
        told = {"user_code": found.user_code, "name": found.name, "active": found.active, "rights": because}
        print_json(told | {"places": where})
        return
    print_table(("Right", "Because"), list(because.items()), f"{found.name} has no rights.")
    for kind, places in where.items():
        _print_places(kind, places)
    if unknown:
        print_note(unknown)
    if not found.active:
        print_note(f"{found.name} is disabled: nothing can be done in this name.")


def _explain_places(service: Service, person: Person) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """What the person may do in each place, by kind of place; {} with the reason when the instance does not know."""
    try:
        found = service.explain_places(person)
    except PlacesUnknown as unknown:
        return {}, unknown.reason
    return {kind: [asdict(place) for place in places] for kind, places in found.items()}, ""


def _print_places(kind: str, places: list[dict[str, Any]]) -> None:
    if places:
        typer.echo()
        rows = [(place["name"], one["deed"], one["held"], one["because"]) for place in places for one in place["deeds"]]
        print_table((kind.capitalize(), "Deed", "May", "Because"), rows, "")


@app.command()
def disable(
    ctx: typer.Context, person: PersonArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Stop everything in a person's name from the next call on.

    Example: affino-mcp person disable jane@orbital.example
    """
    _switch_person(open_service(ctx, connection), person, active=False, as_json=as_json)


@app.command()
def enable(
    ctx: typer.Context, person: PersonArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Let a person act again.

    Example: affino-mcp person enable jane@orbital.example
    """
    _switch_person(open_service(ctx, connection), person, active=True, as_json=as_json)


def _switch_person(service: Service, person: str, *, active: bool, as_json: bool) -> None:
    before = service.require_person(person)
    deed = "enable_person" if active else "disable_person"
    states, subject = ({"active": before.active}, {"active": active}), ActionSubject.from_person(before)
    with audit_command(service, deed, subject, *states) as action:
        changed = service.people.change(before.user_code, active=active, commit=action.commit)
    try:
        mark_contact(service.stores, service.settings, service.clock, before.user_code, disabled=not active)
    except StoreUnavailable:
        print_note("That is done. The person's contact could not be marked; run the same command again.")
    _print_person(_person_document(changed), as_json=as_json)
    print_notice(action)


def _person_document(person: Person) -> dict[str, Any]:
    return person.to_json()


def _print_person(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        direct = [right if until is None else f"{right} until {until}" for right, until in document["rights"].items()]
        print_fields(document | {"rights": direct})
