"""The records whose changes make up the activity of an account, a contact or an opportunity: what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm.subject_record import scope_facet
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.value_class import value_class

MAX_HOLDERS: Final = 25
"""Most contacts, and most opportunities, of a record whose changes, notes and tasks belong to its activity."""
MAX_ACTIVE_RECORDS: Final = 200
"""Most records whose changes are looked at: those changed last."""
HOLDERS: Final[Mapping[str, Mapping[str, str]]] = {
    "accounts": {"contacts": "account", "opportunities": "account"},
    "contacts": {"opportunities": "user"},
    "opportunities": {},
}
"""The records that hang on each kind of record and have notes and tasks of their own, with the facet that finds them."""
NOTED: Final = ("notes", "tasks")


@value_class
class ActiveRecord:
    """A record that changed, and when it did last: none of its changes is later."""

    updated: str
    ref: RecordRef


@value_class
class ActiveRecords:
    """The records of an activity, those changed last first. Of changes up to `unknown_until`, some may be missing."""

    found: tuple[ActiveRecord, ...]
    unknown_until: str = ""


def find_active_records(records: Records, call: Call, subject: ActiveRecord, since: str) -> ActiveRecords:
    """The records that hang on the subject, and the subject, as far as they changed since a moment and may be read.

    Warns of kinds that the call may not read, and of contacts and opportunities that are left out.
    """
    _warn_of_closed(call, subject.ref.family)
    holders = [
        each
        for family, facet in HOLDERS[subject.ref.family].items()
        if call.may_read(family)
        for each in _find_holders(records, call, family, f"{facet}={subject.ref.code}")
    ]
    noted = [
        each
        for family in NOTED
        if call.may_read(family)
        for holder in (subject, *holders)
        for each in _find_changed(records, family, scope_facet(*holder.ref), since, MAX_ACTIVE_RECORDS + 1)
    ]
    return _keep_latest([each for each in (subject, *holders, *noted) if each.updated >= since])


def _warn_of_closed(call: Call, family: str) -> None:
    closed = [kind for kind in (*HOLDERS[family], *NOTED) if not call.may_read(kind)]
    if closed:
        text = f"This profile or this person may not read {', '.join(closed)}: their changes are left out."
        call.warn(WarningCode.NOT_SHOWN, "Items", text)


def _find_holders(records: Records, call: Call, family: str, facet: str) -> list[ActiveRecord]:
    found = _find_changed(records, family, facet, "", MAX_HOLDERS + 1)
    if len(found) > MAX_HOLDERS:
        text = f"Of its {family}, the {MAX_HOLDERS} that changed last are looked at, with their notes and tasks"
        call.warn(WarningCode.INCOMPLETE, "Items", f"{text}. Ask for the activity of another one by its own code.")
    return found[:MAX_HOLDERS]


def _find_changed(records: Records, family: str, facet: str, since: str, limit: int) -> list[ActiveRecord]:
    """The records of one facet that changed since a moment, those changed last first: one query."""
    query = Query(
        records.table,
        facet_partition(family, facet),
        index="ByUpdated",
        sort="updated",
        span=SortSpan(low=since or None),
        forward=False,
        limit=limit,
    )
    return list(_read_rows(family, records.db.query(query).items))


def _read_rows(family: str, rows: Iterable[Item]) -> Iterable[ActiveRecord]:
    return (ActiveRecord(row["updated"].partition("#")[0], RecordRef(family, row["code"])) for row in rows)


def _keep_latest(every: list[ActiveRecord]) -> ActiveRecords:
    once = {each.ref: each for each in every}
    order = sorted(once.values(), key=lambda each: (each.updated, each.ref), reverse=True)
    dropped = order[MAX_ACTIVE_RECORDS:]
    return ActiveRecords(tuple(order[:MAX_ACTIVE_RECORDS]), dropped[0].updated if dropped else "")
