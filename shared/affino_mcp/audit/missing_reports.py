"""The reports of agents in the API Log, counted by person, profile and reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.families.always import REPORT_NEED, REPORT_TOOL, REPORTS, ReportKind
from affino_mcp.catalogue.record import Field, fold_name
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class

MAX_REPORTS_READ: Final = 500
"""The most reports of one kind that are counted: the newest."""
_READS: Final = 5


class ReportReason(NamedTuple):
    """What a report says: its kind, who or what denies, and the tool it is about ("" for none)."""

    kind: str
    denied_by: str
    tool: str


@value_class
class ReportGroup:
    """The reports of one person through one profile for one reason: how many, the time of the last, and its words."""

    person_code: int | None
    person: str
    profile_key: str
    profile: str
    reason: ReportReason
    count: int
    last: str
    need: str


class ReportCounts(NamedTuple):
    """The groups, the largest first, and the time back to which reports were counted; "" when all of the span were."""

    groups: list[ReportGroup]
    back: str


def count_reports(
    database: Database, table: str, since: datetime, now: datetime, most: int = MAX_REPORTS_READ
) -> ReportCounts:
    """Counts the reports since a moment: one query for each kind, at most 500 rows of each. Raises StoreUnavailable."""
    pages = [
        search_log(database, table, LogQuery(record=f"{REPORTS}#{kind}", since=since, limit=most), now, _READS)
        for kind in ReportKind
    ]
    groups = _group(row for page in pages for row in page.rows)
    return ReportCounts(sorted(groups, key=lambda group: (-group.count, group.last)), max(page.back for page in pages))


def _group(rows: Iterable[AuditRow]) -> list[ReportGroup]:
    found: dict[tuple[int | None, str, ReportReason], list[AuditRow]] = {}
    for row in rows:
        reason = ReportReason(row.record.partition("#")[2], row.denied_by, _find_argument(row, REPORT_TOOL))
        found.setdefault((row.person_code, row.profile_key, reason), []).append(row)
    return [_make_group(reason, same) for (_, _, reason), same in found.items()]


def _make_group(reason: ReportReason, same: list[AuditRow]) -> ReportGroup:
    newest = max(same, key=lambda row: row.id)
    return ReportGroup(
        newest.person_code,
        newest.person_name,
        newest.profile_key,
        newest.profile_name,
        reason,
        len(same),
        newest.at,
        _find_argument(newest, REPORT_NEED),
    )


def _find_argument(row: AuditRow, field: Field) -> str:
    """The text of an argument, whatever form of its name it was sent under; "" without it."""
    wanted = fold_name(field.name)
    return next((str(value) for name, value in row.arguments.items() if fold_name(name) == wanted), "")
