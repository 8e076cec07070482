"""Tells lines that are about the same record as an earlier line of their file; of each it remembers eight bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from affino_mcp.admin.record_files.file_kinds import FileKind, RecordFile
from affino_mcp.text import fold, fold_address
from affino_mcp.tool_errors import Conflict

_ADDRESSES = frozenset(("Email", "SecondaryEmail"))


class DuplicateLines:
    """The lines of one file so far, by what says which record they are about."""

    def __init__(self, kind: FileKind) -> None:
        self._kind = kind
        self._lines: dict[int, int] = {}

    def note(self, number: int, given: Mapping[str, Any]) -> None:
        """Notes a line. Raises Conflict, naming the column and the earlier line, for one that is about the same record."""
        found = dict(self._keys(given))
        for key, column in found.items():
            if key in self._lines:
                text = f"Line {self._lines[key]} has the same {column}: of two such lines the first one counts."
                raise Conflict(text, argument=column)
        self._lines |= dict.fromkeys(found, number)

    def _keys(self, given: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
        kind = self._kind
        if not isinstance(kind, RecordFile):
            yield _digest(kind.word, sorted((name, fold(str(value))) for name, value in given.items())), "member"
            return
        unique = [name for name in (kind.record.code, *kind.keys, *kind.record.same_values) if name in given]
        for name in unique:
            as_address = name in _ADDRESSES and kind.record.writable.keys() >= _ADDRESSES
            yield _digest("Email" if as_address else name, fold_address(str(given[name]))), name
        if not unique and kind.alike and kind.alike[0] in given:
            said = [str(given.get(name, "")) for name in (*kind.alike, *kind.within)]
            yield _digest("alike", [fold(each) for each in said]), kind.alike[0]


def _digest(name: str, value: Any) -> int:
    return int.from_bytes(hashlib.sha256(repr((name, value)).encode("utf-8", "replace")).digest()[:8], "big")
