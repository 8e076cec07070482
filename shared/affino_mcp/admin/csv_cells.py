"""Cells of CSV files: none begins like a formula for a spreadsheet, and each is read back as the text that was written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_PIECES: Final = re.compile(r"([;\t\r\n])")
"""Where some spreadsheets end a cell, besides at the separator."""
_FORMULA: Final = re.compile(r"""'*[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20]""")
"""The beginning of a text that a spreadsheet would calculate, full-width signs included; marks before it count with it."""
_MARK: Final = "'"


def csv_line(cells: Iterable[str], separator: str = ",") -> str:
    """Gives a line of a CSV file (RFC 4180), with its line break."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerow(cells)
    return text.getvalue()


def guard_cell(text: str) -> str:
    """Gives the text with a mark before each piece that a spreadsheet would calculate; `unguard_cell` takes the marks away."""
    pieces = _PIECES.split(text)
    starts_blank = len(pieces) > 1 and pieces[0].strip(_MARK) == "" and pieces[1] != ";"
    first = _MARK + pieces[0] if starts_blank else _guard_piece(pieces[0])
    return first + "".join(map(_guard_piece, pieces[1:]))


def unguard_cell(cell: str) -> str:
    """Gives the text of a cell that `guard_cell` may have marked; an apostrophe before anything else stays."""
    pieces = _PIECES.split(cell)
    is_marked = len(pieces) > 1 and pieces[0] != "" and pieces[0].strip(_MARK) == "" and pieces[1] != ";"
    first = pieces[0][1:] if is_marked else _unguard_piece(pieces[0])
    return first + "".join(map(_unguard_piece, pieces[1:]))


def _guard_piece(piece: str) -> str:
    return _MARK + piece if _FORMULA.match(piece) else piece


def _unguard_piece(piece: str) -> str:
    return piece[1:] if piece.startswith(_MARK) and _FORMULA.match(piece[1:]) else piece
