"""Reads the cells of a line as arguments, and compares what a line says with what a record has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from affino_mcp.admin.record_files.csv_source import CsvLine
from affino_mcp.catalogue.record import Field
from affino_mcp.text import fold, fold_address
from affino_mcp.tool_errors import InvalidArgument

_TRUTHS: Final = {"yes": True, "y": True, "1": True, "no": False, "n": False, "0": False}
_SEVERAL: Final = re.compile(r"[;\n]")
LINE_ARGUMENT: Final = ""
"""The argument of a refusal that concerns the line as a whole."""


def read_arguments_of_line(columns: Sequence[Field | None], line: CsvLine) -> dict[str, Any]:
    """Gives the arguments of a line by name, without empty cells: they leave a record as it is. Raises InvalidArgument."""
    if line.fault:
        raise InvalidArgument(LINE_ARGUMENT, line.fault)
    if len(line.cells) < len(columns) or any(cell.strip() for cell in line.cells[len(columns) :]):
        raise _wrong_number(line, columns)
    pairs = zip(columns, line.cells, strict=False)
    return {field.name: _read_cell(field, cell) for field, cell in pairs if field is not None and cell.strip()}


def _wrong_number(line: CsvLine, columns: Sequence[Field | None]) -> InvalidArgument:
    text = f"The line has {len(line.cells)} cells, and the header names {len(columns)}: a separator is missing or too many."
    return InvalidArgument(LINE_ARGUMENT, text)


def _read_cell(field: Field, cell: str) -> Any:
    kind = field.kind.schema.get("type")
    if kind == "boolean":
        return _TRUTHS.get(cell.strip().casefold(), cell)
    return split_entries(cell) if kind == "array" and _SEVERAL.search(cell) else cell


def split_entries(value: Any) -> list[str]:
    """The entries of a cell that holds several, with semicolons or line breaks between them; a list as it is."""
    if isinstance(value, list):
        return [str(entry) for entry in value]
    return [entry.strip() for entry in _SEVERAL.split(str(value)) if entry.strip()]


def find_differences(fields: Mapping[str, Field], stored: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """Gives the names of those checked values that a record does not have; `stored` is the record's answer.

    A long text that the answer does not hold whole differs, and so does anything else that the answer leaves out.
    """
    return [name for name, value in values.items() if name in fields and not _is_stored(fields[name], stored, value)]


def _is_stored(field: Field, stored: Mapping[str, Any], value: Any) -> bool:
    if field.attribute not in stored or f"{field.name}Next" in stored:
        return False
    found = stored[field.attribute]
    if field.reference is None:
        return bool(found == value)
    if isinstance(value, list):
        return len(found or ()) == len(value) and all(
            any(names_entry(each, one) for one in value) for each in found or ()
        )
    return names_entry(found, value)


def names_entry(entry: Any, value: Any) -> bool:
    """True when the value is the code, or the name, of a record or an entry of a list as answers hold it."""
    if not isinstance(entry, dict):
        return False
    code, name = next(iter(entry.values())), entry.get("Name")
    return (
        value == code
        or str(value) == str(code)
        or (name is not None and fold_name_of(str(value)) == fold_name_of(name))
    )


def fold_name_of(text: str) -> str:
    """The form in which names of records are compared: blanks and case do not count."""
    return fold_address(" ".join(text.split())) if "@" in text else fold(" ".join(text.split()))
