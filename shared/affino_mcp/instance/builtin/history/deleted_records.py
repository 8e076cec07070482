"""Lists deleted records by the rows of their deletions, and describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine import deletions
from affino_mcp.instance.builtin.engine.change_journal import history_row_key
from affino_mcp.instance.builtin.engine.document import Document, document_from_row, record_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.history import guarding, restore_check
from affino_mcp.instance.port import Actor, RecordRef
from affino_mcp.instance.record_restorer import DeletedPage, DeletedRecord
from affino_mcp.instance.upkeep import Deletion
from affino_mcp.tool_errors import InvalidArgument

_PAGE_PATTERN: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:/([a-z_]{1,40}#[0-9]{1,16})#([0-9]{1,10}))?")
_ONE_DAY: Final = timedelta(days=1)


def list_page(
    records: Records, since: datetime, at: datetime, family: str | None, after: str, reader: Actor | None
) -> DeletedPage:
    """See RecordRestorer: the first page with records, from `after` on; one query a day, and three reads for its records."""
    since = max(since, at - restore_check.RESTORE_SPAN)
    day, last = _read_place(after) if after else (at.date(), None)
    while day >= since.date():
        found = deletions.list_deletions(records.db, records.table, day, last, family)
        following = _name_place(found, day)
        if shown := _describe_all(records, found, since, reader):
            return DeletedPage(shown, following if _is_within(following, since) else "")
        day, last = _read_place(following)
    return DeletedPage((), "")


def _name_place(found: Sequence[Deletion], day: date) -> str:
    """Where the page after these begins: behind the last of them on the same day, or on the day before."""
    if len(found) < deletions.MAX_LISTED_DELETIONS:
        return (day - _ONE_DAY).isoformat()
    return f"{day.isoformat()}/{found[-1].record}#{found[-1].version}"


def _is_within(place: str, since: datetime) -> bool:
    return _read_place(place)[0] >= since.date()


def _read_place(text: str) -> tuple[date, Deletion | None]:
    found = _PAGE_PATTERN.fullmatch(text)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise InvalidArgument("after", "There is no such page. Begin with the first one.")
    return day, Deletion(found[2], int(found[3]), day) if found[2] else None


def _describe_all(
    records: Records, found: Sequence[Deletion], since: datetime, reader: Actor | None
) -> list[DeletedRecord]:
    """The records that are deleted still by these very deletions, newest first."""
    versions = {deletion.record: deletion.version for deletion in found}
    rows = records.db.get_many(records.table, [record_key(*RecordRef.parse(ref)) for ref in versions])
    documents = [document_from_row(row) for row in rows.values()]
    still = [d for d in documents if d.deleted and not d.purged and d.version == versions[d.ref]]
    recent = [d for d in still if d.system["UpdatedDate"] >= format_iso(since)]
    recent.sort(key=lambda document: str(document.system["UpdatedDate"]), reverse=True)
    return describe_deleted(records, recent, reader)


def describe_deleted(records: Records, documents: Sequence[Document], reader: Actor | None) -> list[DeletedRecord]:
    """Describes deleted records; the name is left out for those in a place that is closed to the reader."""
    if not documents:
        return []
    rows = records.db.get_many(records.table, [history_row_key(d.ref, d.version) for d in documents])
    tools = {row["pk"]: str(row["method"]) for row in rows.values()}
    open_ = find_open(records, documents, reader)
    return [_describe(document, tools, is_open=open_[document.ref]) for document in documents]


def find_open(records: Records, documents: Sequence[Document], reader: Actor | None) -> Mapping[str, bool]:
    """Whether each record, by its reference, is in places that are open to the reader."""
    if reader is None:
        return {document.ref: True for document in documents}
    found = guarding.load_guards(records, documents)
    return {ref: guarding.is_open_to(reader, guards) for ref, guards in found.items()}


def _describe(document: Document, tools: Mapping[str, str], *, is_open: bool) -> DeletedRecord:
    by = document.system["UpdatedBy"]
    return DeletedRecord(
        record=document.ref,
        kind=document.record.words,
        name=document.label if is_open else None,
        deleted=document.system["UpdatedDate"],
        by=by["Name"],
        by_code=by["UserCode"],
        tool=tools.get(document.ref, ""),
        restorable_until=format_iso(restore_check.restorable_until(document)),
    )
