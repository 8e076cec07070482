"""Creates and updates the records that operators own, on the usual write path.

These are sections, forums, securities, article types and categories.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.port import Actor, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict

MAX_UPSERT_ATTEMPTS: Final = 5


def upsert_operator_record(records: Records, record: Record, values: dict[str, Any], at: datetime) -> int:
    """Creates the operator's record with this unique value, or updates the existing one; returns its code.

    Raises Conflict when the instance has the maximum number of such records already.
    """
    for _ in range(MAX_UPSERT_ATTEMPTS - 1):
        try:
            return _upsert_once(records, record, values, at)
        except ConcurrentWrite:
            continue
    return _upsert_once(records, record, values, at)


def _upsert_once(records: Records, record: Record, values: dict[str, Any], at: datetime) -> int:
    call = make_operator_call(at)
    change = records.start_change(_upsert_method(record), values, call)
    code = records.find_by_unique(record.family, record.unique[0], values[record.unique[0]])
    before = records.load_record(record.family, code) if code else None
    if before is None:
        _require_capacity(records, record.family)
        after = RecordState(new_document(record.family, records.codes.take_code(record.family, change), call, values))
    elif all(before.document.values.get(name) == value for name, value in values.items()):
        return before.document.code
    else:
        after = replace(before, document=before.document.next_version(call, values))
    records.save_record(change, before, after)
    change.commit({})
    return after.document.code


def list_operator_records(records: Records, family: str) -> list[Document]:
    """All operator's records of one kind, by code."""
    return _load_sorted(records, family, guards.list_guard_codes(records, family))


def list_open_guards(
    records: Records, actor: Actor, family: str, deed: str = record_security.READ_ACTION
) -> list[Document]:
    """The guards of one kind that are open to the person for a deed, by code."""
    return _load_sorted(records, family, guards.list_open_guard_codes(records, actor, family, deed))


def _load_sorted(records: Records, family: str, codes: list[int]) -> list[Document]:
    found = records.load_documents(RecordRef(family, code) for code in codes)
    return sorted(found.values(), key=lambda document: document.code)


def _upsert_method(record: Record) -> Method:
    return Method(f"place_{record.family}", record.family, Effect.UPDATE, "", "", "", {})


def _require_capacity(records: Records, family: str) -> None:
    most = guards.MAX_GUARDS.get(family)
    if most is not None:
        rows = records.db.query(Query(records.table, facet_partition(family, "all"), limit=most)).items
        if len(rows) >= most:
            raise Conflict(f"There are {most} {family} already; that is as many as one instance can hold.")
