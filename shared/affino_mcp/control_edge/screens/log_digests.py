"""The screen that says how far signed digests cover the API Log; the check itself reads every row, so a shell makes it."""

from __future__ import annotations

from starlette.responses import Response

from affino_mcp.audit.integrity.digest import DIGEST_LATE_AFTER
from affino_mcp.audit.integrity.noted_end import read_noted_end
from affino_mcp.clock import format_iso
from affino_mcp.control_edge.screen_request import ScreenRequest


def show_digests(ask: ScreenRequest) -> Response:
    """The page with the end of the last window that is signed, from one read."""
    end = read_noted_end(ask.centre.database, ask.centre.settings.audit_table)
    return ask.render_page(
        "log_digests.html",
        here="/logs",
        covered=format_iso(end.ends) if end else "",
        made=format_iso(end.made) if end else "",
        is_late=end is None or ask.centre.clock() - end.made > DIGEST_LATE_AFTER,
        late_after=int(DIGEST_LATE_AFTER.total_seconds()) // 60,
    )
