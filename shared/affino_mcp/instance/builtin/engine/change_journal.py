"""Change journal: the history rows that each write adds in its own transaction.

Every record that changes gets an entry in its history (before, after, who, when). The person who acted gets one row
that names the records, so that the person's own changes can be listed, newest first.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import count
from typing import Any, Final

from affino_mcp.instance.builtin.engine.document import HISTORY_SK, Document, actor_stamp, is_long_text, record_key
from affino_mcp.instance.port import Call, RecordChange, RecordRef
from affino_mcp.store.ops import Item, Key
from affino_mcp.value_class import value_class

MAX_SHORT_VALUE: Final = 500
"""The longest text that history shows where there is little room."""
SHARE_OF: Final = "share_of"
"""What the row of a share in a person's list of changes holds under this name: the request whose change it is a share of."""


_numbers = count(1)
"""Numbers of this process's writes: of two writes of one moment, the later one sorts last."""


class ChangeKind(StrEnum):
    """Kind of change of a record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"


@value_class
class HistoryEntry:
    """One entry of a record's history.

    `other_refs` are the records that changed in the same write, `guard_refs` the records that protected this record at that
    time.
    """

    ref: str
    version: int
    deed: ChangeKind
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: str = ""
    by: Mapping[str, Any] | None = None
    method: str = ""
    channel: str = ""
    other_refs: Sequence[str] = ()
    guard_refs: Sequence[str] = ()


def make_history_entry(
    before: Document | None, after: Document, old: Mapping[str, Any], new: Mapping[str, Any]
) -> HistoryEntry:
    """Makes the history entry for a record's next version: its kind of change, and the values that differ.

    Takes the document before (None: a new one) and after, and the old and new values by attribute.
    """
    names = [n for n in {**old, **new} if old.get(n) != new.get(n)]
    values = {n: old.get(n) for n in names}, {n: new.get(n) for n in names}
    return HistoryEntry(after.ref, after.version, _change_kind(before, after), *values, at=after.system["UpdatedDate"])


def _change_kind(before: Document | None, after: Document) -> ChangeKind:
    if before is None:
        return ChangeKind.CREATED
    if after.deleted:
        return ChangeKind.DELETED
    return ChangeKind.RESTORED if before.deleted else ChangeKind.CHANGED


def history_value(value: Any) -> Any:
    """The value as history shows it; a long text is shown as its length."""
    return {"Length": value["Length"]} if is_long_text(value) else value


def short_history_value(value: Any) -> Any:
    """The value as history shows it where there is little room: any text of some length is shown as its length."""
    return {"Length": len(value)} if isinstance(value, str) and len(value) > MAX_SHORT_VALUE else history_value(value)


def to_record_change(found: HistoryEntry) -> RecordChange:
    """Converts a history entry into the port's Changed, for the API Log; a long text becomes its length and digest."""
    before, after = ({name: _log_value(value) for name, value in side.items()} for side in (found.before, found.after))
    return RecordChange(found.ref, found.deed.value, before, after)


def _log_value(value: Any) -> Any:
    return {"length": value["Length"], "sha256": value["Text"]} if is_long_text(value) else value


def history_row_key(ref: str, version: int) -> Key:
    """The key of the history row of a record's version. Takes the record's reference (`family#code`) and the version."""
    return Key(record_key(*RecordRef.parse(ref)).pk, f"{HISTORY_SK}{version:010d}")


def make_history_row(
    found: HistoryEntry, call: Call, method: str, others: Iterable[str], guards: Iterable[str]
) -> Item:
    """The history row of an entry, with the acting person, the method, and the other records and guards of the write."""
    key = history_row_key(found.ref, found.version)
    values = {"before": found.before, "after": found.after, "deleted": found.deed is ChangeKind.DELETED}
    return {
        "pk": key.pk,
        "sk": key.sk,
        "version": found.version,
        "deed": found.deed.value,
        "entry": json.dumps(values, ensure_ascii=False),
        "by": actor_stamp(call),
        "at": found.at,
        "method": method,
        "channel": call.channel,
        "request_id": call.request_id,
        "others": sorted({ref for ref in others if ref != found.ref}),
        "guards": sorted(set(guards)),
    }


def entry_from_row(item: Item) -> HistoryEntry:
    """Reads the history entry from its row."""
    values = json.loads(item["entry"])
    return HistoryEntry(
        ref=item["pk"],
        version=item["version"],
        deed=ChangeKind(item["deed"]),
        before=values["before"],
        after=values["after"],
        at=item["at"],
        by=item["by"],
        method=item["method"],
        channel=item["channel"],
        other_refs=item["others"],
        guard_refs=item["guards"],
    )


def person_changes_partition(user_code: int) -> str:
    """The partition key of one person's list of changes."""
    return f"M#{user_code}"


def make_person_row(call: Call, method: str, entries: Sequence[HistoryEntry], share: str = "") -> Item:
    """The row that lists one write among the acting person's changes; of writes of one moment, the later one sorts last.

    A write that is a `share` of a call's change says which call it belongs to.
    """
    at = max(found.at for found in entries)
    place = {
        "pk": person_changes_partition(call.actor.user_code),
        "sk": f"{at}#{next(_numbers):010d}{uuid.uuid4().hex[10:]}",
    }
    records = [{"ref": found.ref, "version": found.version, "deed": found.deed.value} for found in entries]
    whole = {SHARE_OF: call.request_id} if share else {}
    return {**place, "at": at, "method": method, "records": records, **whole}
