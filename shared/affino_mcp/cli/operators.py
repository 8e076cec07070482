"""`affino-mcp operator first`: the first operator of an empty service, from a shell with access to its stores."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from affino_mcp.admin.starter_structure import lay_starter_structure
from affino_mcp.admin.structure_desk import describe_item
from affino_mcp.cli.invitations import EmailOption, ExistingOption, NameOption, invite_person, print_invited
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.structure_desk import open_desk
from affino_mcp.errors import AffinoError
from affino_mcp.gate.people.registration import NewPerson, find_operators

app = typer.Typer(no_args_is_help=True, help="Operators: the first one of an empty service.")
OPERATORS_GROUP = "Operators"


class OperatorExists(AffinoError):
    """The service has an active operator already, who can make others."""

    type = "operator_exists"


@app.callback()
def operator() -> None:
    """Operators: the first one of an empty service."""


@app.command()
def first(
    ctx: typer.Context,
    *,
    name: NameOption,
    email: EmailOption,
    existing: ExistingOption = False,
    no_structure: Annotated[
        bool, typer.Option("--no-structure", help="Lay no starter structure: the operator alone.")
    ] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make the first operator, with a link to set the password and a starter structure. Refused when there is an operator.

    Example: affino-mcp operator first --name "Olivia Park" --email olivia@orbital.example
    """
    service = open_service(ctx, connection)
    _require_none(service)
    holds_records = not service.settings.instance_url
    if holds_records:
        service.index_upkeep.note_first_layout()
    laid = _lay_structure(service) if holds_records and not no_structure else []
    made, link = invite_person(service, NewPerson(name, email, [OPERATORS_GROUP], {}, existing))
    control = service.connection.control_url or f"{service.public_url}/control"
    print_invited(service, made, link, as_json=as_json, control_centre=control, structure=laid)


def _lay_structure(service: Service) -> list[dict[str, Any]]:
    return [
        {"Kind": kind.noun, **describe_item(kind, item)} for kind, item in lay_starter_structure(open_desk(service))
    ]


def _require_none(service: Service) -> None:
    """Raises OperatorExists, naming one and what to do instead."""
    found = find_operators(service.people.list_people(), service.clock)
    if found:
        known = found[0]
        raise OperatorExists(
            f"{known.name} ({known.user_code}) is an operator already. Nothing was done.",
            next=f"'affino-mcp person reset {known.user_code}' makes a new link for {known.name}; "
            f"'affino-mcp person invite --group {OPERATORS_GROUP}' makes another operator.",
        )
