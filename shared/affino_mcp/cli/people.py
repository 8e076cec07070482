"""`affino-mcp person`: creates, shows and changes people with their groups, rights and passwords."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.effective_rights import explained
from affino_mcp.admin.operator_audit import Subject
from affino_mcp.cli.journal import NOBODY, recorded, stood
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import note, print_fields, print_json, print_table
from affino_mcp.cli.service import Service, opened
from affino_mcp.cli.words import rights
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from affino_mcp.instance.port import PlacesUnknown
from affino_mcp.local.registration import register, switch

app = typer.Typer(no_args_is_help=True, help="People: who can act, and with which rights.")

Who = Annotated[str, typer.Argument(metavar="PERSON", help="User code, e-mail address, or the demo's role.")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="A security group; may be repeated.")]
Rights = Annotated[
    list[str] | None,
    typer.Option(
        "--right", metavar="RIGHT[=DATE|off]", help="A direct right, for good or until a day; may be repeated."
    ),
]
GENERATED = 18


def _long_enough(password: str | None) -> str | None:
    if password is not None and not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise typer.BadParameter(
            f"a password must have {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS:,} characters"
        )
    return password


Password = Annotated[str | None, typer.Option(help="The password.", callback=_long_enough)]


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="First and last name.")],
    email: Annotated[str, typer.Option(help="The e-mail address to log in with.")],
    group: Groups = None,
    right: Rights = None,
    password: Password = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Make a person who can log in; without --password one is made up and shown.

    Example: affino-mcp person create --name "Jane Doe" --email jane@orbital.example --group "Sales"
    """
    service = opened(ctx, connection)
    given = password or secrets.token_urlsafe(GENERATED)
    direct = rights(right or [], {})
    after = {"name": name, "email": email, "groups": group or [], "rights": direct}
    with recorded(service, "create_person", NOBODY, {}, after):
        made = register(service.stores, service.settings, service.clock, name, email, group or (), direct)
        service.passwords.set_password(made.user_code, given)
    _print(_document(made) | ({} if password else {"password": given}), as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """Everybody, by user code.

    Example: affino-mcp person list
    """
    found = [_document(person) for person in opened(ctx, connection).people.list_people()]
    if as_json:
        print_json(found)
    else:
        rows = [(d["user_code"], d["name"], d["email"], d["active"], d["groups"]) for d in found]
        print_table(("Code", "Name", "E-mail", "Active", "Groups"), rows, "There is nobody yet.")


@app.command("set")
def set_(
    ctx: typer.Context,
    person: Who,
    *,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    group: Groups = None,
    no_groups: Annotated[bool, typer.Option("--no-groups", help="Take the person out of every group.")] = False,
    right: Rights = None,
    password: Password = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Change what is given; obeyed from the person's next call on. --group replaces all groups, --password ends sessions.

    Example: affino-mcp person set jane@orbital.example --group "Sales Managers" --right contacts.consent=2026-12-31
    """
    if group and no_groups:
        raise typer.BadParameter("say --group or --no-groups, not both")
    if not (name is not None or group or no_groups or right or password):
        raise typer.BadParameter("say what to change, like --group Sales")
    service = opened(ctx, connection)
    before = service.person(person)
    given: dict[str, Any] = {"name": name, "groups": [] if no_groups else group}
    given["rights"] = rights(right, dict(before.rights)) if right else None
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    after = changes | ({"password": "a new one"} if password else {})
    with recorded(service, "change_person", Subject.person(before), stood(_document(before), after), after):
        changed = service.people.change(before.user_code, **changes, seen=before if right else None)
        if password:  # last, so that a refused change leaves the password unchanged
            service.passwords.set_password(before.user_code, password)
            service.sessions.end_all_sessions(before.user_code)
    _print(_document(changed), as_json=as_json)


@app.command()
def explain(ctx: typer.Context, person: Who, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """What a person may do, right by right, then section by section and forum by forum, and because of what.

    Example: affino-mcp person explain jane@orbital.example
    """
    service = opened(ctx, connection)
    found = service.person(person)
    because = {one.right: one.because for one in explained(found, service.clock()) if one.held}
    where, unknown = _places(service, found)
    if as_json:
        told = {"user_code": found.user_code, "name": found.name, "active": found.active, "rights": because}
        print_json(told | {"places": where})
        return
    print_table(("Right", "Because"), list(because.items()), f"{found.name} has no rights.")
    for kind, places in where.items():
        _print_places(kind, places)
    if unknown:
        note(unknown)
    if not found.active:
        note(f"{found.name} is disabled: nothing can be done in this name.")


def _places(service: Service, person: Person) -> tuple[dict[str, list[dict[str, Any]]], str]:
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
def disable(ctx: typer.Context, person: Who, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """Stop everything in a person's name from the next call on.

    Example: affino-mcp person disable jane@orbital.example
    """
    _switch(opened(ctx, connection), person, active=False, as_json=as_json)


@app.command()
def enable(ctx: typer.Context, person: Who, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """Let a person act again.

    Example: affino-mcp person enable jane@orbital.example
    """
    _switch(opened(ctx, connection), person, active=True, as_json=as_json)


def _switch(service: Service, person: str, *, active: bool, as_json: bool) -> None:
    before = service.person(person)
    deed = "enable_person" if active else "disable_person"
    with recorded(service, deed, Subject.person(before), {"active": before.active}, {"active": active}):
        changed = switch(service.stores, service.settings, service.clock, before.user_code, active=active)
    _print(_document(changed), as_json=as_json)


def _document(person: Person) -> dict[str, Any]:
    return person.to_json()


def _print(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        direct = [right if until is None else f"{right} until {until}" for right, until in document["rights"].items()]
        print_fields(document | {"rights": direct})
