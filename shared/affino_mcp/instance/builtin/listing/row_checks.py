"""Filters of lists that no index answers: the records, the index rows or the memberships of the rows read so far are looked at.

Each looks at the rows that a page reads, whose number is bounded: a page with few that fit is short, and its cursor goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition, lists_key, sortable_code
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Item, Key

RowKeep = Callable[[Sequence[int]], set[int]]
"""Gives those of some codes whose records are listed."""


def combine_keeps(*keeps: RowKeep | None) -> RowKeep | None:
    """One check that lists what all of these list; None when there is none."""
    given = [keep for keep in keeps if keep is not None]

    def keep(codes: Sequence[int]) -> set[int]:
        kept = set(codes)
        for each in given:
            kept = each(sorted(kept)) if kept else kept
        return kept

    return keep if given[1:] else next(iter(given), None)


def keep_by_record(records: Records, family: str, fits: Callable[[Document], bool]) -> RowKeep:
    """Lists the records that fit: one batch read for a hundred."""

    def keep(codes: Sequence[int]) -> set[int]:
        found = records.load_documents(RecordRef(family, code) for code in codes)
        return {document.code for document in found.values() if fits(document)}

    return keep


def keep_by_facets(records: Records, family: str, fits: Callable[[Sequence[str]], bool]) -> RowKeep:
    """Lists the records whose facets fit: one batch read of their index rows for a hundred."""

    def keep(codes: Sequence[int]) -> set[int]:
        rows = load_index_rows(records, family, codes)
        return {code for code, row in rows.items() if fits(row["facets"])}

    return keep


def load_index_rows(records: Records, family: str, codes: Sequence[int]) -> dict[int, Item]:
    """The index rows of some records, by code: one batch read for a hundred."""
    partition = facet_partition(family, "all")
    found = records.db.get_many(records.table, [Key(partition, sortable_code(code)) for code in codes])
    return {row["code"]: row for row in found.values()}


def load_lists_of(records: Records, family: str, members: Sequence[int]) -> dict[int, Sequence[int]]:
    """The codes of the lists that some records are on, by the member's code; records on none are left out."""
    keys = {lists_key(family, code): code for code in members}
    found = records.db.get_many(records.table, list(keys))
    return {keys[key]: row["lists"] for key, row in found.items() if row["lists"]}


def keep_on_no_list(records: Records, family: str) -> RowKeep:
    """Lists the records that are on no list."""
    return lambda codes: set(codes) - load_lists_of(records, family, codes).keys()


def keep_others(held: RowKeep) -> RowKeep:
    """Lists the records that the given check does not list."""
    return lambda codes: set(codes) - held(codes)


_UNBOUNDED: Final = float("inf")


def make_range_check(values: Values, name: str, low: str, high: str) -> Callable[[Mapping[str, Any]], bool] | None:
    """The check of a record's number (`name`) against the arguments `low` and `high`; None when neither is given.

    A record without the number is in no range.
    """
    if values.get(low) is None and values.get(high) is None:
        return None
    least, most = values.get(low, -_UNBOUNDED), values.get(high, _UNBOUNDED)
    return lambda held: held.get(name) is not None and least <= held[name] <= most
