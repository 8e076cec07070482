"""The secret once more, for a form that is sent again: to the same visit, within five minutes, and in the API Log."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.responses import Response

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.faults import StoreUnavailable

SHOWN_AGAIN_WITHIN: Final = timedelta(minutes=5)


def find_own_deed(ask: ScreenRequest, key: str, deed: str) -> AuditRow | None:
    """The row of the last such deed on a profile, if this visit did it within five minutes; None when the log cannot be read."""
    centre, now = ask.centre, ask.centre.clock()
    record = ActionSubject.from_profile_key(key, "").record
    question = LogQuery(record=record, method=deed, outcome=Outcome.OK, since=now - SHOWN_AGAIN_WITHIN, limit=1)
    try:
        rows = search_log(centre.database, centre.settings.audit_table, question, now, reads=1).rows
    except StoreUnavailable:
        return None
    return rows[0] if rows and rows[0].fingerprint == ask.web_session.fingerprint else None


def show_secret_again(ask: ScreenRequest, profile: Profile, made: str, urls: dict[str, str]) -> Response:
    """The page with the secret, which says that nothing was done again. The look at it is an action in the API Log."""
    with audit_screen_action(ask, "show_secret", ActionSubject.from_profile(profile), {}, {"again": True}):
        pass
    shown = {"profile": profile, "made": made, "urls": urls, "again": True, "now": ask.centre.clock()}
    return ask.render_page("secret.html", 200, here="/profiles", **shown)
