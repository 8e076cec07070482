"""Calls of the last seven days that narrower settings of a profile would refuse, by person and tool."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.ops import Database

MAX_EXAMINED_CALLS: Final = 800
"""Calls that are examined, in at most two reads."""
EXAMINED_SPAN: Final = timedelta(days=7)


@dataclass(frozen=True)
class RefusedCalls:
    """The calls of one person with one tool that would be refused, the switch that they need, and the latest one's time."""

    person: str
    method: str
    rule: str
    calls: int
    last: str


@dataclass(frozen=True)
class ImpactPreview:
    """The effect of a change: the calls that it would refuse, of `looked_at` calls back to `since`.

    `busiest` is the number of calls in the busiest minute, `slower` whether the rate limit goes down.
    """

    refused: list[RefusedCalls]
    looked_at: int
    since: str
    busiest: int
    slower: bool


def is_narrower(before: Profile, after: Capability, rate: int | None) -> bool:
    """Whether the new capability or rate (None: unchanged) allows less than the profile does now."""
    lost = any(
        before.capability.allows(f, access) and not after.allows(f, access)
        for f in SWITCHED_FAMILIES
        for access in Access
    )
    return lost or (rate is not None and rate < before.rate)


def preview_impact(
    database: Database, table: str, now: datetime, before: Profile, after: Capability, rate: int | None
) -> ImpactPreview:
    """The effect on the calls of the last days in the audit table. Raises StoreUnavailable."""
    question = LogQuery(profile=before.key, since=now - EXAMINED_SPAN, limit=MAX_EXAMINED_CALLS)
    found = search_log(database, table, question, now, reads=2).rows
    calls = [row for row in found if row.calls]
    lost = [row for row in calls if row.status < 400 and _would_be_refused(row.method, before.capability, after)]
    minutes = Counter({row.at[:16]: 0 for row in calls})
    for row in calls:
        minutes[row.at[:16]] += row.calls
    slower = rate is not None and rate < before.rate
    since = calls[-1].at if calls else ""
    return ImpactPreview(_group_refused(lost), len(calls), since, max(minutes.values(), default=0), slower)


def _would_be_refused(method: str, before: Capability, after: Capability) -> bool:
    known = METHODS.get(method)
    return known is not None and is_listed(known, before) and not is_listed(known, after)


def _group_refused(lost: list[AuditRow]) -> list[RefusedCalls]:
    counts = Counter((row.person_name, row.method) for row in lost)
    last = {(row.person_name, row.method): row.at for row in reversed(lost)}
    return [
        RefusedCalls(person, method, f"{METHODS[method].family}.{METHODS[method].access}", calls, last[person, method])
        for (person, method), calls in counts.most_common()
    ]
