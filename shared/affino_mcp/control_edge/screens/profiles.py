"""The screens of API Profiles: the list, and one profile with its latest calls."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.tool_price import price_tools_list
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.connect.client_caps import describe_cuts
from affino_mcp.control_edge import profile_list
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.gate.profiles.allowed_people import name_people
from affino_mcp.store.faults import StoreUnavailable

MAX_LATEST_ROWS: Final = 12
"""Rows of the API Log that a profile's page shows."""


def show_profiles(ask: ScreenRequest) -> Response:
    """A page of the profiles; with `q`, the profile of this API Key, or those in whose names its words stand."""
    wanted, one = ask.query_values.get("q", "").strip(), profile_list.find_searched_profile(ask)
    found = (
        profile_list.ProfilePage([one], None)
        if one
        else profile_list.list_profile_page(ask, ask.query_values.get("after"), wanted)
    )
    shown: dict[str, Any] = {
        "profiles": found.profiles,
        "next": found.next,
        "later": "after" in ask.query_values,
        "q": wanted,
    }
    return ask.render_page("profiles.html", here="/profiles", now=ask.centre.clock(), **shown)


def show_profile(ask: ScreenRequest) -> Response:
    """The page of one profile, with the uses of its previous secret and, for readers of the log, its latest calls.

    Without the API Log it lacks the calls; without the profile's secret it is the switch alone. Raises NotFound.
    """
    key, row = profile_list.require_profile_row(ask)
    try:
        one = ask.centre.profile_reader.state_from_row(key, row)
    except StoreUnavailable:
        return ask.render_page(
            "profile_switch.html", here="/profiles", key=key, name=row["name"], enabled=row["enabled"]
        )
    former, now, may_read = one.profile.former, ask.centre.clock(), ask.has_right(LOGS_READ)
    recent = _list_latest_rows(ask, key) if may_read else None
    return ask.render_page(
        "profile.html",
        here="/profiles",
        one=one,
        profile=one.profile,
        now=now,
        former_accepted=former is not None and former.is_accepted(now),
        former_uses=ask.centre.previous_secret_uses.list_uses(one.profile),
        recent=recent,
        log_is_down=may_read and recent is None,
        tokens=price_tools_list(one.profile.capability, one.profile.mode),
        full_tokens=price_tools_list(one.profile.capability),
        cuts=describe_cuts(one.profile, f"{ask.origin.public_url}/mcp"),
        done=ask.query_values.get("done", ""),
        instance=ask.centre.settings.instance_url,
        allowed=name_people(ask.centre.database, ask.centre.settings.gate_table, one.profile.terms.people),
    )


def _list_latest_rows(ask: ScreenRequest, key: str) -> list[AuditRow] | None:
    """The newest rows of a profile in the API Log, in one read; None when the log cannot be read."""
    asked, centre = LogQuery(profile=key, limit=MAX_LATEST_ROWS), ask.centre
    try:
        return search_log(centre.database, centre.settings.audit_table, asked, centre.clock(), reads=1).rows
    except StoreUnavailable:
        return None
