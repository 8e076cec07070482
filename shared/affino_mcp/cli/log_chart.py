"""`affino-mcp log chart`: calls, errors, 429s and latency per hour or day, the figures of the Control Centre's chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import typer

from affino_mcp.admin.chart import Chart, ChartWindow
from affino_mcp.admin.log_chart import describe_totals_chart, read_totals_chart
from affino_mcp.cli.log_asking import ProfileFilter, SinceFilter, UntilFilter, build_log_query
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import open_service

_BAR_CHARACTERS: Final = 40


def chart(
    ctx: typer.Context,
    *,
    profile: ProfileFilter = None,
    since: SinceFilter = None,
    until: UntilFilter = None,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Calls, errors, 429s and latency of a profile or of everybody: per hour up to 48 hours, else per day up to 48 days.

    Without --since: the last 48 hours. Counted every five minutes; one read, however many calls there were.

    Example: affino-mcp log chart --profile content-editor --since 30d
    """
    service = open_service(ctx, connection)
    asked = build_log_query(service, profile=profile, since=since, until=until)
    window = ChartWindow.from_span(asked.since, asked.until, service.clock())
    drawn = read_totals_chart(service.stores.database, service.settings.audit_table, asked.profile, window)
    if as_json:
        print_json([{"start": bar.start, **bar.figures} for bar in drawn.bars] if drawn else [])
    else:
        columns = ("Time (UTC)", "Calls", "Errors", "429", "Median ms", "p95 ms", "")
        print_table(columns, _chart_lines(drawn) if drawn else [], "No calls.")
    print_note(describe_totals_chart(drawn, asked.profile, window))


def _chart_lines(drawn: Chart) -> Iterator[tuple[object, ...]]:
    for bar in drawn.bars:
        yield bar.name, *bar.figures.values(), "#" * round(bar.total.calls / drawn.calls_scale.top * _BAR_CHARACTERS)
