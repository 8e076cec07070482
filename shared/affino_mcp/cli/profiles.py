"""`affino-mcp profile`: creates, shows, changes, enables and disables API Profiles."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from affino_mcp.admin.display import render_age
from affino_mcp.admin.operator_audit import ActionSubject, describe_profile
from affino_mcp.catalogue.capability import Access
from affino_mcp.cli.journal import audit_command, pick_previous_values, print_notice
from affino_mcp.cli.options import ConnectionOption, JsonOption, OnOff
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.profile_options import (
    BurstOption,
    CompactOption,
    ConfirmOption,
    NotesOption,
    ProfileArgument,
    RateOption,
    ReloginOption,
    SwitchesOption,
)
from affino_mcp.cli.profile_output import format_switches, print_profile, print_profile_with_secret
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import FamilySwitches, parse_family_switches
from affino_mcp.clock import format_iso
from affino_mcp.gate.profiles.profile import PROFILE_TYPE, Profile, ProfileState
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS
from affino_mcp.gate.profiles.rate_limit import follow_rate
from affino_mcp.gate.profiles.switch import switch_profile
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item

app = typer.Typer(no_args_is_help=True, help="API Profiles: what each workload may touch.")


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="What operators call it.")],
    family: SwitchesOption = None,
    rate: RateOption = None,
    burst: BurstOption = None,
    notes: NotesOption = None,
    compact: CompactOption = None,
    relogin: ReloginOption = None,
    confirm: ConfirmOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a profile and show its key and secret.

    Example: affino-mcp profile create --name Newsroom --family articles=read,write --family media_items=read,write --rate 300
    """
    wanted = parse_family_switches(family or [])
    service = open_service(ctx, connection)
    key = draw_letters_and_digits(KEY_CHARACTERS)  # first, so that the audit row can name the profile before it exists
    options = _chosen_options(compact=compact, relogin=relogin, confirm=confirm)
    given = {
        "name": name,
        "families": _plain_switches(wanted),
        "rate": rate,
        "burst": burst,
        "notes": notes or "",
        **options,
    }
    with audit_command(service, "create_profile", ActionSubject.from_profile_key(key, name), {}, given) as action:
        drawn = service.profiles_with_key(key)
        made = drawn.create(name, wanted, rate, burst, notes or "", action.commit, **options)
    _warn_of_write_only(wanted)
    print_profile_with_secret(made, as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: JsonOption = False, connection: ConnectionOption = None) -> None:
    """All profiles by name.

    Example: affino-mcp profile list
    """
    service = open_service(ctx, connection)
    now, states = service.clock(), service.profiles.list_profiles()
    found = [_profile_document(state.profile, enabled=state.enabled) | _usage_fields(state, now) for state in states]
    if as_json:
        print_json(found)
    else:
        names = ("name", "key", "enabled", "rate", "calls_today")
        rows = [
            (*(d[name] for name in names), render_age(state.usage.last, now), format_switches(d["families"]))
            for d, state in zip(found, states, strict=True)
        ]
        columns = ("Name", "Key", "On", "Rate", "Calls today", "Last used", "Families")
        print_table(columns, rows, "There are no profiles yet.")


