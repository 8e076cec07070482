"""`affino-mcp log missing`: what agents reported as missing, counted as in the Control Centre."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import typer

from affino_mcp.admin.display import format_time
from affino_mcp.admin.report_words import describe_remedy, describe_report
from affino_mcp.audit.missing_reports import ReportGroup, count_reports
from affino_mcp.cli.log_asking import SinceFilter
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import open_service
from affino_mcp.cli.words import parse_moment

_FIRST_SPAN: Final = timedelta(days=30)
COLUMNS: Final = ("Reports", "Reason", "Person", "Profile", "Denied by", "Last (UTC)", "Need", "What to do")


def missing(
    ctx: typer.Context,
    *,
    since: SinceFilter = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """What agents needed and had not (report_missing), counted by person, profile and reason; without --since: 30 days.

    Example: affino-mcp log missing --since 7d
    """
    service = open_service(ctx, connection)
    now = service.clock()
    begins = parse_moment(since, now, "--since") or now - _FIRST_SPAN
    found = count_reports(service.stores.database, service.settings.audit_table, begins, now)
    if as_json:
        print_json([_to_document(group) for group in found.groups])
    else:
        print_table(COLUMNS, map(_to_cells, found.groups), "No agent has reported anything in this time.")
    if found.back:
        print_note(f"There are more reports: those since {format_time(found.back)} UTC are counted.")


def _to_document(group: ReportGroup) -> dict[str, Any]:
    told = {**asdict(group), **group.reason._asdict(), "remedy": describe_remedy(group.reason)}
    return {name: value for name, value in told.items() if name != "reason"}


def _to_cells(group: ReportGroup) -> tuple[object, ...]:
    reason = describe_report(group.reason), group.person, group.profile, group.reason.denied_by
    return group.count, *reason, format_time(group.last), group.need, describe_remedy(group.reason)
