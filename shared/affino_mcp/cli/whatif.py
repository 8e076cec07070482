"""`affino-mcp whatif`: calls of the last seven days that narrower settings of a profile would refuse."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Annotated

import typer

from affino_mcp.admin.display import format_time
from affino_mcp.admin.what_if import ImpactPreview, preview_impact
from affino_mcp.catalogue.capability import Capability
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.profile_options import AllowGroupOption, AllowNetworkOption, AllowPersonOption, ExpiresOption
from affino_mcp.cli.profile_terms import TermsOptions
from affino_mcp.cli.service import open_service
from affino_mcp.cli.words import parse_family_switches
from affino_mcp.gate.profiles.allowed_people import find_people
from affino_mcp.gate.profiles.profile_form import MAX_CALLS_PER_MINUTE
from affino_mcp.gate.profiles.terms_check import check_terms
from affino_mcp.text import plural


def whatif(
    ctx: typer.Context,
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Key or name.")],
    *,
    family: Annotated[
        list[str] | None,
        typer.Option("--family", metavar="FAMILY=SWITCHES", help="read,write, read, write or off; may be repeated."),
    ] = None,
    rate: Annotated[int | None, typer.Option(min=1, max=MAX_CALLS_PER_MINUTE, help="Calls a minute.")] = None,
    expires: ExpiresOption = None,
    allow_person: AllowPersonOption = None,
    allow_group: AllowGroupOption = None,
    allow_network: AllowNetworkOption = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """What would change? The calls of the last seven days that these settings would have refused. Changes nothing.

    Example: affino-mcp whatif content-editor --family media_items=off --rate 60
    """
    wanted, service = parse_family_switches(family or []), open_service(ctx, connection)
    asked = TermsOptions(expires, allow_person or (), allow_group or (), False, allow_network or (), False)
    before = service.require_profile(profile).profile
    kept = {name: access for name, access in {**before.capability.families, **wanted}.items() if access}
    terms = asked.read_terms(service, before.terms) or before.terms
    after = replace(before, capability=Capability(kept), rate=before.rate if rate is None else rate, terms=terms)
    database, settings = service.stores.database, service.settings
    check_terms(database, settings.gate_table, terms, before.terms, service.clock().date())
    look_up = partial(find_people, database, settings.gate_table)
    found = preview_impact(database, settings.audit_table, service.clock(), before, after, look_up)
    if as_json:
        print_json(asdict(found))
    else:
        _print_preview(found, rate)


def _print_preview(found: ImpactPreview, rate: int | None) -> None:
    rows = [(one.calls, one.person, one.method, one.rule, format_time(one.last)) for one in found.refused]
    print_table(("Calls", "Person", "Method", "Needs", "Last (UTC)"), rows, "No recent call needs what is taken away.")
    since = f" back to {format_time(found.since)} UTC" if found.since else ""
    print_note(f"Looked at {plural(found.looked_at, 'call')}{since}.")
    if found.ends:
        print_note(f"After {found.ends} (24:00 UTC) every call is refused.")
    if found.slower:
        print_note(f"The limit goes down to {rate} a minute; the busiest minute of these calls had {found.busiest:,}.")
