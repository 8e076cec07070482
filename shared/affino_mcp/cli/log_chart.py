"""`affino-mcp log chart`: calls, errors, 429s and latency per hour or day, the figures of the Control Centre's chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import typer

from affino_mcp.admin.chart import Chart, Window
from affino_mcp.admin.log_chart import of_window, words
from affino_mcp.cli.log_asking import ProfileOf, Since, Until, question
from affino_mcp.cli.options import AsJson, ConnectionFile
from affino_mcp.cli.output import note, print_json, print_table
from affino_mcp.cli.service import opened

_WIDTH: Final = 40


def chart(
    ctx: typer.Context,
    *,
    profile: ProfileOf = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
    connection: ConnectionFile = None,
) -> None:
    """Calls, errors, 429s and latency of a profile or of everybody: per hour up to 48 hours, else per day up to 48 days.

    Without --since: the last 48 hours. Counted every five minutes; one read, however many calls there were.

    Example: affino-mcp log chart --profile content-editor --since 30d
    """
    service = opened(ctx, connection)
    asked = question(service, profile=profile, since=since, until=until)
    window = Window.of(asked.since, asked.until, service.clock())
    drawn = of_window(service.stores.database, service.settings.audit_table, asked.profile, window)
    if as_json:
        print_json([{"start": bar.start, **bar.figures} for bar in drawn.bars] if drawn else [])
    else:
        columns = ("Time (UTC)", "Calls", "Errors", "429", "Median ms", "p95 ms", "")
        print_table(columns, _lines(drawn) if drawn else [], "No calls.")
    note(words(drawn, asked.profile, window))


def _lines(drawn: Chart) -> Iterator[tuple[object, ...]]:
    for bar in drawn.bars:
        yield bar.name, *bar.figures.values(), "#" * round(bar.total.calls / drawn.calls.top * _WIDTH)
