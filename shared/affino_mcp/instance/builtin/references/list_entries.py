"""Entries of lists: found by code or name, and those that are offered. An entry that is switched off cannot be chosen anew."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from affino_mcp.catalogue.families.lists import ACTIVE, NAME
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import fold_accents
from affino_mcp.instance.builtin.engine.list_rows import sort_entries, whole_list
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.tool_errors import InvalidArgument

MAX_NAMED_ENTRIES = 30
"""Most names that an error lists."""


def load_lists(records: Records, families: Iterable[str], have: KnownRecords | None = None) -> KnownRecords:
    """All entries of these lists, in one batch read, together with what is known already and is not read again."""
    return records.load_documents((whole_list(family) for family in families), have)


def all_entries(known: KnownRecords, family: str) -> Sequence[Document]:
    """The entries of a list that was loaded, in order, also those that are switched off."""
    return sort_entries([found for place, found in known.items() if place.family == family and place.code])


def offered_entries(known: KnownRecords, family: str) -> Sequence[Document]:
    """The entries of a list that was loaded and that can be chosen, in order."""
    return [entry for entry in all_entries(known, family) if entry.values[ACTIVE]]


def load_offered_names(records: Records, family: str) -> dict[int, str]:
    """The names of the entries of a list that can be chosen, by code, in order."""
    return {entry.code: entry.label for entry in offered_entries(load_lists(records, [family]), family)}


def entry_name(known: KnownRecords, family: str, code: int) -> str | None:
    """The name of an entry of a list that was loaded; None when the list has no such entry."""
    found = known.get(RecordRef(family, code))
    return found.values[NAME] if found else None


def find_list_code(
    known: KnownRecords, argument: str, family: str, wanted: int | str | None, carried: Collection[int] = ()
) -> int | None:
    """Finds the code for a code or a name of a list that was loaded; the case and accents of a name are ignored.

    Only entries that can be chosen are found, and those that the record carries already. Returns None for None. Raises
    InvalidArgument, with the nearest names, when there is no such entry.
    """
    if wanted is None:
        return None
    by_name = {fold_accents(entry.values[NAME]): entry for entry in offered_entries(known, family)}
    if isinstance(wanted, int) and is_choosable(known, family, wanted, carried):
        return wanted
    if isinstance(wanted, str) and fold_accents(wanted) in by_name:
        return by_name[fold_accents(wanted)].code
    raise unknown_entry(argument, wanted, known, family)


def find_filter_code(known: KnownRecords, argument: str, family: str, wanted: int | str | None) -> int | None:
    """Finds the code for a filter of a list of records: that of an entry that is switched off is known too."""
    every = [entry.code for entry in all_entries(known, family)]
    return find_list_code(known, argument, family, wanted, every)


def is_choosable(known: KnownRecords, family: str, code: int, carried: Collection[int] = ()) -> bool:
    """True for an entry that is switched on, and for one that the record carries already."""
    found = known.get(RecordRef(family, code)) if code else None
    return found is not None and (found.values[ACTIVE] or code in carried)


def unknown_entry(argument: str, wanted: Any, known: KnownRecords, family: str) -> InvalidArgument:
    """The refusal of a code or a name that is not in a list, with the names that are."""
    by_name = {fold_accents(entry.values[NAME]): entry for entry in offered_entries(known, family)}
    near = difflib.get_close_matches(fold_accents(str(wanted)), by_name, n=3, cutoff=0.4)
    names = [by_name[name].values[NAME] for name in near or list(by_name)[:MAX_NAMED_ENTRIES]]
    more = " ..." if not near and len(by_name) > MAX_NAMED_ENTRIES else ""
    return InvalidArgument(argument, f"{argument} is not in the list. Possible: {', '.join(names)}{more}.")
