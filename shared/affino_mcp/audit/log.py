"""Writes the rows of the API Log with their one-line results, and one structured log line for each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from affino_mcp import observability
from affino_mcp.audit.open_rows import begun_writes
from affino_mcp.audit.refusal_aggregation import RefusalAggregator
from affino_mcp.audit.row import AuditRow, RowStamp, row_item
from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.item_status import TOTALS, ItemStatus
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.record import snake_case
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.clock import Clock, format_iso, utc_now
from affino_mcp.deadline import spend_reserve
from affino_mcp.store.faults import CollectionFull, ConditionFailed, Unanswered
from affino_mcp.store.ops import Database, Put, absent
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.tool_errors import StorageFull
from affino_mcp.ulids import UlidSource

if TYPE_CHECKING:
    from affino_mcp.errors import AffinoError
    from affino_mcp.instance.port import Done

_OPERATOR_NOUNS: Final = {
    "api_profiles": "API Profile",
    "people": "person",
    "security_groups": "security group",
    "reports": "report",
}
"""The nouns for what operators act on, and for what agents report."""


_PARTS_AT_ONCE: Final = 25


def summarise_result(method: Method, done: Done) -> str:
    """Gives the summary of a method's answer: `article 17 changed`, `20 of 143 contacts, more follow`."""
    if method.access is Access.READ:
        return _summarise_read(method, done)
    if done.body.get(DRY_RUN.name):
        return "dry run: nothing was written"
    if TOTALS in done.body:
        return _summarise_items(done.body[TOTALS])
    return _summarise_write(done) if done.sealed or done.is_applied else "nothing changed"


def summarise_error(error: AffinoError, status: int) -> str:
    """Gives the summary of an error: refused, or failed in the service."""
    return f"{'failed' if status >= 500 else 'refused'}: {error.type}"


def describe_record(ref: str) -> str:
    """Gives a record's name for people: `account 12` for `accounts#12`."""
    family, _, code = ref.partition("#")
    words = RECORDS[family].words if family in RECORDS else _OPERATOR_NOUNS.get(family)
    return f"{words} {code}" if words else ref


def _summarise_write(done: Done) -> str:
    main = next((each for each in done.changes if each.record == done.record), next(iter(done.changes), None))
    if main is None:
        return f"{describe_record(done.record)}: done" if done.record else "done"
    others = len(done.changes) - 1
    with_it = f", with {_count_noun(others, 'other records')}" if others else ""
    return f"{describe_record(main.record)} {main.kind}{with_it}"


def _summarise_items(totals: Mapping[str, int]) -> str:
    """`99 of 100 items done, 1 refused`."""
    counts = [f"{number} {status}" for status, number in totals.items() if status not in ("asked", ItemStatus.DONE)]
    return ", ".join([f"{totals.get(ItemStatus.DONE, 0)} of {_count_noun(totals['asked'], 'items')} done", *counts])


def _summarise_read(method: Method, done: Done) -> str:
    lists = {name: part for name, part in done.body.items() if isinstance(part, list)}
    counts = ", ".join(_count_rows(method, name, part, done.body) for name, part in lists.items())
    if not done.record:
        return counts or "answered"
    deed = "recorded" if "Reported" in done.body else "read"
    return f"{describe_record(done.record)}: {counts}" if counts else f"{describe_record(done.record)} {deed}"


def _count_rows(method: Method, name: str, rows: list[Any], body: dict[str, Any]) -> str:
    """The number of rows in a list of the answer; `Items` get their noun from the method's name."""
    if name != "Items":
        return _count_noun(len(rows), snake_case(name).replace("_", " "))
    noun, total = method.name.removeprefix("list_").removeprefix("my_").replace("_", " "), body.get("TotalRecords")
    counted = (
        f"{len(rows)} of {_count_noun(total, _rows_noun(noun))}"
        if total is not None
        else _count_noun(len(rows), _rows_noun(noun))
    )
    return counted + (", more follow" if body.get("NextCursor") else "")


def _rows_noun(noun: str) -> str:
    return noun if noun.endswith("s") else "rows"


def _count_noun(number: int, noun: str) -> str:
    """`2 categories`, `1 category`."""
    one = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{number:,} {one if number == 1 else noun}"


new_row_id: Final = UlidSource().make
"""Gives a ULID of a moment; later ones of one process sort after earlier ones."""


