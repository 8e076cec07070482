"""An import in the browser, in steps: a rehearsal of the whole file, then the import, each as far as one request comes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from affino_mcp.admin.csv_cells import csv_line
from affino_mcp.admin.record_files.csv_source import CsvSource
from affino_mcp.admin.record_files.file_import import FileImport
from affino_mcp.admin.record_files.file_kinds import FileKind
from affino_mcp.admin.record_files.import_log import ImportedFile, ImportLog
from affino_mcp.admin.record_files.line_outcome import (
    RESULT_COLUMNS,
    ImportCounts,
    LineOutcome,
    LineResult,
    write_result_line,
)
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.control_edge.record_files.exchange_store import ExchangeStore
from affino_mcp.control_edge.record_files.file_work import StepPace, act_for, make_file_log, open_store
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.instance.port import OutcomeNotKnown
from affino_mcp.store.faults import StoreUnavailable

LINES_PER_STEP: Final = 2000
_FILE_NAME: Final = "file.csv"
_MOST_TOLD: Final = 100


class Run(StrEnum):
    """Which of the two runs through a file: the rehearsal, or the import."""

    REHEARSAL = "rehearsal"
    IMPORT = "import"


@dataclass
class RunState:
    """How far a run has come: the last line, the numbers, the first lines that were refused and those that were not."""

    last: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    first: list[dict[str, Any]] = field(default_factory=list)
    is_whole: bool = False
    is_begun: bool = False
    problem: str = ""


@dataclass
class ImportState:
    """An import: its file, its columns that are left out, its request id in the log, and its two runs."""

    id: str
    kind: str
    file_name: str
    size: int
    sha256: str
    ignored: Sequence[str] = ()
    runs: dict[str, RunState] = field(default_factory=lambda: {run.value: RunState() for run in Run})

    @classmethod
    def load(cls, store: ExchangeStore, exchange: str) -> ImportState:
        """The import of this id. Raises NotFound."""
        found = store.load_state(exchange)
        runs = {name: RunState(**run) for name, run in found.pop("runs").items()}
        return cls(**found, runs=runs)

    @property
    def request_id(self) -> str:
        """The request id of the import in the log."""
        return f"import-{self.id}"


def store_upload(
    ask: ScreenRequest, kind: FileKind, file_name: str, content: bytes, ignored: Sequence[str]
) -> ImportState:
    """Stores a file that was sent. Raises InvalidArgument for one that is not read, before anything of it is stored."""
    exchange = ask.centre.audit_log.new_stamp().id
    state = ImportState(
        exchange, kind.word, file_name, len(content), hashlib.sha256(content).hexdigest(), tuple(ignored)
    )
    _open_import(ask, kind, state, content, None)
    store = open_store(ask)
    store.put(exchange, _FILE_NAME, content)
    store.save_state(exchange, asdict(state))
    return state


def take_step(ask: ScreenRequest, kind: FileKind, state: ImportState, run: Run) -> None:
    """Goes on with a run as far as this request comes, and stores how far that is.

    A run ends early, and says so, when the stores do not answer.
    """
    store, progress = open_store(ask), state.runs[run]
    log = _make_log(ask, state)
    if run is Run.IMPORT and not progress.is_begun:
        log.begin()
    progress.is_begun, progress.problem = True, ""
    before = store.read(state.id, result_name(run)) or csv_line(RESULT_COLUMNS).encode()
    content = store.read(state.id, _FILE_NAME)
    lines = _take_lines(_open_import(ask, kind, state, content, log if run is Run.IMPORT else None), progress)
    if progress.is_whole:
        log.end(ImportCounts.from_json(progress.counts), is_whole=True, dry_run=run is Run.REHEARSAL)
    store.put(state.id, result_name(run), before + "".join(lines).encode())
    store.save_state(state.id, asdict(state))


def result_name(run: Run) -> str:
    """The name of the file with what became of each line."""
    return f"{run}.csv"


def _make_log(ask: ScreenRequest, state: ImportState) -> ImportLog:
    file = ImportedFile(state.file_name, state.kind, state.size, state.sha256)
    return ImportLog(make_file_log(ask, state.request_id, **file.describe()), file, ask.centre.clock)


def _open_import(
    ask: ScreenRequest, kind: FileKind, state: ImportState, content: bytes, log: ImportLog | None
) -> FileImport:
    source = CsvSource(io.BytesIO(content))
    return FileImport(kind, source, LineWriter(act_for(ask), log), state.file_name, state.ignored)


def _take_lines(run: FileImport, progress: RunState) -> list[str]:
    """Brings in lines while there is time; gives the lines of the result file."""
    pace, written, counts = StepPace(LINES_PER_STEP), list[str](), ImportCounts.from_json(progress.counts)
    outcomes = run.run(progress.last)
    try:
        while pace.has_time():
            outcome = next(outcomes, None)
            if outcome is None:
                progress.is_whole = True
                break
            counts.add(outcome)
            written.append(write_result_line(outcome))
            _note(progress, outcome)
    except (StoreUnavailable, OutcomeNotKnown):
        progress.problem = "The service's stores did not answer. Go on in a moment: nothing is made twice."
    progress.counts = counts.to_json()
    return written


def _note(progress: RunState, outcome: LineOutcome) -> None:
    progress.last = outcome.line
    told = progress.refused if outcome.result is LineResult.REFUSED else progress.first
    if len(told) < _MOST_TOLD:
        told.append({**outcome.to_json(), "result": outcome.result.value, "code": outcome.code})


def describe_counts(counts: Mapping[str, int]) -> str:
    """The numbers of a run in words."""
    return ImportCounts.from_json(counts).describe()
