"""`affino-mcp import`: brings the lines of a CSV file in, as a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from affino_mcp.admin.csv_cells import csv_line
from affino_mcp.admin.record_files.csv_source import CsvSource
from affino_mcp.admin.record_files.file_import import FileImport
from affino_mcp.admin.record_files.file_kinds import FILE_KINDS, FileKind
from affino_mcp.admin.record_files.import_log import ImportedFile, ImportLog
from affino_mcp.admin.record_files.line_outcome import (
    RESULT_COLUMNS,
    ImportCounts,
    LineOutcome,
    LineResult,
    write_result_line,
)
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.cli.acting import AsOption, act_as, make_file_log
from affino_mcp.cli.output import print_json, print_note, print_table
from affino_mcp.cli.service import Service, open_service
from affino_mcp.cli.structure_options import CONNECTION, CONTEXT, DRY_RUN, JSON, keyword, with_parameters
from affino_mcp.cli.unfinished import Unfinished
from affino_mcp.instance.port import OutcomeNotKnown
from affino_mcp.local.progress import ShowStep, show_progress
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.text import plural

app = typer.Typer(no_args_is_help=True, help="Bring records in from a CSV file, as a person.")

MAX_TOLD_LINES: Final = 10_000
"""Most refused lines that the answer tells; the result file tells them all."""
_SHOWN_LINES: Final = 20
_GO_ON: Final = "Say the same command again: it goes on, and makes nothing twice."

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The CSV file, in UTF-8.")
]
ResultOption = Annotated[
    Path | None,
    typer.Option(
        "--result", metavar="FILE", help="Where to write what became of each line.", show_default="beside the file"
    ),
]
IgnoreOption = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="A column to leave out; may be repeated.")
]


@dataclass
class ImportReport:
    """What became of the lines so far; `told` are the first refused ones. `last` is the number of the last line."""

    counts: ImportCounts = field(default_factory=ImportCounts)
    told: list[LineOutcome] = field(default_factory=list)
    last: int = 0

    def add(self, outcome: LineOutcome) -> None:
        """Adds a line."""
        self.counts.add(outcome)
        self.last = outcome.line
        if outcome.result is LineResult.REFUSED and len(self.told) < MAX_TOLD_LINES:
            self.told.append(outcome)


def add_import_commands(group: typer.Typer) -> None:
    """Adds a command for each kind of file."""
    for kind in FILE_KINDS.values():
        group.command(kind.word)(_make_command(kind))


def _make_command(kind: FileKind) -> Callable[..., None]:
    def import_file(ctx: typer.Context, **given: Any) -> None:
        _import_file(open_service(ctx, given["connection"]), kind, given)

    columns = ", ".join(each.name for each in kind.columns)
    help_text = (
        f"Bring {kind.plural} in from a CSV file, as a person: with that person's rights, in the log and to be undone.\n\n"
        "What is there already is found and only differences are written; empty cells change nothing. "
        f"Exit code 1 when a line is refused.\n\nColumns: {columns}.\n\n"
        f"Example: affino-mcp import {kind.word} {kind.word}.csv --as sales --dry-run"
    )
    options = [
        CONTEXT,
        keyword("file", FileArgument),
        keyword("person", AsOption),
        keyword("ignore", IgnoreOption, None),
        keyword("result", ResultOption, None),
        DRY_RUN,
        JSON,
        CONNECTION,
    ]
    return with_parameters(import_file, options, help_text)  # type: ignore[no-any-return]


def _import_file(service: Service, kind: FileKind, given: dict[str, Any]) -> None:
    acting = act_as(service, given["person"])
    acting.require_any(kind.writing_rights)
    file, dry_run = given["file"], given["dry_run"]
    with file.open("rb") as opened:
        facts = _describe_file(opened, file.name, kind)
        log = ImportLog(make_file_log(service, acting.person, **facts.describe()), facts, service.clock)
        writer = LineWriter(acting, None if dry_run else log)
        run = FileImport(kind, CsvSource(opened), writer, file.name, given["ignore"] or ())
        result = given["result"] or file.with_suffix(".dry-run.csv" if dry_run else ".result.csv")
        report = _run_import(run, log, result, dry_run=dry_run)
    _print_report(report, result, dry_run=dry_run, as_json=given["as_json"])
    if report.counts.refused:
        raise typer.Exit(1)


def _describe_file(opened: BufferedReader, name: str, kind: FileKind) -> ImportedFile:
    digest = hashlib.file_digest(opened, "sha256")
    size = opened.tell()
    opened.seek(0)
    return ImportedFile(name, kind.word, size, digest.hexdigest())


def _run_import(run: FileImport, log: ImportLog, result: Path, *, dry_run: bool) -> ImportReport:
    """Brings the lines in, or rehearses it; writes the result file and the rows. Raises Unfinished."""
    report, is_whole = ImportReport(), False
    with result.open("w", encoding="utf-8", newline="") as told, show_progress(quiet=False) as say:
        told.write(csv_line(RESULT_COLUMNS))
        if not dry_run:
            log.begin()
        try:
            _take_lines(run, report, told, say)
            is_whole = True
        except (StoreUnavailable, OutcomeNotKnown, KeyboardInterrupt) as error:
            raise _describe_end(error, report) from error
        finally:
            if not log.end(report.counts, is_whole=is_whole, dry_run=dry_run):
                print_note("The API Log could not be written: the row that says how this ended is missing.")
    return report


def _take_lines(run: FileImport, report: ImportReport, told: TextIO, say: ShowStep) -> None:
    step = f"{'looking at' if run.writer.is_rehearsal else 'importing'} {run.kind.plural}"
    say(step)
    for outcome in run.run():
        report.add(outcome)
        told.write(write_result_line(outcome))
        say(step, f"line {outcome.line:,}: {report.counts.describe()}")


def _describe_end(error: BaseException, report: ImportReport) -> Unfinished:
    why = "Broken off" if isinstance(error, KeyboardInterrupt) else "The service's stores do not answer"
    open_end = " Whether the next line was written is not known." if isinstance(error, OutcomeNotKnown) else ""
    text = f"{why} after line {report.last:,}: {report.counts.describe()}.{open_end}"
    return Unfinished(text, next=_GO_ON, **report.counts.to_json(), last_line=report.last)


def _print_report(report: ImportReport, result: Path, *, dry_run: bool, as_json: bool) -> None:
    counts = report.counts
    if as_json:
        more = {"left_out": counts.refused - len(report.told)} if counts.refused > len(report.told) else {}
        lines = [outcome.to_json() for outcome in report.told]
        print_json({"dry_run": dry_run, **counts.to_json(), "refused_lines": lines, **more, "result_file": str(result)})
        return
    shown = report.told[:_SHOWN_LINES]
    if shown:
        rows = [(outcome.line, outcome.argument, outcome.reason) for outcome in shown]
        print_table(("Line", "Column", "Refused because"), rows, "")
    rest = counts.refused - len(shown)
    if rest:
        print_note(f"{plural(rest, 'more line')} refused: see the result file.")
    would = "Nothing was written; it would be: " if dry_run else ""
    typer.echo(f"{would}{counts.describe()}.")
    print_note(f"What became of each line: {result}")
