"""The steps of a merge: the transactions that it was made in, oldest first. Its undo takes them back from the last one on.

While both records are there, the kept one says which steps have been made; once the merged one has ended, that one says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from affino_mcp.catalogue.families.merging import MERGED_INTO, MOVED
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.store.ops import Item

_OPEN_MERGES: Final = "OpenMerges"
_STEPS: Final = "MergeSteps"


class MergeStep(NamedTuple):
    """One step: the version that it made of the kept record, and of the merged one (0: it did not change that one)."""

    kept: int
    merged: int


def has_ended(kept: Document, merged: Document) -> bool:
    """True when one record has been merged into the other as a whole."""
    return merged.deleted and merged.system.get(MERGED_INTO) == kept.code


def read_steps(kept: Document, merged: Document) -> list[MergeStep]:
    """The steps of the merge of one record into another one; none when there was none, or it was undone."""
    if has_ended(kept, merged):
        return [MergeStep(*step) for step in merged.system.get(_STEPS) or ()]
    return [MergeStep(*step) for step in (kept.system.get(_OPEN_MERGES) or {}).get(str(merged.code), ())]


def note_steps(kept: RecordEdit, merged: RecordEdit, steps: Sequence[MergeStep]) -> None:
    """Makes the records say which steps have been made, in the change that edits them."""
    code, noted = str(merged.before.document.code), [list(step) for step in steps]
    still_open = dict(kept.before.document.system.get(_OPEN_MERGES) or {})
    others = {other: made for other, made in still_open.items() if other != code}
    if merged.deleted:
        merged.system[_STEPS] = noted
        now_open = others
    else:
        merged.system |= {_STEPS: None} if merged.before.document.system.get(_STEPS) else {}
        now_open = others | ({code: noted} if noted else {})
    if now_open != still_open:
        kept.system[_OPEN_MERGES] = now_open


def load_rows(records: Records, ref: str, steps: Sequence[MergeStep]) -> list[Item]:
    """The history rows of the kept record (`ref`) for these steps, in their order."""
    keys = [change_journal.history_row_key(ref, step.kept) for step in steps]
    found = records.db.get_many(records.table, keys) if keys else {}
    return [found[key] for key in keys]


def count_moved(rows: Sequence[Item]) -> Counter[str]:
    """What the steps of these history rows moved, by kind."""
    total = Counter[str]()
    for row in rows:
        total.update(change_journal.entry_from_row(row).after.get(MOVED) or {})
    return total
