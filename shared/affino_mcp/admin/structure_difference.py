"""Compares a structure file with an instance, and makes the instance like the file: what the file does not name stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from affino_mcp.admin.operator_errors import MaybeDone
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.admin.structure_file import PARENT_WORD, FileEntry, StructureFileFault, entry_name
from affino_mcp.catalogue.families.lists import ACTIVE, CHANNEL, PARENT
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS, StructureKind
from affino_mcp.errors import AffinoError
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.text import fold, plural
from affino_mcp.value_class import value_class


class ApplyStopped(AffinoError):
    """An entry of the file was refused after others had been saved."""

    type = "stopped"


@value_class
class EntryDifference:
    """What applying an entry would do: `code` is that of the entry that exists, None for a new one.

    `values` are the entry's, with a code for its parent; `later_parent` is the name of a parent that the file makes too.
    """

    entry: FileEntry
    code: int | None
    values: Mapping[str, Any]
    plan: StructurePlan
    later_parent: str = ""

    @property
    def is_same(self) -> bool:
        """True when nothing differs."""
        return self.code is not None and not self.plan.after and not self.later_parent


@value_class
class StructureDifference:
    """What a file would change; `left_alone` are the entries of the instance that the file does not name."""

    entries: Sequence[EntryDifference]
    left_alone: Sequence[tuple[StructureKind, StructureItem]]

    @property
    def writes(self) -> Sequence[EntryDifference]:
        """What would be written, in order."""
        return [each for each in self.entries if not each.is_same]


class _Comparison:
    """Compares the entries of a file, kind by kind; it remembers the names that the file makes."""

    def __init__(self, desk: StructureDesk, entries: Iterable[FileEntry]) -> None:
        self._desk, self._wanted = desk, list(entries)
        self._new_names: set[str] = set()
        self.found: list[EntryDifference] = []
        self.left: list[tuple[StructureKind, StructureItem]] = []
        channels = desk.list_items(KINDS_BY_FAMILY[CHANNEL.family])
        self._channel = next((str(item.values["Name"]) for item in channels if item.values[ACTIVE]), "")

    def compare(self, kind: StructureKind) -> None:
        """Compares all entries of a kind. Raises StructureFileFault for one that is refused."""
        wanted, items = [entry for entry in self._wanted if entry.kind is kind], self._desk.list_items(kind)
        known = {entry_name(kind, item.values): item for item in items}
        pairs = [(entry, known.pop(entry_name(kind, entry.values, self._channel), None)) for entry in wanted]
        codes = {fold(str(item.values["Name"])): item.code for item in items}
        self._new_names |= {str(entry.values["Name"]) for entry, item in pairs if item is None}
        self.found += [self._compare_entry(entry, item, codes) for entry, item in pairs]
        self.left += [(kind, item) for item in known.values()]

    def _compare_entry(self, entry: FileEntry, item: StructureItem | None, codes: Mapping[str, int]) -> EntryDifference:
        values, code = dict(entry.values), item.code if item else None
        parent, later = values.pop(PARENT_WORD, None), ""
        if parent is not None and fold(parent) in codes:
            values[PARENT] = codes[fold(parent)]
        elif parent in self._new_names:
            later = parent
        elif parent is not None:
            text = f"Line {entry.line}, {entry.title}: there is no '{parent[:60]}' to be its {PARENT_WORD}."
            raise StructureFileFault(text, line=entry.line)
        try:
            plan = self._desk.plan_save(entry.kind, code, values)
        except AffinoError as error:
            if not self._names_what_comes(entry, error):
                raise _entry_fault(entry, error) from error
            plan = StructurePlan({}, values)
        return EntryDifference(entry, code, values, plan, later)

    def _names_what_comes(self, entry: FileEntry, error: AffinoError) -> bool:
        """True when an entry is refused only because it names a group or channel that the file itself makes."""
        named = entry.values.get(str(error.details.get("argument", "")))
        names = named if isinstance(named, list) else [named]
        unknown = [name for name in names if name not in error.details.get("known", ())]
        return bool(unknown) and self._new_names.issuperset(unknown)


def find_difference(desk: StructureDesk, entries: Iterable[FileEntry]) -> StructureDifference:
    """Compares a file with the instance; changes nothing. Raises StructureFileFault for an entry that is refused."""
    comparison = _Comparison(desk, entries)
    for kind in STRUCTURE_KINDS:
        comparison.compare(kind)
    return StructureDifference(comparison.found, comparison.left)


def apply_difference(desk: StructureDesk, difference: StructureDifference) -> None:
    """Writes what differs, each entry with a row of its own. Applying again goes on where an error ended it.

    Raises ApplyStopped, which says how many are saved, and MaybeDone.
    """
    codes = dict[tuple[str, str], int]()
    for saved, each in enumerate(difference.writes):
        kind = each.entry.kind
        with _told_where(each.entry, saved):
            codes[kind.family, str(each.values["Name"])] = desk.save(kind, each.code, each.values).code
    for each in difference.writes:
        kind, name = each.entry.kind, str(each.values["Name"])
        if each.later_parent:
            with _told_where(each.entry, len(difference.writes)):
                desk.save(kind, codes[kind.family, name], {PARENT: codes[kind.family, each.later_parent]})


@contextmanager
def _told_where(entry: FileEntry, saved: int) -> Iterator[None]:
    """Gives the error of saving an entry its line, and how many entries are saved before it."""
    try:
        yield
    except MaybeDone:
        raise
    except AffinoError as error:
        told = f"{plural(saved, 'entry', 'entries')} before it {'is' if saved == 1 else 'are'} saved."
        text = f"Line {entry.line}, {entry.title}: {error.message} {told}"
        raise ApplyStopped(text, line=entry.line, next="Apply the file again: it goes on from there.") from error


def _entry_fault(entry: FileEntry, error: AffinoError) -> StructureFileFault:
    shown = {name: error.details[name] for name in ("argument", "known", "existing") if name in error.details}
    return StructureFileFault(f"Line {entry.line}, {entry.title}: {error.message}", line=entry.line, **shown)
