"""Cells of a CSV export: no spreadsheet takes one for a formula, whatever separator its locale uses."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.admin.log_formats import EXPORT_FORMATS
from affino_mcp.audit.row import AuditRow, Outcome

_STARTS = "=+-@＝＋－＠"
_COLUMN = "client_name"


def exported(text: str) -> str:
    """The exported file of one row with this text in one column."""
    row = AuditRow("01", "2026-11-23T09:00:00.000000Z", "K1", "all", "m", Outcome.OK, 200, client_name=text)
    return "".join(EXPORT_FORMATS["csv"][1](iter([row])))


def cell(text: str) -> str:
    (row,) = csv.DictReader(io.StringIO(exported(text), newline=""))
    return row[_COLUMN]


CELLS = {
    "=1+1": "'=1+1",
    " =1+1": "' =1+1",
    "＝1+1": "'＝1+1",
    "\n=1": "'\n'=1",
    "a;=cmd|' /C calc'!A0": "a;'=cmd|' /C calc'!A0",
    'a;"=1"': 'a;\'"=1"',
    "a\t@SUM(1)": "a\t'@SUM(1)",
    "plain; and simple": "plain; and simple",
    "2026-11-23 a=b": "2026-11-23 a=b",
}


@pytest.mark.parametrize(("text", "expected"), CELLS.items(), ids=ascii)
def test_a_cell(text: str, expected: str) -> None:
    assert cell(text) == expected


@given(st.text(st.sampled_from(' ;\t\r\n"ab=+-@＝＠'), max_size=12))
def test_no_piece_is_a_formula(text: str) -> None:
    pieces = re.split(r"[;\t\r\n]", cell(text))
    assert [piece for piece in pieces if piece.lstrip(' "')[:1] in tuple(_STARTS)] == []
