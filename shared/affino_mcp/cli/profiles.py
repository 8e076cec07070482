"""`affino-mcp profile`: creates, shows, changes, enables and disables API Profiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from affino_mcp.admin.display import render_age
from affino_mcp.admin.operator_audit import ActionSubject, describe_profile
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.cli.journal import audit_command, pick_previous_values
from affino_mcp.cli.options import ConnectionOption, JsonOption, OnOff
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.profile_options import (
    AllowAnywhereOption,
    AllowEverybodyOption,
    AllowGroupOption,
    AllowNetworkOption,
    AllowPersonOption,
    BurstOption,
    ConfirmOption,
    ConnectGroupOption,
    ConnectNobodyOption,
    ExpiresOption,
    NotesOption,
    ProfileArgument,
    RateOption,
    ReloginOption,
    RestOption,
    SwitchesOption,
    ToolsOption,
)
from affino_mcp.cli.profile_output import (
    format_switches,
    print_expiry_notes,
    print_profile,
    print_profile_with_secret,
    profile_document,
)
from affino_mcp.cli.profile_terms import TermsOptions
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import FamilySwitches, parse_family_switches
from affino_mcp.clock import format_iso
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile, ProfileState
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.gate.profiles.profiles import KEY_CHARACTERS
from affino_mcp.gate.profiles.rate_limit import follow_rate

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
    tools: ToolsOption = None,
    relogin: ReloginOption = None,
    confirm: ConfirmOption = None,
    rest: RestOption = None,
    expires: ExpiresOption = None,
    allow_person: AllowPersonOption = None,
    allow_group: AllowGroupOption = None,
    allow_everybody: AllowEverybodyOption = False,
    allow_network: AllowNetworkOption = None,
    allow_anywhere: AllowAnywhereOption = False,
    connect_group: ConnectGroupOption = None,
    connect_nobody: ConnectNobodyOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Make a profile and show its key and secret.

    Example: affino-mcp profile create --name Newsroom --family articles=read,write --family media_items=read,write --rate 300
    """
    wanted = parse_family_switches(family or [])
    who, where = (allow_person, allow_group, allow_everybody), (allow_network, allow_anywhere)
    asked = TermsOptions(expires, *who, *where, connect_group, connect_nobody)
    service = open_service(ctx, connection)
    terms = asked.read_terms(service, AdmissionTerms())
    key = draw_letters_and_digits(KEY_CHARACTERS)  # first, so that the audit row can name the profile before it exists
    options = _chosen_options(relogin=relogin, confirm=confirm, rest=rest)
    given = {"name": name, "families": plain_switches(wanted), "rate": rate, "burst": burst, "notes": notes or ""}
    mode = tools or ListMode.FULL
    given |= {"mode": str(mode)} | options | (terms.to_json() if terms else {})
    with audit_command(service, "create_profile", ActionSubject.from_profile_key(key, name), {}, given) as action:
        drawn = service.profiles_with(key)
        made = drawn.create(name, wanted, rate, burst, notes or "", action.commit, terms, mode, **options)
    _warn_of_write_only(wanted)
    print_profile_with_secret(service, made, as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: JsonOption = False, connection: ConnectionOption = None) -> None:
    """All profiles by name.

    Example: affino-mcp profile list
    """
    service = open_service(ctx, connection)
    now, states = service.clock(), service.profiles.list_profiles()
    found = [profile_document(state.profile, enabled=state.enabled) | _usage_fields(state, now) for state in states]
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
    print_expiry_notes(states, now)


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
    document = profile_document(state.profile, enabled=state.enabled) | _usage_fields(state, service.clock())
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
    tools: ToolsOption = None,
    family: SwitchesOption = None,
    rate: RateOption = None,
    burst: BurstOption = None,
    notes: NotesOption = None,
    relogin: ReloginOption = None,
    confirm: ConfirmOption = None,
    rest: RestOption = None,
    expires: ExpiresOption = None,
    allow_person: AllowPersonOption = None,
    allow_group: AllowGroupOption = None,
    allow_everybody: AllowEverybodyOption = False,
    allow_network: AllowNetworkOption = None,
    allow_anywhere: AllowAnywhereOption = False,
    connect_group: ConnectGroupOption = None,
    connect_nobody: ConnectNobodyOption = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Change what is given; obeyed from the next call on. Families that are not named stay as they are.

    Example: affino-mcp profile set Newsroom --family contacts=read --family notes=off --rate 600
    """
    wanted = parse_family_switches(family or [])
    given: dict[str, Any] = {"name": name, "rate": rate, "burst": burst, "notes": notes, "mode": tools}
    given |= _chosen_options(relogin=relogin, confirm=confirm, rest=rest)
    who, where = (allow_person, allow_group, allow_everybody), (allow_network, allow_anywhere)
    asked = TermsOptions(expires, *who, *where, connect_group, connect_nobody)
    _require_changes(asked, wanted, given.values())
    state = (service := open_service(ctx, connection)).require_profile(key)
    old, terms = state.profile, asked.read_terms(service, state.profile.terms)
    given["burst"] = follow_rate(old.burst, old.rate, rate) if rate is not None and burst is None else burst
    after = _list_new_values(given, wanted, terms)
    subject, before = ActionSubject.from_profile(old), pick_previous_values(describe_profile(old), after)
    changes = given | {"families": wanted, "terms": terms}
    with audit_command(service, "change_profile", subject, before, after) as action:
        changed = service.profiles.change(old.key, seen=old.version, commit=action.commit, **changes)
    _warn_of_write_only(wanted)
    print_profile(profile_document(changed, enabled=state.enabled), as_json=as_json)


def _usage_fields(state: ProfileState, now: datetime) -> dict[str, Any]:
    last = state.usage.last
    return {"calls_today": state.usage.today(now), "last_used": format_iso(last) if last else None}


def _previous_secret_fields(service: Service, profile: Profile) -> dict[str, Any]:
    """The previous secret's times and uses, without the secret; {} when there is none."""
    uses = [asdict(use) for use in service.previous_secret_uses.list_uses(profile)]
    former = profile.former
    return {"replaced": former.replaced, "accepted_until": former.until, "uses": uses} if former else {}


def _require_changes(asked: TermsOptions, wanted: FamilySwitches, given: Iterable[Any]) -> None:
    if set(given) == {None} and not wanted and not asked.is_given:
        raise typer.BadParameter("say what to change, like --rate 600")


def _chosen_options(**given: OnOff | None) -> dict[str, bool]:
    """The options that the command names, as booleans."""
    return {name: value is OnOff.ON for name, value in given.items() if value is not None}


def _list_new_values(given: dict[str, Any], wanted: FamilySwitches, terms: AdmissionTerms | None) -> dict[str, Any]:
    """What a change sets, as its row of the API Log holds it."""
    after = {field: value for field, value in given.items() if value is not None}
    return after | ({"families": plain_switches(wanted)} if wanted else {}) | (terms.to_json() if terms else {})


def plain_switches(wanted: FamilySwitches) -> dict[str, list[str]]:
    """The switches as a row of the API Log shows them."""
    return {name: sorted(access) for name, access in wanted.items()}


def _warn_of_write_only(wanted: FamilySwitches) -> None:
    for name, access in wanted.items():
        if access == {Access.WRITE}:
            print_note(f"Note: {name} may be written but not read; most work needs to read too.")