class AuditLog:
    """Writes audit rows to one table. Rows are added and counts of storms raised; no row is changed or removed."""

    def __init__(
        self, database: Database, table: str, clock: Clock = utc_now, new_id: Callable[[datetime], str] = new_row_id
    ) -> None:
        self._database, self._table, self._clock, self._new_id = database, table, clock, new_id
        self._storm = RefusalAggregator(database, table, clock)

    def new_stamp(self) -> RowStamp:
        """Gives the id and the moment for a new row."""
        moment = self._clock()
        return RowStamp(self._new_id(moment), format_iso(moment))

    def store(self, row: AuditRow) -> None:
        """Writes a row without its log line. Writing the same row again has no effect. Raises StoreUnavailable.

        Unanswered means that the row may be there.
        """
        with suppress(ConditionFailed):  # an earlier attempt of this process has written the row
            self._put(row)

    def begin(self, row_id: str, closing: AuditRow, asks: str) -> None:
        """Writes the row of this id that says that a call is begun, and the mark by which it is closed as `closing` says.

        `asks` is the key under which the instance tells what became of the call. Raises StoreUnavailable, StorageFull.
        """
        writes, token = begun_writes(self._table, row_id, closing, asks), str(uuid.uuid4())
        try:
            retry_on_conflict(lambda: self._database.transact(writes, token))
        except CollectionFull as full:
            raise StorageFull from full

    def settle(self, row: AuditRow) -> bool:
        """Finds out what became of a transaction that holds a row with this row's id, and was sent and not answered.

        `row` says that nothing was done. It is written unless the transaction's own row is there: from then on the
        transaction, which may only write a new row, can never be carried out. True when the transaction was carried out.
        Raises StoreUnavailable when it cannot be found out.
        """
        try:
            self._put(row)
        except ConditionFailed as failed:
            return failed.item is not None and failed.item["outcome"] != row.outcome
        return False

    def _put(self, row: AuditRow) -> None:
        """Puts a new row, once more when the first request was not answered; raises ConditionFailed when it is there."""
        op = Put(self._table, row_item(row), absent())
        with spend_reserve():
            try:
                self._database.put(op)
            except Unanswered:
                self._database.put(op)

    def write_row(self, row: AuditRow) -> None:
        """Writes a row and its log line. Writing the same row again has no effect. Raises StoreUnavailable."""
        self.store(row)
        self.log_row(row)
        self._log_due_counts()

    def write_parts(self, rows: Sequence[AuditRow]) -> None:
        """Writes the further rows of a call, a few in one transaction, with their log lines. Raises StoreUnavailable."""
        for start in range(0, len(rows), _PARTS_AT_ONCE):
            some = rows[start : start + _PARTS_AT_ONCE]
            writes = [Put(self._table, row_item(row), absent()) for row in some]
            retry_on_conflict(partial(self._database.transact, writes, str(uuid.uuid4())))
            for row in some:
                self.log_row(row)

    def write_refusal(self, row: AuditRow, *, hammered: bool = False) -> None:
        """Writes the row of a refused call.

        In a storm (429, or `hammered`) only the first sixty a minute get their own rows. Raises StoreUnavailable; the
        refusal is valid all the same.
        """
        if (row.status == 429 or hammered) and self._storm.try_count(row):
            self._log_due_counts()
        else:
            self.write_row(row)

    def flush_storms(self) -> None:
        """Writes the counts of storms that are not written yet (at most one second's); raises StoreUnavailable."""
        for counted in self._storm.flush_counts():
            self.log_row(counted)

    def log_row(self, row: AuditRow) -> None:
        """Writes the row's log line for CloudWatch: ids and figures, no argument values, e-mail addresses masked."""
        observability.log_line("call", line_fields(row))

    def _log_due_counts(self) -> None:
        for counted in self._storm.flush_when_due():
            self.log_row(counted)


def line_fields(row: AuditRow) -> dict[str, Any]:
    """Gives the fields of the log line: enough to find the row and to count, no text that a person wrote."""
    kept = row.to_document()
    names = (
        "id at profile_key person_code method family access outcome status record duration_ms "
        "request_id fingerprint client_name client_version source channel dry_run confirmed share toolset "
        "door client_id client_proof grant count"
    )
    return {name: kept[name] for name in names.split()} | {
        "profile": kept["profile_name"],
        "person_email": mask_email(row.person_email),
        "error_type": (row.error or {}).get("type", ""),
        "error_code": (row.error or {}).get("code"),
        "warnings": [warning.get("Code", "") for warning in row.warnings][:20],
    }


def mask_email(email: str) -> str:
    """Gives an e-mail address with its local part masked: `j***@orbital.example`."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if email else ""