@app.command()
def show(
    ctx: typer.Context,
    key: ProfileArgument,
    *,
    secret: Annotated[bool, typer.Option("--secret", help="Show the API Secret too.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """One profile; its secret only when asked for.

    Example: affino-mcp profile show Newsroom
    """
    service = open_service(ctx, connection)
    state = service.require_profile(key)
    document = _profile_document(state.profile, enabled=state.enabled) | _usage_fields(state, service.clock())
    document |= {"former": _previous_secret_fields(service, state.profile)} if state.profile.former else {}
    if secret:
        with audit_command(service, "show_secret", ActionSubject.from_profile(state.profile), {}, {}):
            document["secret"] = state.profile.secret
    print_profile(document, as_json=as_json)


@app.command("set")
def set_(
    ctx: typer.Context,
    key: ProfileArgument,
    *,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    compact: CompactOption = None,
    family: SwitchesOption = None,
    rate: RateOption = None,
    burst: BurstOption = None,
    notes: NotesOption = None,
    relogin: ReloginOption = None,
    confirm: ConfirmOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Change what is given; obeyed from the next call on. Families that are not named stay as they are.

    Example: affino-mcp profile set Newsroom --family contacts=read --family notes=off --rate 600
    """
    wanted = parse_family_switches(family or [])
    given: dict[str, Any] = {"name": name, "rate": rate, "burst": burst, "notes": notes}
    given |= _chosen_options(compact=compact, relogin=relogin, confirm=confirm)
    if set(given.values()) == {None} and not wanted:
        raise typer.BadParameter("say what to change, like --rate 600")
    service = open_service(ctx, connection)
    state = service.require_profile(key)
    old = state.profile
    if rate is not None and burst is None:
        given["burst"] = follow_rate(old.burst, old.rate, rate)
    after = {field: value for field, value in given.items() if value is not None}
    after |= {"families": _plain_switches(wanted)} if wanted else {}
    with audit_command(
        service,
        "change_profile",
        ActionSubject.from_profile(old),
        pick_previous_values(describe_profile(old), after),
        after,
    ) as action:
        changed = service.profiles.change(old.key, families=wanted, seen=old.version, commit=action.commit, **given)
    _warn_of_write_only(wanted)
    print_profile(_profile_document(changed, enabled=state.enabled), as_json=as_json)


@app.command()
def enable(
    ctx: typer.Context, key: ProfileArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Switch a profile on.

    Example: affino-mcp profile enable Newsroom
    """
    _switch_profile(open_service(ctx, connection), key, enabled=True, as_json=as_json)


@app.command()
def disable(
    ctx: typer.Context, key: ProfileArgument, *, as_json: JsonOption = False, connection: ConnectionOption = None
) -> None:
    """Switch a profile off: every call that begins after this is refused.

    Example: affino-mcp profile disable Newsroom
    """
    _switch_profile(open_service(ctx, connection), key, enabled=False, as_json=as_json)


def _profile_document(profile: Profile, *, enabled: bool) -> dict[str, Any]:
    return {
        "name": profile.name,
        "key": profile.key,
        "type": PROFILE_TYPE,
        "enabled": enabled,
        **describe_profile(profile),
        "created": profile.created,
        "updated": profile.updated,
    }


def _usage_fields(state: ProfileState, now: datetime) -> dict[str, Any]:
    last = state.usage.last
    return {"calls_today": state.usage.today(now), "last_used": format_iso(last) if last else None}


def _previous_secret_fields(service: Service, profile: Profile) -> dict[str, Any]:
    """The previous secret's times and uses, without the secret; {} when there is none."""
    uses = [asdict(use) for use in service.previous_secret_uses.list_uses(profile)]
    former = profile.former
    return {"replaced": former.replaced, "accepted_until": former.until, "uses": uses} if former else {}


def _chosen_options(**given: OnOff | None) -> dict[str, bool]:
    """The options that the command names, as booleans."""
    return {name: value is OnOff.ON for name, value in given.items() if value is not None}


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
        return _profile_document(service.profiles.read_version(key, row["version"]), enabled=enabled)
    except StoreUnavailable:
        print_note("The profile's settings cannot be read now.")
        return {"name": row["name"], "key": key, "enabled": enabled}


def _plain_switches(wanted: FamilySwitches) -> dict[str, list[str]]:
    return {name: sorted(access) for name, access in wanted.items()}


def _warn_of_write_only(wanted: FamilySwitches) -> None:
    for name, access in wanted.items():
        if access == {Access.WRITE}:
            print_note(f"Note: {name} may be written but not read; most work needs to read too.")
