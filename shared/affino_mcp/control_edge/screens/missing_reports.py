"""The screen of what agents reported as missing, counted by person, profile and reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from affino_mcp.admin.report_words import describe_remedy, describe_report
from affino_mcp.audit.missing_reports import count_reports
from affino_mcp.control_edge.screen_request import ScreenRequest

SPANS: Final[Mapping[str, timedelta]] = {f"{days}d": timedelta(days=days) for days in (1, 7, 30, 90)}
"""How far back reports can be counted."""
_FIRST_SPAN: Final = "30d"


def show_reports(ask: ScreenRequest) -> Response:
    """The page with the groups of reports, the largest first."""
    given, now = ask.query_values.get("since", ""), ask.centre.clock()
    span = given if given in SPANS else _FIRST_SPAN
    found = count_reports(ask.centre.database, ask.centre.settings.audit_table, now - SPANS[span], now)
    return ask.render_page(
        "missing_reports.html",
        here="/reports",
        groups=[(group, describe_report(group.reason), describe_remedy(group.reason)) for group in found.groups],
        back=found.back,
        span=span,
        spans={name: length.days for name, length in SPANS.items()},
    )
