"""Compares a structure file with an instance, and makes the instance like the file: what the file does not name stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from affino_mcp.admin.operator_errors import MaybeDone
from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.admin.structure_file import FileEntry, StructureFileFault, entry_name
from affino_mcp.catalogue.structure import STRUCTURE_KINDS, StructureKind
from affino_mcp.errors import AffinoError
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.text import plural


class ApplyStopped(AffinoError):
    """An entry of the file was refused after others had been saved."""

    type = "stopped"


@dataclass(frozen=True)
class EntryDifference:
    """What applying an entry would do: `code` is that of the entry that exists, None for a new one."""

    entry: FileEntry
    code: int | None
    plan: StructurePlan

    @property
    def is_same(self) -> bool:
        """True when nothing differs."""
        return self.code is not None and not self.plan.after


@dataclass(frozen=True)
class StructureDifference:
    """What a file would change; `left_alone` are the entries of the instance that the file does not name."""

    entries: Sequence[EntryDifference]
    left_alone: Sequence[tuple[StructureKind, StructureItem]]

    @property
    def writes(self) -> Sequence[EntryDifference]:
        """What would be written, in order."""
        return [each for each in self.entries if not each.is_same]


def find_difference(desk: StructureDesk, entries: Iterable[FileEntry]) -> StructureDifference:
    """Compares a file with the instance; changes nothing. Raises StructureFileFault for an entry that is refused."""
    wanted, found, left = list(entries), list[EntryDifference](), list[tuple[StructureKind, StructureItem]]()
    for kind in STRUCTURE_KINDS:
        known = {entry_name(kind, item.values): item for item in desk.list_items(kind)}
        for entry in (each for each in wanted if each.kind is kind):
            item = known.pop(entry_name(kind, entry.values), None)
            found.append(_compare(desk, entry, item))
        left += [(kind, item) for item in known.values()]
    return StructureDifference(found, left)


def _compare(desk: StructureDesk, entry: FileEntry, item: StructureItem | None) -> EntryDifference:
    code = item.code if item else None
    try:
        return EntryDifference(entry, code, desk.plan_save(entry.kind, code, entry.values))
    except AffinoError as error:
        text = f"Line {entry.line}, {entry.title}: {error.message}"
        raise StructureFileFault(text, line=entry.line, **_shown_details(error)) from error


def apply_difference(desk: StructureDesk, difference: StructureDifference) -> None:
    """Writes what differs, each entry with a row of its own. Applying again goes on where an error ended it.

    Raises ApplyStopped, which says how many are saved, and MaybeDone.
    """
    for saved, each in enumerate(difference.writes):
        entry = each.entry
        try:
            desk.save(entry.kind, each.code, entry.values)
        except MaybeDone:
            raise
        except AffinoError as error:
            told = f"{plural(saved, 'entry', 'entries')} before it {'is' if saved == 1 else 'are'} saved."
            text = f"Line {entry.line}, {entry.title}: {error.message} {told}"
            raise ApplyStopped(text, line=entry.line, next="Apply the file again: it goes on from there.") from error


def _shown_details(error: AffinoError) -> dict[str, object]:
    return {name: error.details[name] for name in ("argument", "known", "existing") if name in error.details}
