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
from affino_mcp.instance.builtin.engine.change import Clash
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.operator_call import operator_call
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Actor
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict

ATTEMPTS: Final = 5


def place(records: Records, record: Record, values: dict[str, Any], at: datetime) -> int:
    """Creates the operator's record with this unique value, or updates the existing one; returns its code.

    Raises Conflict when the instance has the maximum number of such records already.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _place(records, record, values, at)
        except Clash:
            continue
    return _place(records, record, values, at)


def _place(records: Records, record: Record, values: dict[str, Any], at: datetime) -> int:
    call = operator_call(at)
    change = records.change(_method(record), values, call)
    code = records.taken(record.family, record.unique[0], values[record.unique[0]])
    before = records.load(record.family, code) if code else None
    if before is None:
        _room(records, record.family)
        after = Stored(created(record.family, records.codes.take(record.family, change), call, values))
    elif all(before.document.values.get(name) == value for name, value in values.items()):
        return before.document.code
    else:
        after = replace(before, document=before.document.changed(call, values))
    records.save(change, before, after)
    change.commit({})
    return after.document.code


def everything(records: Records, family: str) -> list[Document]:
    """All operator's records of one kind, by code."""
    return _documents(records, family, guards.codes(records, family))


def open_to(records: Records, actor: Actor, family: str, deed: str = record_security.READ) -> list[Document]:
    """The guards of one kind that are open to the person for a deed, by code."""
    return _documents(records, family, guards.open_to(records, actor, family, deed))


def _documents(records: Records, family: str, codes: list[int]) -> list[Document]:
    found = records.documents((family, code) for code in codes)
    return sorted(found.values(), key=lambda document: document.code)


def _method(record: Record) -> Method:
    return Method(f"place_{record.family}", record.family, Effect.UPDATE, "", "", "", {})


def _room(records: Records, family: str) -> None:
    most = guards.MOST.get(family)
    if most is not None:
        rows = records.db.query(Query(records.table, facet_partition(family, "all"), limit=most)).items
        if len(rows) >= most:
            raise Conflict(f"There are {most} {family} already; that is as many as one instance can hold.")
