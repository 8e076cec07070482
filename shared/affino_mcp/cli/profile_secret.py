"""`affino-mcp profile regenerate` and `end-overlap`: replace a profile's secret, at once or with an overlap."""

from __future__ import annotations

from typing import Annotated

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.profile_users import list_profile_users
from affino_mcp.cli.apps import make_app_desk
from affino_mcp.cli.confirming import require_yes
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_note
from affino_mcp.cli.profile_options import ProfileArgument
from affino_mcp.cli.profile_output import print_profile_with_secret
from affino_mcp.cli.profiles import show
from affino_mcp.cli.service import Service, open_service
from affino_mcp.gate.profiles.previous_secret import parse_overlap as overlap_of
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.text import plural


def regenerate(
    ctx: typer.Context,
    key: ProfileArgument,
    *,
    overlap: Annotated[
        str, typer.Option(metavar="TIME", help="How long the old secret works beside the new one: 0, 1h, 24h, 7d.")
    ] = "0",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Give a profile a new secret; the old one is refused from the next call on. Shows first who uses the profile.

    Example: affino-mcp profile regenerate Newsroom --overlap 24h --yes
    """
    service, wanted = open_service(ctx, connection), overlap_of(overlap)
    profile = service.require_profile(key).profile
    if not yes:
        _confirm_regeneration(service, profile, overlap if wanted else "", as_json=as_json)
    before, after = {"version": profile.version}, {"version": "a new one", "overlap": overlap}
    with audit_command(service, "regenerate_profile", ActionSubject.from_profile(profile), before, after) as action:
        made = service.profiles.regenerate_secret(
            profile.key, seen=profile.version, overlap=wanted, commit=action.commit
        )
    make_app_desk(service).end_outdated(made)
    print_profile_with_secret(service, made, as_json=as_json)


def end_overlap(
    ctx: typer.Context, key: ProfileArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Refuse a profile's former secret from the next call on, before its overlap is over.

    Example: affino-mcp profile end-overlap Newsroom
    """
    service = open_service(ctx, connection)
    profile = service.require_profile(key).profile
    before = {"accepted_until": profile.former.until if profile.former else ""}
    after, subject = {"accepted_until": "now"}, ActionSubject.from_profile(profile)
    with audit_command(service, "end_overlap", subject, before, after) as action:
        made = service.profiles.end_overlap(profile.key, seen=profile.version, commit=action.commit)
    make_app_desk(service).end_outdated(made)
    try:
        show(ctx, profile.key, secret=False, as_json=as_json, connection=connection)
    except StoreUnavailable:
        print_note("The former secret is refused from now on. The profile cannot be shown now.")


def add_secret_commands(app: typer.Typer) -> None:
    """Adds the two commands to the app of `profile`."""
    app.command("regenerate")(regenerate)
    app.command("end-overlap")(end_overlap)


def _confirm_regeneration(service: Service, profile: Profile, overlap: str, *, as_json: bool) -> None:
    now = service.clock()
    found = list_profile_users(service.stores.database, service.settings.audit_table, profile.key, now).users
    told = f"Used in the last 24 hours by {plural(len(found), 'person', 'people')}:"
    print_note(told if found else "Nobody used it in the last 24 hours.")
    for user in found:
        print_note(f"  {user.name} ({user.code}), last at {user.last}")
    if profile.former and profile.former.is_accepted(now):
        print_note("The secret before this one is still accepted; that ends now, only the last one is remembered.")
    if apps := len(make_app_desk(service).list_connected(profile.key, profile.name)):
        print_note(f"{plural(apps, 'connected app')} must be connected again.")
    when = f"in {overlap}" if overlap else "at once"
    would, does = f"The old secret would stop working {when}.", f"The old secret stops working {when}."
    require_yes(would, does, as_json=as_json)
