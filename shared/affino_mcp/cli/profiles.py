"""`affino-mcp profile`: what each workload may touch, its limits, its switch and its secret."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from affino_mcp.audit.queries import people
from affino_mcp.catalogue.capability import Access
from affino_mcp.cli.journal import recorded
from affino_mcp.cli.options import AsJson, ConnectionFile, OnOff
from affino_mcp.cli.output import note, print_fields, print_json, print_table
from affino_mcp.cli.service import Service, opened
from affino_mcp.cli.words import Families, families
from affino_mcp.control_edge.journal import Subject
from affino_mcp.errors import AffinoError
from affino_mcp.gate.profile import OPTIONS, Profile, ProfileState
from affino_mcp.gate.profile_form import drawn
from affino_mcp.gate.profiles import KEY_LENGTH

app = typer.Typer(no_args_is_help=True, help="API Profiles: what each workload may touch.")

Key = Annotated[str, typer.Argument(metavar="KEY", help="The profile's key or name.")]
Switches = Annotated[
    list[str] | None,
    typer.Option("--family", metavar="FAMILY=SWITCHES", help="read,write, read, write or off; may be repeated."),
]
Rate = Annotated[int | None, typer.Option(min=1, help="Calls a minute, over all who use the profile.")]
Burst = Annotated[int | None, typer.Option(min=1, help="Calls at once after a quiet time.")]
Notes = Annotated[str | None, typer.Option(help="For operators.")]
Compact = Annotated[OnOff | None, typer.Option(help=OPTIONS["compact"].hint)]
Relogin = Annotated[OnOff | None, typer.Option(help=OPTIONS["relogin"].hint)]
Confirm = Annotated[OnOff | None, typer.Option(help=OPTIONS["confirm"].hint)]


class NeedsYes(AffinoError):
    """A change that cannot be taken back was asked for where nobody can be asked to confirm it."""

    type = "needs_confirmation"


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="What operators call it.")],
    family: Switches = None,
    rate: Rate = None,
    burst: Burst = None,
    notes: Notes = None,
    compact: Compact = None,
    relogin: Relogin = None,
    confirm: Confirm = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Make a profile and show its key and secret.

    Example: affino-mcp profile create --name Newsroom --family articles=read,write --family media_items=read,write --rate 300
    """
    wanted = families(family or [])
    service, key = (
        opened(ctx, connection),
        drawn(KEY_LENGTH),
    )  # the key first: the log names the profile before it is there
    options = _options(compact=compact, relogin=relogin, confirm=confirm)
    given = {"name": name, "families": _plain(wanted), "rate": rate, "burst": burst, "notes": notes or "", **options}
    with recorded(service, "create_profile", Subject.new_profile(key, name), {}, given):
        made = service.profiles_drawing(key).create(name, wanted, rate, burst, notes or "", **options)
    _warn(wanted)
    _print_with_secret(made, as_json=as_json)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """All profiles by name.

    Example: affino-mcp profile list
    """
    found = [_document(state.profile, enabled=state.enabled) for state in opened(ctx, connection).profiles.listed()]
    if as_json:
        print_json(found)
    else:
        rows = [(d["name"], d["key"], d["enabled"], d["rate"], _switches(d["families"])) for d in found]
        print_table(("Name", "Key", "On", "Rate", "Families"), rows, "There are no profiles yet.")


