"""What a notice says of the calls behind it: who, from where, and why; read from the log's rows when a notice is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.audit.row import AuditRow, profile_partition, row_key
from affino_mcp.audit.totals import ONE_HOUR, hour_start, is_deletion
from affino_mcp.store.ops import Condition, Database, Query, SortSpan, equals

MAX_READS: Final = 3
ROWS_PER_READ: Final = 1000
"""The rows of a profile in an hour that are looked at, newest first: at most so many reads of so many rows."""
_REASONS_TOLD: Final = 3


def load_deed(db: Database, table: str, entry: AuditRow) -> AuditRow:
    """Gives the whole row of an index's entry, or the entry when there is no row any more. Raises StoreUnavailable."""
    key = row_key(entry)
    found = db.get_many(table, [key]).get(key)
    return AuditRow.from_document(found) if found else entry


def tell_refusals(db: Database, table: str, profile: str, hour: str, status: int) -> dict[str, Any]:
    """Gives the facts of a profile's refusals of this HTTP status: its name, most frequent source, and reasons with numbers."""
    reasons, sources, name = Counter[str](), Counter[str](), profile
    for row in _read_rows(db, table, profile, hour, equals("status", status)):
        name = row.profile_name or name
        reasons[str((row.error or {}).get("type", ""))] += row.calls
        sources[row.source] += row.calls
    source = next((one for one, _ in sources.most_common() if one), "")
    told = {kind: number for kind, number in reasons.most_common(_REASONS_TOLD) if kind}
    return {"profile": name, "source": source, "reasons": told}


def tell_deletes(db: Database, table: str, profile: str, hour: str) -> dict[str, Any]:
    """Gives the facts of what a profile's calls deleted, dry runs apart: its name, `calls`, and who deleted most.

    Of more rows than it reads, the newest ones.
    """
    people, named = Counter[int](), dict[int, str]()
    name, calls = profile, 0
    for row in _read_rows(db, table, profile, hour):
        if not is_deletion(row) or row.dry_run:
            continue
        name, calls = row.profile_name or name, calls + row.calls
        if row.person_code is not None:
            people[row.person_code] += row.calls
            named[row.person_code] = row.person_name
    most = next(iter(people.most_common(1)), None)
    found = {"person": most[0], "own": most[1], "by": named[most[0]]} if most else {"person": None, "own": 0, "by": ""}
    return {"profile": name, "calls": calls, **found}


def _read_rows(db: Database, table: str, profile: str, hour: str, where: Condition | None = None) -> Iterator[AuditRow]:
    start = hour_start(hour)
    span = SortSpan(low=lowest_ulid(start), high=lowest_ulid(start + ONE_HOUR))
    query = Query(
        table, profile_partition(profile), span=span, forward=False, limit=ROWS_PER_READ, where=where, consistent=False
    )
    for _ in range(MAX_READS):
        page = db.query(query)
        yield from map(AuditRow.from_document, page.items)
        if page.next is None:
            return
        query = replace(query, start=page.next)
