"""Finds the columns of a file by the names in its header: arguments of the catalogue, or what people call them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.admin.record_files.csv_source import FILE_ARGUMENT
from affino_mcp.admin.record_files.file_kinds import FileKind, RecordFile
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.unknown_arguments import find_meant
from affino_mcp.tool_errors import InvalidArgument

_SHOWN_CHARACTERS: Final = 60


def find_columns(kind: FileKind, header: Sequence[str], ignored: Collection[str] = ()) -> list[Field | None]:
    """Gives the column of each name in the header, None for one that is ignored or empty.

    Raises InvalidArgument, which names every name that means nothing and what was meant, two names of one column, and an
    ignored name that is not there.
    """
    folded = {_fold(name) for name in ignored}
    _require_there(header, ignored)
    wanted = [name if _fold(name) not in folded else "" for name in header]
    own = {_fold(field.name): field for field in kind.columns}
    exact = [own.get(_fold(name)) for name in wanted]
    taken = {field.name for field in exact if field}
    found = [field or _find_spoken(kind, name, taken) for field, name in zip(exact, wanted, strict=True)]
    strangers = [name for field, name in zip(found, wanted, strict=True) if field is None and name]
    if strangers:
        raise _unknown_columns(kind, strangers)
    _require_single(found, header)
    return found


def _fold(name: str) -> str:
    return fold_name("".join(name.split()))


def _find_spoken(kind: FileKind, name: str, taken: Collection[str]) -> Field | None:
    """The column that people call so, unless the header names it itself. `Note` is no note's code."""
    if not name:
        return None
    own_code = kind.record.code if isinstance(kind, RecordFile) and _fold(name) == _fold(kind.record.words) else ""
    known = {field.name: field for field in kind.columns if field.name not in (*taken, own_code)}
    meant = find_meant(_as_method(kind, known.values()), "".join(name.split()), by_spelling=False)
    return next((known[each] for each in meant if each in known), None)


def _as_method(kind: FileKind, columns: Iterable[Field]) -> Method:
    """A method that takes the columns, for those who look for arguments by what they are called."""
    base = kind.creating if isinstance(kind, RecordFile) else METHODS["add_contact_list_members"]
    return replace(base, arguments=tuple(columns), record=base.record if isinstance(kind, RecordFile) else None)


def _unknown_columns(kind: FileKind, strangers: Sequence[str]) -> InvalidArgument:
    known = {field.name for field in kind.columns}
    told = []
    for name in strangers:
        meant = [each for each in find_meant(_as_method(kind, kind.columns), "".join(name.split())) if each in known]
        told.append(f"'{_shown(name)}'" + (f" (did you mean {' or '.join(meant)}?)" if meant else ""))
    listed = ", ".join(field.name for field in kind.columns)
    text = f"No column of {kind.plural} is called {', '.join(told)}. Nothing was read. The columns are {listed}."
    return InvalidArgument(_shown(strangers[0]), text, next="Rename the column in the file, or ignore it.")


def _require_single(found: Sequence[Field | None], header: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for field, name in zip(found, header, strict=True):
        if field is not None and field.name in seen:
            text = f"'{_shown(seen[field.name])}' and '{_shown(name)}' both mean {field.name}. Nothing was read."
            raise InvalidArgument(field.name, text, next="Rename one of the columns, or ignore it.")
        if field is not None:
            seen[field.name] = name


def _require_there(header: Sequence[str], ignored: Collection[str]) -> None:
    there = {_fold(name) for name in header}
    for name in ignored:
        if _fold(name) not in there:
            text = f"The file has no column '{_shown(name)}' to ignore. It has {', '.join(map(_shown, header))}."
            raise InvalidArgument("ignore", text)


def _shown(name: str) -> str:
    return name[:_SHOWN_CHARACTERS].encode("utf-8", "replace").decode()


def require_some(kind: FileKind, columns: Sequence[Field | None]) -> None:
    """Raises InvalidArgument for a header of which every name is empty or ignored."""
    if not any(columns):
        listed = ", ".join(field.name for field in kind.columns)
        raise InvalidArgument(FILE_ARGUMENT, f"The file has no column to read. The columns are {listed}.")