@app.command()
def show(
    ctx: typer.Context,
    key: Key,
    *,
    secret: Annotated[bool, typer.Option("--secret", help="Show the API Secret too.")] = False,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """One profile; its secret only when asked for.

    Example: affino-mcp profile show Newsroom
    """
    state = opened(ctx, connection).profile(key)
    document = _document(state.profile, enabled=state.enabled)
    _print(document | ({"secret": state.profile.secret} if secret else {}), as_json=as_json)


@app.command("set")
def set_(
    ctx: typer.Context,
    key: Key,
    *,
    name: Annotated[str | None, typer.Option(help="A new name.")] = None,
    compact: Compact = None,
    family: Switches = None,
    rate: Rate = None,
    burst: Burst = None,
    notes: Notes = None,
    relogin: Relogin = None,
    confirm: Confirm = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Change what is given; obeyed from the next call on. Families that are not named stay as they are.

    Example: affino-mcp profile set Newsroom --family contacts=read --family notes=off --rate 600
    """
    wanted, service = families(family or []), opened(ctx, connection)
    before = service.profile(key)
    changes: dict[str, Any] = {"name": name, "rate": rate, "burst": burst, "notes": notes}
    given = {field: value for field, value in changes.items() if value is not None}
    given |= _options(compact=compact, relogin=relogin, confirm=confirm)
    document = _document(before.profile, enabled=before.enabled)
    with recorded(service, "change_profile", _about(before), document, given | {"families": _plain(wanted)}):
        key, seen = before.profile.key, before.profile.version
        changed = service.profiles.change(key, families=wanted, seen=seen, **given)
    _warn(wanted)
    _print(_document(changed, enabled=before.enabled), as_json=as_json)


@app.command()
def enable(ctx: typer.Context, key: Key, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """Switch a profile on.

    Example: affino-mcp profile enable Newsroom
    """
    _switch(opened(ctx, connection), key, enabled=True, as_json=as_json)


@app.command()
def disable(ctx: typer.Context, key: Key, *, as_json: AsJson = False, connection: ConnectionFile = None) -> None:
    """Switch a profile off: every call that begins after this is refused.

    Example: affino-mcp profile disable Newsroom
    """
    _switch(opened(ctx, connection), key, enabled=False, as_json=as_json)


@app.command()
def regenerate(
    ctx: typer.Context,
    key: Key,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Give a profile a new secret; the old one is refused from the next call on. Shows first who uses the profile.

    Example: affino-mcp profile regenerate Newsroom --yes
    """
    service = opened(ctx, connection)
    profile = service.profile(key).profile
    if not yes:
        _confirm(service, profile, as_json=as_json)
    with recorded(service, "regenerate_profile", Subject.profile(profile), {}, {"secret": "a new one"}):
        made = service.profiles.regenerate(profile.key, seen=profile.version)
    _print_with_secret(made, as_json=as_json)


def _confirm(service: Service, profile: Profile, *, as_json: bool) -> None:
    now = service.clock()
    users = people(service.stores.database, service.settings.audit_table, profile.key, now - timedelta(hours=24), now)
    note(f"Used in the last 24 hours by {len(users)} people:" if users else "Nobody used it in the last 24 hours.")
    for code, row in users.items():
        note(f"  {row.person_name} ({code}), last at {row.at}")
    if as_json or not sys.stdin.isatty():
        raise NeedsYes("The old secret would stop working at once. Say --yes to go on.")
    typer.confirm("The old secret stops working at once. Go on?", abort=True, err=True)


def _document(profile: Profile, *, enabled: bool) -> dict[str, Any]:
    return {
        "name": profile.name,
        "key": profile.key,
        "enabled": enabled,
        "families": profile.capability.to_json(),
        "rate": profile.rate,
        "burst": profile.burst,
        "notes": profile.notes,
        **profile.options,
        "created": profile.created,
        "updated": profile.updated,
    }


def _options(**given: OnOff | None) -> dict[str, bool]:
    """The options that were given, on or off."""
    return {name: value is OnOff.ON for name, value in given.items() if value is not None}


def _switch(service: Service, key: str, *, enabled: bool, as_json: bool) -> None:
    before = service.profile(key)
    deed, turn = ("enable", service.profiles.enable) if enabled else ("disable", service.profiles.disable)
    with recorded(service, f"{deed}_profile", _about(before), {"enabled": before.enabled}, {"enabled": enabled}):
        state = turn(before.profile.key)
    _print(_document(state.profile, enabled=state.enabled), as_json=as_json)


def _about(state: ProfileState) -> Subject:
    return Subject.profile(state.profile)


def _plain(wanted: Families) -> dict[str, list[str]]:
    return {name: sorted(access) for name, access in wanted.items()}


def _print_with_secret(profile: Profile, *, as_json: bool) -> None:
    shown = {name: getattr(profile, name) for name in ("name", "key", "secret", "rate", "burst")}
    _print(shown | {"families": profile.capability.to_json()}, as_json=as_json)


def _print(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print_fields(document | {"families": _switches(document["families"])})


def _switches(families: dict[str, list[str]]) -> str:
    return " ".join(f"{name}={','.join(access)}" for name, access in families.items()) or "none"


def _warn(wanted: Families) -> None:
    for name, access in wanted.items():
        if access == {Access.WRITE}:
            note(f"Note: {name} may be written but not read; most work needs to read too.")
