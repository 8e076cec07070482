"""`affino-mcp reindex`: brings the rows that records are found by to what this version makes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.cli.journal import audit_command
from affino_mcp.cli.options import ConnectionOption, JsonOption
from affino_mcp.cli.output import print_fields, print_json
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.unfinished import Unfinished
from affino_mcp.instance.reindexing import IndexLayout, ReindexFigures
from affino_mcp.local.progress import ShowStep, show_progress
from affino_mcp.store.faults import AccessRefused, StoreUnavailable

_SUBJECT: Final = ActionSubject(NO_PROFILE, "Command line", "")
_RIGHTS_TEXT: Final = (
    "These AWS credentials may not read the records' tables whole (dynamodb:Scan), or not read and write their rows."
)
_STOPPED_TEXT: Final = (
    "The reindex did not come to its end: the service's stores do not answer, or callers changed a record at every try."
)
_OUTCOMES: Final = {
    "dry_run": "This is what a reindex would do; nothing was changed.",
    "nothing_to_do": "Nothing was to do: every row is as this version makes it.",
    "done": "Every record is found as this version finds it.",
}


def reindex(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")] = False,
    as_json: JsonOption = False,
    connection: ConnectionOption = None,
) -> None:
    """Bring the rows that lists and searches find records by to what this version makes.

    Needed once after an update that says so (doctor is red until then); repairs them at any time. No record is changed. The
    service may run and write meanwhile. A reindex that was broken off goes on where it ended.

    Example: affino-mcp reindex --dry-run
    """
    service = open_service(ctx, connection)
    layout = service.index_upkeep.read_layout()
    with show_progress(quiet=as_json) as say:
        if dry_run:
            figures = _go_through(service, say, dry_run=True)
        else:
            before, after = {"layout": layout.stored}, {"layout": layout.current}
            with audit_command(service, "reindex", _SUBJECT, before, after):
                figures = _go_through(service, say, dry_run=False)
    _print_figures(figures, layout, dry_run=dry_run, as_json=as_json)


def _go_through(service: Service, say: ShowStep, *, dry_run: bool) -> ReindexFigures:
    """Reindexes, or looks what there is to do. Raises Unfinished."""
    if service.stores.tables is None:
        raise RuntimeError("a command's stores can read whole tables")
    figures = ReindexFigures()
    try:
        for figures in service.index_upkeep.reindex(service.stores.tables, dry_run=dry_run):
            say(_name_step(figures), _describe_figures(figures))
    except StoreUnavailable as error:
        raise _describe_end(error, figures, dry_run=dry_run) from error
    return figures


def _name_step(figures: ReindexFigures) -> str:
    return "going on where an earlier reindex ended" if figures.is_resumed else "going through the records"


def _describe_figures(figures: ReindexFigures) -> str:
    return f"{figures.records:,} records looked at, {figures.written:,} rows written, {figures.removed:,} removed"


def _describe_end(error: StoreUnavailable, figures: ReindexFigures, *, dry_run: bool) -> Unfinished:
    refused = isinstance(error, AccessRefused)
    why = _RIGHTS_TEXT if refused else _STOPPED_TEXT
    done = "Nothing was changed." if dry_run else f"So far: {_describe_figures(figures)}."
    again = "Use a role that may (docs/operating.md), then say" if refused else "Say"
    goes_on = "." if dry_run else "; it goes on where this one ended."
    return Unfinished(f"{why} {done}", next=f"{again} the same command again{goes_on}")


def _print_figures(figures: ReindexFigures, layout: IndexLayout, *, dry_run: bool, as_json: bool) -> None:
    is_idle = layout.is_current and not figures.written and not figures.removed
    outcome = "dry_run" if dry_run else "nothing_to_do" if is_idle else "done"
    if as_json:
        print_json({"outcome": outcome, **asdict(figures), "layout": {"before": layout.stored, "now": layout.current}})
        return
    would = " (would be)" if dry_run else ""
    print_fields(
        {
            "records looked at": figures.records,
            f"rows written{would}": figures.written,
            f"rows removed{would}": figures.removed,
            "layout": layout.current if layout.is_current else f"{layout.current}, before {layout.stored}",
        }
    )
    typer.echo(_OUTCOMES[outcome])
