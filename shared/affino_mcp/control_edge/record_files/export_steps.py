"""An export in the browser: one file where it fits into one request, otherwise several, each with a line of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from affino_mcp.admin.record_files.file_kinds import FileKind
from affino_mcp.admin.record_files.import_log import EXPORT_DEED
from affino_mcp.admin.record_files.record_export import export_columns, export_pages, write_header
from affino_mcp.control_edge.record_files.exchange_store import ExchangeStore
from affino_mcp.control_edge.record_files.file_work import StepPace, act_for, make_file_log, open_store
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.text import plural

PAGES_PER_STEP: Final = 200
MAX_PART_BYTES: Final = 10_000_000
"""Bytes after which no further page is written into a file."""
_MARK: Final = "\ufeff"
"""The mark by which spreadsheets know UTF-8."""


@dataclass
class ExportState:
    """An export: its filters, the lines of each of its files, and where the list goes on ("" at the end)."""

    id: str
    kind: str
    filters: Mapping[str, Any]
    parts: list[int] = field(default_factory=list)
    cursor: str = ""
    is_whole: bool = False
    problem: str = ""

    @classmethod
    def load(cls, store: ExchangeStore, exchange: str) -> ExportState:
        """The export of this id. Raises NotFound."""
        return cls(**store.load_state(exchange))

    @property
    def lines(self) -> int:
        """How many records are written."""
        return sum(self.parts)


def begin_export(ask: ScreenRequest, kind: FileKind, filters: Mapping[str, Any]) -> ExportState:
    """Begins an export and writes its first file. Raises InvalidArgument for filters, LogUnavailable, StoreUnavailable."""
    export_columns(kind, filters)
    state = ExportState(ask.centre.audit_log.new_stamp().id, kind.word, dict(filters))
    write_part(ask, kind, state)
    return state


def write_part(ask: ScreenRequest, kind: FileKind, state: ExportState) -> None:
    """Writes the next file as far as this request comes; the export goes on with another one, or is whole."""
    told = {"Kind": kind.word, **({"Filters": state.filters} if state.filters else {})}
    log, store = make_file_log(ask, f"export-{state.id}", **told), open_store(ask)
    text, lines = _read_part(ask, kind, state, lambda: None if state.parts else log.write_begun(EXPORT_DEED))
    state.parts.append(lines)
    store.put(state.id, part_name(len(state.parts)), text.encode())
    store.save_state(state.id, asdict(state))
    if state.is_whole:
        log.write_ended(EXPORT_DEED, {"Lines": state.lines}, f"{plural(state.lines, 'line')} written")


def part_name(number: int) -> str:
    """The name of the file of this number."""
    return f"part-{number}.csv"


def _read_part(ask: ScreenRequest, kind: FileKind, state: ExportState, begin: Any) -> tuple[str, int]:
    """The text of the next file and its lines; `begin` is called after the first page, which may be refused."""
    parts = [_MARK, write_header(export_columns(kind, state.filters))]
    pace, size, lines = StepPace(PAGES_PER_STEP), 0, 0
    pages = export_pages(act_for(ask), kind, state.filters, state.cursor)
    state.problem = ""
    try:
        while pace.has_time() and size < MAX_PART_BYTES:
            found, state.cursor = next(pages)
            if not lines:
                begin()
            parts += found
            size, lines = size + sum(map(len, found)), lines + len(found)
            if not state.cursor:
                state.is_whole = True
                break
    except StoreUnavailable:
        if not lines:
            raise
        state.problem = "The service's stores did not answer. Go on in a moment."
    return "".join(parts), lines
