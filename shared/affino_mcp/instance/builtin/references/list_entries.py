"""Entries of lists: found by code or name, and those that are offered. An entry that is switched off cannot be chosen anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from affino_mcp.catalogue.families.lists import ACTIVE, NAME
from affino_mcp.catalogue.named_codes import LOOKUP_TOOLS
from affino_mcp.catalogue.value_synonyms import find_synonym
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.list_rows import sort_entries, whole_list
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.plain_text import plain
from affino_mcp.text import find_alike
from affino_mcp.tool_errors import InvalidArgument

MAX_NAMED_ENTRIES = 20
"""Most names that an error lists: all of a list of so many."""


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
    by_name = {plain(entry.values[NAME]): entry for entry in offered_entries(known, family)}
    if isinstance(wanted, int) and is_choosable(known, family, wanted, carried):
        return wanted
    if isinstance(wanted, str) and (entry := _find_by_name(wanted, by_name)):
        return entry.code
    raise unknown_entry(argument, wanted, known, family)


def _find_by_name(name: str, by_name: Mapping[str, Document]) -> Document | None:
    """The entry of this name, or the one that a common synonym of it means."""
    if exact := by_name.get(plain(name)):
        return exact
    synonym = find_synonym(name, [entry.values[NAME] for entry in by_name.values()])
    return by_name[plain(synonym)] if synonym else None


def warn_of_synonym(call: Call, argument: str, known: KnownRecords, entry: RecordRef, asked: Any) -> None:
    """Warns of the entry that was taken for a name which is not its own."""
    found = known.get(entry)
    if isinstance(asked, str) and found is not None and plain(found.label) != plain(asked):
        call.warn(WarningCode.STORED_DIFFERENTLY, argument, f"{argument} was taken as {found.label}.")


def find_filter_code(
    call: Call, known: KnownRecords, argument: str, family: str, wanted: int | str | None
) -> int | None:
    """Finds the code for a filter of a list of records: that of an entry that is switched off is known too."""
    every = [entry.code for entry in all_entries(known, family)]
    found = find_list_code(known, argument, family, wanted, every)
    warn_of_synonym(call, argument, known, RecordRef(family, found or 0), wanted)
    return found


def is_choosable(known: KnownRecords, family: str, code: int, carried: Collection[int] = ()) -> bool:
    """True for an entry that is switched on, and for one that the record carries already."""
    found = known.get(RecordRef(family, code)) if code else None
    return found is not None and (found.values[ACTIVE] or code in carried)


def unknown_entry(argument: str, wanted: Any, known: KnownRecords, family: str) -> InvalidArgument:
    """The refusal of a code or a name that is not in a list.

    It names every entry of a short list, or the nearest of a long one, and the tool that lists them.
    """
    by_name = {plain(entry.values[NAME]): entry for entry in offered_entries(known, family)}
    near = find_alike(plain(str(wanted)), by_name, 3, 0.4)
    shown = list(by_name) if len(by_name) <= MAX_NAMED_ENTRIES else near or list(by_name)[:MAX_NAMED_ENTRIES]
    names, more = [by_name[name].values[NAME] for name in shown], " ..." if len(shown) < len(by_name) else ""
    tool = f" {LOOKUP_TOOLS[family]} lists them with their codes." if family in LOOKUP_TOOLS else ""
    return InvalidArgument(argument, f"{argument} is not in the list. Possible: {', '.join(names)}{more}.{tool}")
