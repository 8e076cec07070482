"""The screen that lists the last notices: what happened, to whom, and what to do next."""

from __future__ import annotations

from starlette.responses import Response

from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.notices.notice import RETENTION, list_notices
from affino_mcp.notices.words import describe_notice


def show_notices(ask: ScreenRequest) -> Response:
    """The page with the newest notices, from one read."""
    found = list_notices(ask.centre.database, ask.centre.settings.audit_table)
    return ask.render_page(
        "notices.html",
        here="/notices",
        notices=[(one, describe_notice(one)) for one in found],
        days=RETENTION.days,
    )
