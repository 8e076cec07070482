"""Guards as stored: finds in one query which guards are open to a person, and makes the facets that lists filter by.

A guard is a record that names security groups: a section, a security, a forum.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.instance.builtin.access import record_security
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import Facets, facet_partition
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import Actor, RecordRef
from affino_mcp.store.ops import Check, Condition, Contains, Item, Query, any_of, equals
from affino_mcp.store.paging import iterate_rows

SECURITY_CODE: Final = "SecurityCode"
SECURITY_FAMILY: Final = "securities"
NO_SECURITY_TAG: Final = "security=none"
MAX_GUARDS: Final = {"sections": 90, SECURITY_FAMILY: 40, "forums": 90}
"""Maximum number of guards per kind: together they stay within DynamoDB's limit of 300 operators in a filter."""


def facets(stored: RecordState) -> Facets:
    """Facets of a guard: the groups that it is open to."""
    return Facets((), record_security.guard_tags(stored.document))


def list_open_guard_codes(
    records: Records, actor: Actor, family: str, deed: str = record_security.READ_ACTION
) -> list[int]:
    """Finds the codes of the guards of one kind that are open to the person for a deed, in one query."""
    where = any_of(*(Contains("facets", tag) for tag in record_security.person_tags(actor, deed)))
    return [row["code"] for row in _read_guard_rows(records, family, where)]


def list_readable_guard_codes(records: Records, actor: Actor, family: str) -> tuple[list[int], bool]:
    """Finds the codes of the guards that the person may read, in one query.

    Returns the codes, and True when the instance has guards of this kind that are closed to the person.
    """
    rows, tags = _read_guard_rows(records, family), set(record_security.person_tags(actor))
    found = [row["code"] for row in rows if not tags.isdisjoint(row["facets"])]
    return found, len(found) < len(rows)


def list_guard_codes(records: Records, family: str) -> list[int]:
    """The codes of all guards of one kind."""
    return [row["code"] for row in _read_guard_rows(records, family)]


def _read_guard_rows(records: Records, family: str, where: Condition | None = None) -> list[Item]:
    query = Query(records.table, facet_partition(family, "all"), where=where, limit=1000)
    return list(iterate_rows(records.db, query))


def security_facet(document: Document) -> str:
    """The index tag for the security of a record that can carry a SecurityCode."""
    found = document.values.get(SECURITY_CODE)
    return f"security={found}" if found else NO_SECURITY_TAG


def readable_security_tags(records: Records, actor: Actor) -> tuple[str, ...]:
    """The index tags of which a record must carry one to be visible.

    The tags stand for no security, and for each security that is open to the person.
    """
    return (NO_SECURITY_TAG, *(f"security={code}" for code in list_open_guard_codes(records, actor, SECURITY_FAMILY)))


def security_refs(document: Document) -> list[RecordRef]:
    """`(family, code)` of a record's security, as a list of at most one."""
    found = document.values.get(SECURITY_CODE)
    return [RecordRef(SECURITY_FAMILY, found)] if found else []


def may_read_security(actor: Actor, document: Document, known: KnownRecords) -> bool:
    """True when the person may read the record's own security; `known` must hold that security."""
    return record_security.may_read(actor, *(known.get(place) for place in security_refs(document)))


def require_unchanged(change: Change, *guards: Document | None) -> None:
    """Makes the write fail with ConcurrentWrite when one of the guards has changed since its check; None is skipped."""
    for guard in guards:
        if guard is not None:
            change.add_operation(Check(change.table, guard.key, equals("version", guard.version)))
            change.guard_refs += [guard.ref] if record_security.READ_ACTION in guard.record.writable else []
