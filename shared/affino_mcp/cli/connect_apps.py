"""`affino-mcp connect` for clients that connect by OAuth: the address to type, and what the operator does first."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from affino_mcp.cli.checks import DoctorFinding
from affino_mcp.cli.oauth_checks import check_oauth_door, find_no_door_reason, find_oauth_places
from affino_mcp.cli.output import print_json, print_note
from affino_mcp.cli.service import Service
from affino_mcp.connect.app_clients import list_first_steps, make_app_snippet
from affino_mcp.connect.client_caps import describe_cuts
from affino_mcp.connect.clients import CLIENT_DOORS, ClientDoor, McpClient
from affino_mcp.connect.snippets import CLIENT_TITLES, Snippet
from affino_mcp.tool_errors import InvalidArgument


def show_app(
    service: Service, client: McpClient, profile: str | None, *, has_credentials: bool, verify: bool, as_json: bool
) -> None:
    """Prints what to type into a client of APP_CLIENTS, and what the operator does first.

    With a profile it says too whether that one is opened, and what the client cuts of its list. Raises InvalidArgument for
    credentials, which such a client never holds, and where there is no OAuth door; exits with 1 when `verify` finds a fault.
    """
    title = CLIENT_TITLES[client]
    if has_credentials:
        text = (
            f"{title} connects by OAuth and holds no credentials: leave --person, --password, --inline and --one out."
        )
        raise InvalidArgument("client", text)
    if reason := find_no_door_reason(service):
        raise InvalidArgument("client", f"{title} connects by OAuth, and this service has no OAuth door: {reason}.")
    found = make_app_snippet(client, find_oauth_places(service))
    notes = _describe_profile(service, client, profile) if profile else []
    checks = list(check_oauth_door(service)) if verify else []
    _print_app(found, list_first_steps(client), notes, checks, as_json=as_json)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def describe_other_door(service: Service, client: McpClient) -> str:
    """One line for a client that has a configuration here and takes OAuth too, where the service has that door."""
    if ClientDoor.OAUTH not in CLIENT_DOORS[client] or find_no_door_reason(service):
        return ""
    return f"Or by OAuth, without any of these values: {find_oauth_places(service).resource}"


def _describe_profile(service: Service, client: McpClient, profile: str) -> list[str]:
    state = service.require_profile(profile)
    groups = ", ".join(state.profile.terms.connectable)
    name = state.profile.name
    opened = (
        f"{name} is opened for connecting to {groups}."
        if groups
        else f"{name} is opened to nobody: affino-mcp profile set '{name}' --connect-group GROUP"
    )
    # The last sentence of the cuts is an address below /mcp, where apps do not come in.
    return [opened, *describe_cuts(state.profile, "", client)[:-1]]


def _print_app(
    found: Snippet, steps: Sequence[str], notes: list[str], checks: list[DoctorFinding], *, as_json: bool
) -> None:
    if as_json:
        told = [{"ok": check.ok, "seen": check.seen, "fix": check.fix} for check in checks]
        print_json(found._asdict() | {"variables": {}, "first": list(steps), "profile": notes, "door": told})
        return
    print_note(f"{found.title}: {found.place}\n")
    typer.echo(found.text)
    print_note(f"\n{found.note}\n\nFirst, by the operator:")
    for number, step in enumerate(steps, 1):
        print_note(f"  {number}. {step}")
    for note in notes:
        print_note(f"\n{note}")
    for check in checks:
        print_note(
            f"\n{'green' if check.ok else 'RED  '}  {check.seen}" + (f"\n       {check.fix}" if check.fix else "")
        )
