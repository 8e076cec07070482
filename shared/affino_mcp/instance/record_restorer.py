"""What operators ask of a system of record about deleted records: which there are, what a restore would do, and to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from affino_mcp.instance.port import Actor, CallLog, RecordRef
from affino_mcp.value_class import value_class

RESTORE_METHOD: Final = "restore_record"
"""The name of an operator's restore, in the history of the record and in the API Log."""


class RecordPresence(StrEnum):
    """Whether a record is there, is deleted, or was removed for good."""

    PRESENT = "present"
    DELETED = "deleted"
    PURGED = "purged"


@value_class
class DeletedRecord:
    """A record that was deleted: what it was, who deleted it, when, by which tool, and until when it can be restored.

    `name` is None where the reader may not know it: the record was in a place that is closed to the reader.
    """

    record: str
    kind: str
    name: str | None
    deleted: str
    by: str
    by_code: int | None
    tool: str
    restorable_until: str


@value_class
class DeletedPage:
    """Some deleted records, newest day first, and where the next page begins ("" at the end)."""

    records: Sequence[DeletedRecord]
    next: str


@value_class
class HistoryLine:
    """One change of a record in short: its version, when, who, by which tool, its kind, and which attributes it changed."""

    version: int
    at: str
    by: str
    tool: str
    kind: str
    attributes: Sequence[str]


@value_class
class RecordView:
    """A record as operators see it, deleted or not: its values and the newest lines of its history.

    Name and values are None where the record is in a place that is closed to the reader, or removed for good.
    """

    record: str
    kind: str
    name: str | None
    presence: RecordPresence
    values: Mapping[str, Any] | None
    history: Sequence[HistoryLine]


@value_class
class RestorePlan:
    """What a restore would do: the record, what hangs on it and is there again, what comes back with it and what does not.

    `version` is the version that the deletion made. `hanging` counts by kind what the deletion left untouched; `back`
    names other records that are restored too, `away` those that are not, each with the reason. `hindrances` say what
    prevents the restore; without any it can be done.
    """

    deletion: DeletedRecord
    version: int
    hanging: Mapping[str, int] = field(default_factory=dict)
    back: Sequence[str] = ()
    away: Mapping[str, str] = field(default_factory=dict)
    hindrances: Sequence[str] = ()


class RecordRestorer(Protocol):
    """Restores deleted records. Every method may raise StoreUnavailable.

    `reader` is the person who looks, None for somebody who may see every place. A code without a record is NotFound.
    """

    def list_deleted(
        self, since: datetime, at: datetime, family: str | None = None, after: str = "", reader: Actor | None = None
    ) -> DeletedPage:
        """One page of the records of a kind, or all, that were deleted since then and are deleted still at this moment.

        No page reaches further back than a record can be restored. Raises InvalidArgument for an `after` that is no page's.
        """

    def show(self, ref: RecordRef, reader: Actor | None = None) -> RecordView:
        """A record, deleted or not."""

    def plan(self, ref: RecordRef, at: datetime, reader: Actor | None = None) -> RestorePlan:
        """What a restore would do at this moment; changes nothing. Raises Conflict for a record that is not deleted."""

    def restore(self, ref: RecordRef, version: int, by: Actor, at: datetime, log: CallLog) -> None:
        """Restores the record as it is after this version, in one transaction with the row of `log`.

        Raises Conflict, with all reasons, when it cannot be restored, or is not as it was at this version.
        """

    def find_version(self, ref: RecordRef, request_id: str) -> int | None:
        """The version that a request made of a record, among the record's newest hundred."""
