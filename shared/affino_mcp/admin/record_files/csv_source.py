"""Reads a CSV file line by line, in memory that does not grow with it.

It is in UTF-8, with comma, semicolon or tab between cells, and quoted as in RFC 4180.
What is wrong with a line is told with its number and does not end the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, Final

from affino_mcp.admin.csv_cells import unguard_cell
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

MAX_COLUMNS: Final = 200
MAX_FILE_LINES: Final = 200_000
"""Most lines with records of one file: what is remembered of each, to tell duplicates, must fit into memory."""
MAX_LINE_CHARACTERS: Final = 400_000
"""Longest line between two line breaks; a cell has at most 131,072 characters, which is the csv module's own limit."""

FILE_ARGUMENT: Final = "file"
_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)
"""The line by which some spreadsheets say the separator."""
_CUT: Final = "\ud800"
"""Stands at the end of a line that was too long; no text of a file can hold it."""
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_REPLACED: Final = "\ufffd"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS: Final = "Save the file as UTF-8 (in Excel: 'CSV UTF-8')."


@value_class
class CsvLine:
    """A record of the file: the number of the line that it begins in, its cells, and what is wrong with it ("" for nothing)."""

    number: int
    cells: Sequence[str]
    fault: str = ""


class CsvSource:
    """The lines of one file that is open for reading, after its header. Raises InvalidArgument for a file without one."""

    def __init__(self, opened: BinaryIO) -> None:
        self._lines = _read_physical_lines(opened)
        first = self._find_first_line()
        self.separator = _choose_separator(first)
        self._before = self._skipped
        self._reader = csv.reader(self._chain(first), delimiter=self.separator, strict=True)
        self.header = self._read_header()

    def __iter__(self) -> Iterator[CsvLine]:
        """The records one by one, without empty ones; a fault of the last one may be the end of the file inside of a cell."""
        while (line := self._read_line()) is not None:
            if line.fault or any(cell.strip() for cell in line.cells):
                yield line

    def _find_first_line(self) -> str:
        self._skipped = 0
        for line in self._lines:
            if line.strip():
                return line
            self._skipped += 1
        raise InvalidArgument(FILE_ARGUMENT, "The file is empty: its first line must name the columns.")

    def _chain(self, first: str) -> Iterator[str]:
        if not _SEPARATOR_LINE.fullmatch(first):
            yield first
        else:
            self._before += 1
        yield from self._lines

    def _read_header(self) -> Sequence[str]:
        line = self._read_line()
        if line is None:
            raise InvalidArgument(FILE_ARGUMENT, "The file has no line that names the columns.")
        if line.fault:
            raise InvalidArgument(FILE_ARGUMENT, f"Line {line.number}, which names the columns: {line.fault}")
        if len(line.cells) > MAX_COLUMNS:
            raise InvalidArgument(
                FILE_ARGUMENT, f"The file has {len(line.cells)} columns; at most {MAX_COLUMNS} are read."
            )
        return [cell.strip() for cell in line.cells]

    def _read_line(self) -> CsvLine | None:
        before = self._reader.line_num
        try:
            cells = next(self._reader, None)
        except csv.Error as error:
            return CsvLine(self._number(before), (), _describe_error(str(error)))
        if cells is None:
            return None
        number = self._number(before)
        return CsvLine(number, [unguard_cell(cell.replace("\r\n", "\n")) for cell in cells], _find_fault(cells))

    def _number(self, before: int) -> int:
        return self._before + before + 1


def _read_physical_lines(opened: BinaryIO) -> Iterator[str]:
    """The text between two line breaks, with its break; what is beyond the limit is left out and marked."""
    text = io.TextIOWrapper(_require_utf8(opened), "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _cut_lines(text)
    finally:
        with suppress(ValueError):  # the file was closed before
            text.detach()  # whoever opened the file closes it


def _cut_lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE_CHARACTERS):
        if len(line) < MAX_LINE_CHARACTERS or line.endswith(("\n", "\r")):
            yield line
            continue
        while (rest := text.readline(MAX_LINE_CHARACTERS)) and not rest.endswith(("\n", "\r")):
            continue
        yield _CUT + "\n"


def _require_utf8(opened: BinaryIO) -> BinaryIO:
    """The file after a look at its first bytes. Raises InvalidArgument for UTF-16, and for a workbook instead of a CSV file."""
    start = opened.read(4)
    opened.seek(0)
    if start[:2] in _UTF_16:
        raise InvalidArgument(FILE_ARGUMENT, f"The file is in UTF-16. {_SAVE_AS}")
    if start == b"PK\x03\x04":
        raise InvalidArgument(
            FILE_ARGUMENT, "The file is a workbook or an archive, no CSV file. Save it as 'CSV UTF-8'."
        )
    return opened


def _choose_separator(first: str) -> str:
    if said := _SEPARATOR_LINE.fullmatch(first):
        return said[1]
    outside = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=outside.count)


def _find_fault(cells: Sequence[str]) -> str:
    for place, cell in enumerate(cells, 1):
        if _CUT in cell:
            return f"The line is longer than {MAX_LINE_CHARACTERS:,} characters."
        if (found := _UNDECODED.search(cell)) is not None:
            return f"Cell {place} holds a byte that is not UTF-8 (0x{ord(found[0]) - 0xDC00:02X}). {_SAVE_AS}"
        if _REPLACED in cell:
            return f"Cell {place} holds a character that was lost (U+FFFD): the file is not in UTF-8. {_SAVE_AS}"
    return ""


def _describe_error(error: str) -> str:
    if "field larger" in error:
        return "A cell is longer than 131,072 characters, or its closing quotation mark is missing."
    if "unexpected end" in error:
        return "The file ends inside of a cell: a closing quotation mark is missing."
    return "A quotation mark inside of a cell must be doubled, and the cell must stand in quotation marks."
