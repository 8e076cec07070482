"""The screens to disable and enable a profile and to regenerate its secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.operator_action import OperatorAction
from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.profile_users import list_profile_users
from affino_mcp.clock import format_iso
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.adopted_profile import credential_fields, draw_secret
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.connected_apps import make_app_desk
from affino_mcp.control_edge.secret_again import find_own_deed, show_secret_again
from affino_mcp.control_edge.secret_page import client_urls, show_new_secret
from affino_mcp.gate.profiles.previous_secret import parse_overlap
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.switch import switch_profile
from affino_mcp.tool_errors import Conflict, InvalidArgument

OVERLAP_CHOICES: Final[Mapping[str, str]] = {
    "0": "at once",
    "1h": "in an hour",
    "24h": "in 24 hours",
    "7d": "in 7 days",
}
"""The choices of when the previous secret stops working."""


def ask_before_disabling(ask: ScreenRequest) -> Response:
    """The page that asks for confirmation; needs the profile's row alone. Raises NotFound."""
    key, row = profile_list.require_profile_row(ask)
    return ask.render_page("profile_off.html", here="/profiles", key=key, name=row["name"])


def disable_profile(ask: ScreenRequest) -> Response:
    """Disables the profile and shows a receipt. Raises NotFound."""
    key, name, action = _switch_profile(ask, enabled=False)
    shown: dict[str, Any] = {"key": key, "name": name, "since": format_iso(ask.centre.clock()), "notice": action.notice}
    return ask.render_page("receipt.html", here="/profiles", **shown)


def enable_profile(ask: ScreenRequest) -> Response:
    """Enables the profile again. Raises NotFound."""
    key, _, _ = _switch_profile(ask, enabled=True)
    return ask.redirect(f"/profiles/{key}?done=enabled")


def _switch_profile(ask: ScreenRequest, *, enabled: bool) -> tuple[str, str, OperatorAction]:
    """Enables or disables the profile; gives its key, its name and the action. Needs the profile's row alone."""
    key, row = profile_list.require_profile_row(ask)
    deed, subject = "enable_profile" if enabled else "disable_profile", ActionSubject.from_profile_key(key, row["name"])
    with audit_screen_action(ask, deed, subject, {"enabled": row["enabled"]}, {"enabled": enabled}) as action:
        switch_profile(ask.centre.settings.gate_table, key, action.commit, enabled=enabled)
    return key, row["name"], action


def ask_before_regenerating(ask: ScreenRequest) -> Response:
    """The page that shows which people a new secret would cut off, and asks for confirmation."""
    return _render_question(ask)


def regenerate_secret(ask: ScreenRequest) -> Response:
    """Makes a new secret and shows it, this once; the old one is refused from now on, or after the chosen overlap.

    In front of an instance elsewhere the new secret is the one that the profile has there by now: entered, and not shown.
    """
    profile, chosen = profile_list.require_profile(ask).profile, ask.form.get("overlap", "0")
    before, after = {"version": profile.version}, {"version": "a new one", "overlap": chosen}
    try:
        wanted, (drawn, secret) = parse_overlap(chosen), draw_secret(ask, profile)
        subject = ActionSubject.from_profile(profile)
        with audit_screen_action(ask, "regenerate_profile", subject, before, after | secret) as action:
            made = drawn.regenerate_secret(
                profile.key, seen=ask.form.get("seen", ""), overlap=wanted, commit=action.commit
            )
        make_app_desk(ask).end_outdated(made)
    except (Conflict, InvalidArgument) as error:
        drew = not ask.centre.settings.instance_url
        if drew and isinstance(error, Conflict) and _has_just_regenerated(ask, profile):
            return show_secret_again(ask, profile, "regenerated", client_urls(ask))
        return _render_question(ask, error)
    return show_new_secret(ask, made, "regenerated")


def _has_just_regenerated(ask: ScreenRequest, profile: Profile) -> bool:
    """Whether the form that is sent again made the present secret, in this visit and within five minutes."""
    row = find_own_deed(ask, profile.key, "regenerate_profile")
    return row is not None and (row.arguments.get("before") or {}).get("version") == ask.form.get("seen", "")


def end_secret_overlap(ask: ScreenRequest) -> Response:
    """Ends the overlap, so that the previous secret is refused; a secret that the page did not show is left as it is."""
    profile = profile_list.require_profile(ask).profile
    before = {"accepted_until": profile.former.until if profile.former else ""}
    try:
        with audit_screen_action(
            ask, "end_overlap", ActionSubject.from_profile(profile), before, {"accepted_until": "now"}
        ) as action:
            made = ask.centre.profiles.end_overlap(profile.key, seen=ask.form.get("seen", ""), commit=action.commit)
        make_app_desk(ask).end_outdated(made)
    except Conflict:
        return ask.redirect(f"/profiles/{profile.key}?done=not-ended")
    return ask.redirect(f"/profiles/{profile.key}?done=ended")


def _render_question(ask: ScreenRequest, error: Conflict | InvalidArgument | None = None) -> Response:
    profile = profile_list.require_profile(ask).profile
    centre = ask.centre
    found = list_profile_users(
        centre.database, centre.settings.audit_table, profile.key, centre.clock(), most=900, reads=2
    )
    shown: dict[str, Any] = {"profile": profile, "overlaps": OVERLAP_CHOICES, **found._asdict()}
    shown |= {"apps": len(make_app_desk(ask).list_connected(profile.key, profile.name))}
    shown |= {"running": profile.former is not None and profile.former.is_accepted(ask.centre.clock())}
    shown |= credential_fields(ask)
    status, wrong = (error.status, error.message) if error else (200, "")
    return ask.render_page("regenerate.html", status, here="/profiles", wrong=wrong, **shown)
