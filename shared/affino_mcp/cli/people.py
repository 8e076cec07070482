"""`affino-mcp person`: shows people, explains their rights, and switches them off and on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from affino_mcp.admin.effective_rights import list_effective_rights
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.journal import audit_command, print_notice
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.gate.identity.person import Person
from affino_mcp.instance.places import PlacesUnknown
from affino_mcp.store.faults import StoreUnavailable

app = typer.Typer(no_args_is_help=True, help="People: who can act, and with which rights.")

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="User code, e-mail address, or the demo's role.")]
GroupsOption = Annotated[list[str] | None, typer.Option("--group", help="A security group; may be repeated.")]
RightsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--right", metavar="RIGHT[=DATE|off]", help="A direct right, for good or until a day; may be repeated."
    ),
]


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
        service.staff.mark_disabled(before.user_code, service.clock(), disabled=not active)
    except StoreUnavailable:
        print_note("That is done. The person's contact could not be marked; run the same command again.")
    print_person(_person_document(changed), as_json=as_json)
    print_notice(action)


def _person_document(person: Person) -> dict[str, Any]:
    return person.to_json()


def print_person(document: dict[str, Any], *, as_json: bool) -> None:
    """Prints a person, with what is added to the document."""
    if as_json:
        print_json(document)
    else:
        direct = [right if until is None else f"{right} until {until}" for right, until in document["rights"].items()]
        print_fields(document | {"rights": direct})
