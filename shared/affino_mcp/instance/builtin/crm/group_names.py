"""The names of the groups of a summary that are known by codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.list_entries import all_entries, load_lists
from affino_mcp.instance.port import RecordRef

LoadNames = Callable[[Records, Sequence[int]], Mapping[int, str]]


def find_record_names(family: str) -> LoadNames:
    """Names that are the labels of records of one family: one batch read. Deleted records have none."""

    def load(records: Records, codes: Sequence[int]) -> Mapping[int, str]:
        found = records.load_documents(RecordRef(family, code) for code in codes)
        return {document.code: document.label for document in found.values()}

    return load


def find_entry_names(family: str) -> LoadNames:
    """Names that are those of the entries of one list."""
    return lambda records, _: {entry.code: entry.label for entry in all_entries(load_lists(records, [family]), family)}
