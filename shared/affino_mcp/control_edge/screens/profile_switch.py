"""The screens to disable and enable a profile and to regenerate its secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.operator_audit import Subject
from affino_mcp.audit.queries import list_profile_users
from affino_mcp.clock import format_iso
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.control_edge.screens.profile_edit import urls
from affino_mcp.gate.profiles.previous_secret import parse_overlap
from affino_mcp.tool_errors import Conflict, InvalidArgument

OVERLAPS: Final[Mapping[str, str]] = {"0": "at once", "1h": "in an hour", "24h": "in 24 hours", "7d": "in 7 days"}
"""The choices of when the previous secret stops working."""


def disable(ask: Ask) -> Response:
    """Disables the profile and shows a receipt. Raises NotFound."""
    before = profile_list.the(ask)
    profile = before.profile
    with audit_screen_action(
        ask, "disable_profile", Subject.profile(profile), {"enabled": before.enabled}, {"enabled": False}
    ):
        ask.centre.profiles.disable(profile.key)
    since = format_iso(ask.centre.clock())
    return ask.page("receipt.html", here="/profiles", profile=profile, since=since)


def enable(ask: Ask) -> Response:
    """Switch on."""
    before = profile_list.the(ask)
    profile = before.profile
    with audit_screen_action(
        ask, "enable_profile", Subject.profile(profile), {"enabled": before.enabled}, {"enabled": True}
    ):
        ask.centre.profiles.enable(profile.key)
    return ask.go(f"/profiles/{profile.key}?done=enabled")


def before_regenerating(ask: Ask) -> Response:
    """The page that shows which people a new secret would cut off, and asks for confirmation."""
    return _asked(ask)


def regenerate(ask: Ask) -> Response:
    """Makes a new secret and shows it, this once; the old one is refused from now on, or after the chosen overlap."""
    profile, chosen = profile_list.the(ask).profile, ask.form.get("overlap", "0")
    before, after = {"version": profile.version}, {"version": "a new one", "overlap": chosen}
    try:
        wanted = parse_overlap(chosen)
        with audit_screen_action(ask, "regenerate_profile", Subject.profile(profile), before, after):
            made = ask.centre.profiles.regenerate_secret(profile.key, seen=ask.form.get("seen", ""), overlap=wanted)
    except (Conflict, InvalidArgument) as error:
        return _asked(ask, error)
    return ask.page("secret.html", here="/profiles", profile=made, made="regenerated", urls=urls(ask))


def end_overlap(ask: Ask) -> Response:
    """Ends the overlap, so that the previous secret is refused; a secret that the page did not show is left as it is."""
    profile = profile_list.the(ask).profile
    before = {"accepted_until": profile.former.until if profile.former else ""}
    try:
        with audit_screen_action(ask, "end_overlap", Subject.profile(profile), before, {"accepted_until": "now"}):
            ask.centre.profiles.end_overlap(profile.key, seen=ask.form.get("seen", ""))
    except Conflict:
        return ask.go(f"/profiles/{profile.key}?done=not-ended")
    return ask.go(f"/profiles/{profile.key}?done=ended")


def _asked(ask: Ask, error: Conflict | InvalidArgument | None = None) -> Response:
    profile = profile_list.the(ask).profile
    centre = ask.centre
    found = list_profile_users(
        centre.database, centre.settings.audit_table, profile.key, centre.clock(), most=900, reads=2
    )
    shown: dict[str, Any] = {"profile": profile, "overlaps": OVERLAPS, **found._asdict()}
    shown |= {"running": profile.former is not None and profile.former.is_accepted(ask.centre.clock())}
    status, wrong = (error.status, error.message) if error else (200, "")
    return ask.page("regenerate.html", status, here="/profiles", wrong=wrong, **shown)
