"""Brings in the lines of one file, one after another, in memory that does not grow with what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from affino_mcp.admin.record_files.csv_source import MAX_FILE_LINES, CsvLine, CsvSource
from affino_mcp.admin.record_files.duplicate_lines import DuplicateLines
from affino_mcp.admin.record_files.file_kinds import FileKind, RecordFile
from affino_mcp.admin.record_files.header import find_columns
from affino_mcp.admin.record_files.line_outcome import LineOutcome
from affino_mcp.admin.record_files.line_values import LINE_ARGUMENT, read_arguments_of_line
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.admin.record_files.member_lines import MemberLines
from affino_mcp.admin.record_files.record_lines import RecordLines
from affino_mcp.catalogue.record import Field
from affino_mcp.errors import AffinoError
from affino_mcp.tool_errors import InvalidArgument


class LineKeeper(Protocol):
    """Brings in lines of one kind."""

    def bring_in(self, line: int, given: Mapping[str, Any]) -> LineOutcome:
        """Gives what became of the line. Raises StoreUnavailable and OutcomeNotKnown."""


@dataclass
class FileImport:
    """One run through a file: its columns are known before any of its lines is read.

    `ignored` are names of columns that are left out. Raises InvalidArgument for a header that cannot be read.
    """

    kind: FileKind
    source: CsvSource
    writer: LineWriter
    file_name: str
    ignored: Sequence[str] = ()
    columns: list[Field | None] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = find_columns(self.kind, self.source.header, self.ignored)
        self._duplicates = DuplicateLines(self.kind)
        self._keeper = self._make_keeper()

    def _make_keeper(self) -> LineKeeper:
        if isinstance(self.kind, RecordFile):
            return RecordLines(self.writer, self.kind, f"Import of {self.file_name}"[:200])
        return MemberLines(self.writer)

    def run(self, done: int = 0) -> Iterator[LineOutcome]:
        """Yields what becomes of each line, as it is brought in; lines up to the number `done` are only looked at.

        Raises StoreUnavailable and OutcomeNotKnown, after which the lines from the last one on may be brought in again.
        """
        for place, line in enumerate(self.source):
            if place >= MAX_FILE_LINES:
                text = f"A file may have {MAX_FILE_LINES:,} lines. Import the rest as a file of its own."
                yield LineOutcome.refuse(line.number, InvalidArgument(LINE_ARGUMENT, text))
                return
            outcome = self._bring_in(line, is_done=line.number <= done)
            if line.number > done and outcome is not None:
                yield outcome

    def _bring_in(self, line: CsvLine, *, is_done: bool) -> LineOutcome | None:
        self.writer.start_line(line.number)
        try:
            given = read_arguments_of_line(self.columns, line)
            self._duplicates.note(line.number, given)
        except AffinoError as error:
            return LineOutcome.refuse(line.number, error)
        return None if is_done else self._keeper.bring_in(line.number, given)
