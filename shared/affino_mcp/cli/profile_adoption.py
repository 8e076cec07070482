"""`affino-mcp profile adopt`: the profile of an instance elsewhere, with the key and the secret that it has there.

A service in front of an instance signs each call as the profile does there, so that it draws neither of the two itself.
"""

from __future__ import annotations

import sys
from secrets import compare_digest
from typing import Annotated

import typer

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.admin.profile_adoption import ADOPTED, AdoptedCredentials
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.profile_options import RateOption, SwitchesOption
from affino_mcp.cli.profiles import plain_switches, show
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.words import parse_family_switches
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.tool_errors import InvalidArgument, NotFound


def adopt(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The API Key that the profile has at the instance.")],
    *,
    name: Annotated[str, typer.Option(help="What operators call it here.")] = "",
    family: SwitchesOption = None,
    rate: RateOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Take over a profile of the instance behind InstanceUrl: same key, same secret, which is read from standard input.

    Again with the same key, it takes over the secret that the profile has there by now.

    Example: affino-mcp profile adopt 5kJ2mQ8xYb --name Newsroom --family articles=read,write < secret.txt
    """
    service = open_service(ctx, connection)
    if not service.settings.instance_url:
        raise InvalidArgument("key", "This service holds its records itself: 'profile create' draws key and secret.")
    given = AdoptedCredentials(key, sys.stdin.readline().strip())
    given.require_valid()
    known = _find_profile(service, key)
    if known is None:
        _make_profile(service, given, name, family, rate)
    else:
        _take_secret(service, known, given)
    show(ctx, key, secret=False, as_json=as_json, connection=connection)


def _find_profile(service: Service, key: str) -> Profile | None:
    try:
        return service.profiles.get(key).profile
    except NotFound:
        return None


def _make_profile(
    service: Service, given: AdoptedCredentials, name: str, family: list[str] | None, rate: int | None
) -> None:
    """Makes a profile with this key and secret. Raises InvalidArgument without a name, and as `Profiles.create`."""
    if not name:
        raise InvalidArgument("name", "Say what operators call the profile here: --name NAME.")
    wanted, subject = parse_family_switches(family or []), ActionSubject.from_profile_key(given.key, name)
    after = {"name": name, "families": plain_switches(wanted), "rate": rate, "secret": ADOPTED}
    with audit_command(service, "create_profile", subject, {}, after) as action:
        service.profiles_with(given.key, given.secret).create(name, wanted, rate, commit=action.commit)


def _take_secret(service: Service, known: Profile, given: AdoptedCredentials) -> None:
    """Gives the profile the secret that it has at the instance by now; nothing is written when it is the same."""
    if compare_digest(known.secret, given.secret):
        return
    before, after = {"version": known.version}, {"version": "a new one", "secret": ADOPTED}
    with audit_command(service, "regenerate_profile", ActionSubject.from_profile(known), before, after) as action:
        drawn = service.profiles_with(given.key, given.secret)
        drawn.regenerate_secret(known.key, seen=known.version, commit=action.commit)
