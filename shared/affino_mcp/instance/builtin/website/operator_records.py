"""Creates and updates the records that operators own, on the usual write path.

These are sections, forums, securities, article types and categories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.structure import place_order
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import write_again_on_clash
from affino_mcp.instance.port import Actor, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict

MAX_WRITE_ATTEMPTS: Final = 5


def upsert_operator_record(records: Records, record: Record, values: dict[str, Any], at: datetime) -> int:
    """Creates the operator's record with this unique value, or updates the existing one; returns its code.

    Raises Conflict when the instance has the maximum number of such records already.
    """
    method, call = operator_method(record, f"place_{record.family}"), make_operator_call(at)

    def upsert() -> Document:
        code = records.find_by_unique(record.family, record.unique[0], values[record.unique[0]])
        change = records.start_change(method, values, call)
        return _save(records, change, records.load_record(record.family, code) if code else None, record, values)

    return write_again_on_clash(upsert, MAX_WRITE_ATTEMPTS).code


def operator_method(record: Record, name: str) -> Method:
    """The method of an operator's write, by whose name the record's history shows it."""
    return Method(name, record.family, Effect.UPDATE, "", "", "", {}, record=record)


def _save(
    records: Records, change: Change, before: RecordState | None, record: Record, values: Mapping[str, Any]
) -> Document:
    if before is None:
        require_capacity(records, record)
        code = records.codes.take_code(record.family, change)
        after = RecordState(new_document(record.family, code, change.call, values))
    elif all(before.document.values.get(name) == value for name, value in values.items()):
        return before.document
    else:
        after = replace(before, document=before.document.next_version(change.call, values))
    records.save_record(change, before, after)
    change.commit({})
    return after.document


def list_operator_records(records: Records, family: str) -> list[Document]:
    """All operator's records of one kind, by their order, then by code."""
    return _load_sorted(records, family, guards.list_guard_codes(records, family))


def list_open_guards(
    records: Records, actor: Actor, family: str, deed: str = record_security.READ_ACTION
) -> list[Document]:
    """The guards of one kind that are open to the person for a deed, by their order, then by code."""
    return _load_sorted(records, family, guards.list_open_guard_codes(records, actor, family, deed))


def _load_sorted(records: Records, family: str, codes: list[int]) -> list[Document]:
    found = records.load_documents(RecordRef(family, code) for code in codes)
    return sorted(found.values(), key=place_in_list)


def place_in_list(document: Document) -> tuple[int, int]:
    """What an operator's records are sorted by: their order, then their code."""
    return place_order(document.code, document.values), document.code


def require_capacity(records: Records, record: Record) -> int:
    """Counts the records of a kind of which an instance holds a limited number; 0 for other kinds.

    Raises Conflict when there is no room for another.
    """
    most = guards.MAX_GUARDS.get(record.family)
    if most is None:
        return 0
    rows = records.db.query(Query(records.table, facet_partition(record.family, "all"), limit=most)).items
    if len(rows) >= most:
        raise Conflict(f"There are {most} {record.family} already; that is as many as one instance can hold.")
    return len(rows)
