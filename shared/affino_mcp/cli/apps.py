"""`affino-mcp app`: apps that the operator registers for OAuth, and ending what people have connected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer

from affino_mcp.admin.app_desk import AppDesk, EndedApps, app_record
from affino_mcp.admin.display import describe_capability
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note, print_table
from affino_mcp.cli.profile_options import ProfileArgument
from affino_mcp.cli.service import Service, open_service
from affino_mcp.clock import format_iso
from affino_mcp.gate.grants.grant_listing import ConnectedApp
from affino_mcp.text import plural

app = typer.Typer(no_args_is_help=True, help="Apps: those registered for OAuth, and those that people have connected.")

Listing = tuple[Sequence[str], list[dict[str, Any]], str]
"""The columns of a table, its rows as documents, and what is said when there is none."""
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The app's name, as people see it when they are asked.")],
    *,
    redirect: Annotated[
        list[str], typer.Option(metavar="URI", help="Where answers may go, byte for byte; may be repeated.")
    ],
    public: Annotated[bool, typer.Option("--public", help="Without a secret, for apps that cannot keep one.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Register an app that has no document of its own. Shows its secret, this once.

    Example: affino-mcp app add 'Gemini Enterprise' --redirect https://vertexaisearch.cloud.google.com/oauth-redirect
    """
    service = open_service(ctx, connection)
    made = make_app_desk(service).add(partial(audit_command, service), name, redirect, public=public)
    answer = _document(app_record(made.client)) | ({"client_secret": made.secret} if made.secret else {})
    print_json(answer) if as_json else print_fields(answer)
    if made.secret:
        print_note("The secret is shown this once. Hand it over by a safe way.")


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    profile: Annotated[
        str | None, typer.Option(metavar="KEY", help="The apps that people have connected to this profile instead.")
    ] = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """The registered apps, or the apps that people have connected to one profile.

    Example: affino-mcp app list --profile Newsroom
    """
    service = open_service(ctx, connection)
    columns, found, empty = _list_registered(service) if profile is None else _list_connected(service, profile)
    print_json(found) if as_json else print_table(columns, [tuple(each.values()) for each in found], empty)


@app.command()
def remove(
    ctx: typer.Context,
    client_id: Annotated[str, typer.Argument(help="The app's client id, as 'app list' names it.")],
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Remove a registered app, and end what people have connected with it.

    Example: affino-mcp app remove app_h3kQ9fT2LmVx7ZpR4sWcY8nB --yes
    """
    service = open_service(ctx, connection)
    desk = make_app_desk(service)
    client = desk.require(client_id)
    if not yes:
        require_yes(f"{client.name} would be removed.", f"{client.name} is removed.", as_json=as_json)
    ended = desk.remove(partial(audit_command, service), client)
    _print_ended({"removed": client.client_id}, ended, as_json=as_json)


@app.command()
def end(
    ctx: typer.Context,
    key: ProfileArgument,
    *,
    mark: Annotated[
        str | None, typer.Option("--app", metavar="APP", help="Only this one, as 'app list --profile' names it.")
    ] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """End the apps that people have connected to a profile, or one of them; their next call is refused.

    Example: affino-mcp app end Newsroom --yes
    """
    service = open_service(ctx, connection)
    desk, place, audit = make_app_desk(service), _find_profile(service, key), partial(audit_command, service)
    if mark is not None:
        action = desk.end(audit, desk.find_connected(*place, mark))
        _print_ended({"profile": place[1]}, EndedApps(1, is_all=True, notice=action.notice), as_json=as_json)
        return
    if not yes:
        number = plural(len(desk.list_connected(*place)), "app")
        require_yes(
            f"{number} would have to be connected again.", f"{number} must be connected again.", as_json=as_json
        )
    _print_ended({"profile": place[1]}, desk.end_all(audit, *place), as_json=as_json)


def _list_registered(service: Service) -> Listing:
    found = [_document(app_record(one)) for one in make_app_desk(service).clients.list_clients()]
    return ("Client", "Name", "Redirect URIs", "Public", "Created"), found, "No app is registered."


def _list_connected(service: Service, profile: str) -> Listing:
    found = [
        _describe_connected(one) for one in make_app_desk(service).list_connected(*_find_profile(service, profile))
    ]
    return ("App", "Client", "Name", "Person", "May", "Since", "Last use", "Until"), found, "No app is connected."


def make_app_desk(service: Service) -> AppDesk:
    """What carries out the operators' decisions about apps."""
    return AppDesk(service.stores.database, service.settings, service.clock)


def _find_profile(service: Service, key_or_name: str) -> tuple[str, str]:
    """The key and the name of a profile. Raises NotFound."""
    key, row = service.require_profile_row(key_or_name)
    return key, row["name"]


def _describe_connected(one: ConnectedApp) -> dict[str, Any]:
    grant = one.grant
    return {
        "app": one.mark,
        "client_id": grant.client_id,
        "name": grant.name,
        "person": one.person.email if one.person else str(grant.user_code),
        "may": describe_capability(one.capability),
        "since": _moment(grant.created),
        "last_use": _moment(grant.used) if grant.used else None,
        "until": _moment(grant.expires),
    }


def _document(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "created": _moment(record["created"])}


def _print_ended(about: dict[str, Any], ended: EndedApps, *, as_json: bool) -> None:
    answer = about | {"ended": ended.number}
    print_json(answer) if as_json else print_fields(answer)
    if ended.notice:
        print_note(ended.notice)
    if not ended.is_all:
        print_note("There are more: say the command again.")


def _moment(second: int) -> str:
    return format_iso(datetime.fromtimestamp(second, UTC))
