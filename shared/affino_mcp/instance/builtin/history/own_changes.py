"""The person's own last changes that undo can be asked to take back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from affino_mcp.catalogue.families.history import (
    HISTORY_FAMILIES,
    RECORD_CODE_FIELD,
    RECORD_KIND_FIELD,
    VERSION_FIELD,
)
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.change_journal import SHARE_OF, ChangeKind, person_changes_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.history.undo_context import UNDONE_MARK
from affino_mcp.instance.bulk.doer import OwnChange
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item, Query

MAX_READ_PAGES: Final = 5
_PAGE_ROWS: Final = 100


def find_own_changes(records: Records, call: Call, last: int) -> list[OwnChange]:
    """The person's last changes, newest first, without undos and what they undid, among the last 500 rows of the list.

    Of a change that was made in shares, the last share that has not been undone stands for all of them.
    """
    undone, found, wholes = set[tuple[str, int]](), list[OwnChange](), set[str]()
    for row in _read_rows(records, person_changes_partition(call.actor.user_code)):
        if mark := row.get(UNDONE_MARK):
            undone.add((mark["ref"], mark["version"]))
            continue
        main = _main_record(row)
        if main is None or (main["ref"], main["version"]) in undone or row.get(SHARE_OF) in wholes:
            continue
        wholes |= {row[SHARE_OF]} if SHARE_OF in row else set()
        found.append(_describe(main))
        if len(found) == last:
            break
    return found


def _read_rows(records: Records, partition: str) -> Iterator[Item]:
    start: Item | None = None
    for _ in range(MAX_READ_PAGES):
        page = records.db.query(Query(records.table, partition, forward=False, start=start, limit=_PAGE_ROWS))
        yield from page.items
        start = page.next
        if start is None:
            return


def _main_record(row: Item) -> Any:
    """The record that the row's method is about, among those that changed with it; None when none has a history."""
    shown = [each for each in row["records"] if RecordRef.parse(each["ref"]).family in HISTORY_FAMILIES]
    method = METHODS.get(row["method"])
    kind = method.record.family if method and method.record else ""
    own = [each for each in shown if RecordRef.parse(each["ref"]).family == kind]
    return next(iter([*own, *shown]), None)


def _describe(touched: Any) -> OwnChange:
    family, code = RecordRef.parse(touched["ref"])
    which = {RECORD_KIND_FIELD.name: family, RECORD_CODE_FIELD.name: code, VERSION_FIELD.name: touched["version"]}
    return OwnChange(which, deletes=touched["deed"] in (ChangeKind.CREATED, ChangeKind.RESTORED))
