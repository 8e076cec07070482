"""`affino-mcp profile delete`: deletes a profile for good, after it has shown what stops and whom to tell."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from affino_mcp.admin.display import format_time, render_age
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.profile_users import DELETION_PERIOD, ProfileUser, list_profile_users
from affino_mcp.cli.apps import make_app_desk
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json, print_note
from affino_mcp.cli.profile_options import ProfileArgument
from affino_mcp.cli.service import Service, open_service
from affino_mcp.gate.profiles.deletion import DeletedProfile
from affino_mcp.gate.profiles.profile import ProfileUsage
from affino_mcp.store.ops import Item
from affino_mcp.text import plural
from affino_mcp.tool_errors import NotFound


def delete(
    ctx: typer.Context,
    key: ProfileArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Delete a profile with its secret, for good; a live one is switched off first. The API Log keeps its rows.

    Shows first when it was last used, by whom, and whom to tell. A deletion that was broken off is finished by the same command.

    Example: affino-mcp profile delete Newsroom --yes
    """
    service = open_service(ctx, connection)
    before, found = _describe_target(service, key)
    if not yes and before:
        _print_consequences(service, before, found)
        does = f"{found.name} is deleted for good, with its API Key and API Secret."
        require_yes(f"{found.name} would be deleted for good.", does, as_json=as_json)
    subject = ActionSubject.from_profile_key(found.key, found.name)
    with audit_command(service, "delete_profile", subject, {"enabled": before.get("enabled")}, {"deleted": True}):
        gone = service.profile_deletion.delete(found.key)
    make_app_desk(service).end_of_deleted(found.key)
    document = {"outcome": "deleted" if before else "was deleted before", **asdict(gone)}
    print_json(document) if as_json else print_fields(document)
    print_note(
        "Calls with its API Key are answered like those with an unknown key. 'affino-mcp log' still finds its rows."
    )


def _describe_target(service: Service, key: str) -> tuple[Item, DeletedProfile]:
    """The row of the profile, and its key and name; an empty row for a profile that is deleted already. Raises NotFound."""
    try:
        found, row = service.require_profile_row(key)
    except NotFound:
        deleted = service.profile_deletion.find_deleted(key)
        if deleted is None:
            raise
        return {}, deleted
    return row, DeletedProfile(found, row["name"], "")


def _print_consequences(service: Service, row: Item, found: DeletedProfile) -> None:
    now = service.clock()
    users = list_profile_users(
        service.stores.database, service.settings.audit_table, found.key, now, period=DELETION_PERIOD
    ).users
    print_note(f"Last used: {render_age(ProfileUsage(row).last, now)}.")
    days = DELETION_PERIOD.days
    told = f"Tell {plural(len(users), 'person', 'people')}, who used it in the last {days} days:"
    print_note(told if users else f"Nobody used it in the last {days} days.")
    for user in users:
        print_note(f"  {_name_user(user)}, {plural(user.calls, 'call')}, last at {format_time(user.last)} UTC")


def _name_user(user: ProfileUser) -> str:
    return f"{user.name} ({user.code}, {user.email})" if user.email else f"{user.name} ({user.code})"
