"""`affino-mcp profile enable` and `disable`: the switch of a profile."""

from __future__ import annotations

from typing import Any

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.cli.journal import audit_command, print_notice
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_note
from affino_mcp.cli.profile_options import ProfileArgument
from affino_mcp.cli.profile_output import print_profile, profile_document
from affino_mcp.cli.service import Service, open_service
from affino_mcp.gate.profiles.switch import switch_profile
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item


def enable(
    ctx: typer.Context, key: ProfileArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Switch a profile on.

    Example: affino-mcp profile enable Newsroom
    """
    _switch_profile(open_service(ctx, connection), key, enabled=True, as_json=as_json)


def disable(
    ctx: typer.Context, key: ProfileArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Switch a profile off: every call that begins after this is refused.

    Example: affino-mcp profile disable Newsroom
    """
    _switch_profile(open_service(ctx, connection), key, enabled=False, as_json=as_json)


def add_switch_commands(app: typer.Typer) -> None:
    """Adds the two commands to the app of `profile`."""
    app.command("enable")(enable)
    app.command("disable")(disable)


def _switch_profile(service: Service, key: str, *, enabled: bool, as_json: bool) -> None:
    found, row = service.require_profile_row(key)
    deed, subject = (
        "enable_profile" if enabled else "disable_profile",
        ActionSubject.from_profile_key(found, row["name"]),
    )
    with audit_command(service, deed, subject, {"enabled": row["enabled"]}, {"enabled": enabled}) as action:
        switch_profile(service.settings.gate_table, found, action.commit, enabled=enabled)
    done_at = service.clock()
    print_profile(_switched_document(service, found, row, enabled=enabled), as_json=as_json)
    if not enabled:
        print_note(f"No call accepted since {done_at:%Y-%m-%d %H:%M:%S} UTC.")
    print_notice(action)


def _switched_document(service: Service, key: str, row: Item, *, enabled: bool) -> dict[str, Any]:
    """The document of a profile that has just been switched; its name, key and switch alone where no more can be read."""
    try:
        return profile_document(service.profiles.read_version(key, row["version"]), enabled=enabled)
    except StoreUnavailable:
        print_note("The profile's settings cannot be read now.")
        return {"name": row["name"], "key": key, "enabled": enabled}
