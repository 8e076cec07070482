"""Calls of the last seven days that narrower settings of a profile would refuse, by person and tool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class

MAX_EXAMINED_CALLS: Final = 800
"""Calls that are examined, in at most two reads."""
EXAMINED_SPAN: Final = timedelta(days=7)


PEOPLE_RULE: Final = "people and groups"
NETWORK_RULE: Final = "networks"

FindPeople = Callable[[Collection[int]], Mapping[int, Person]]
"""Gives the people of these codes, as far as there are any, by code."""


@value_class
class RefusedCalls:
    """The calls of one person with one tool that would be refused, the rule that refuses them, and the latest one's time.

    The rule is the switch that they need, or which of the profile's terms they do not meet.
    """

    person: str
    method: str
    rule: str
    calls: int
    last: str


@value_class
class ImpactPreview:
    """The effect of a change: the calls that it would refuse, of `looked_at` calls back to `since`.

    `busiest` is the number of calls in the busiest minute, `slower` whether the rate limit goes down. `ends` is the last
    day (ISO date, UTC), if the profile is to end earlier than before.
    """

    refused: list[RefusedCalls]
    looked_at: int
    since: str
    busiest: int
    slower: bool
    ends: str = ""


def is_narrower(before: Profile, after: Profile) -> bool:
    """Whether a profile's capability, rate or terms allow less after a change than they do now."""
    lost = any(
        before.capability.allows(f, access) and not after.capability.allows(f, access)
        for f in SWITCHED_FAMILIES
        for access in Access
    )
    is_for_fewer = _has_fewer_people(before.terms, after.terms) or _has_fewer_networks(before.terms, after.terms)
    return lost or after.rate < before.rate or is_for_fewer or bool(_find_earlier_end(before.terms, after.terms))


def _has_fewer_people(before: AdmissionTerms, after: AdmissionTerms) -> bool:
    if not after.is_for_some:
        return False
    kept = set(before.people) <= set(after.people) and set(before.groups) <= set(after.groups)
    return not before.is_for_some or not kept


def _has_fewer_networks(before: AdmissionTerms, after: AdmissionTerms) -> bool:
    return bool(after.networks) and not (before.networks and set(before.networks) <= set(after.networks))


def _find_earlier_end(before: AdmissionTerms, after: AdmissionTerms) -> str:
    is_earlier = after.expires and (not before.expires or after.expires < before.expires)
    return after.expires if is_earlier else ""


def preview_impact(
    database: Database, table: str, now: datetime, before: Profile, after: Profile, find_people: FindPeople
) -> ImpactPreview:
    """The effect on the calls of the last days in the audit table. Raises StoreUnavailable."""
    question = LogQuery(profile=before.key, since=now - EXAMINED_SPAN, limit=MAX_EXAMINED_CALLS)
    found = search_log(database, table, question, now, reads=2).rows
    calls = [row for row in found if row.calls]
    admitted = [row for row in calls if row.status < 400]
    rules = _find_rules(admitted, before, after, find_people)
    minutes = Counter({row.at[:16]: 0 for row in calls})
    for row in calls:
        minutes[row.at[:16]] += row.calls
    since = calls[-1].at if calls else ""
    return ImpactPreview(
        _group_refused([(row, rule) for row, rule in zip(admitted, rules, strict=True) if rule]),
        len(calls),
        since,
        max(minutes.values(), default=0),
        after.rate < before.rate,
        _find_earlier_end(before.terms, after.terms),
    )


def _find_rules(rows: list[AuditRow], before: Profile, after: Profile, find_people: FindPeople) -> list[str]:
    """The rule that would refuse each call after the change, or "" for a call that goes on."""
    codes = {row.person_code for row in rows if row.person_code is not None}
    people = find_people(codes) if _has_fewer_people(before.terms, after.terms) else {}
    excluded = {code for code, person in people.items() if not after.terms.allows_person(person)}
    return [_find_rule(row, before, after, excluded) for row in rows]


def _find_rule(row: AuditRow, before: Profile, after: Profile, excluded: set[int]) -> str:
    if _would_be_refused(row.method, before.capability, after.capability):
        return f"{METHODS[row.method].family}.{METHODS[row.method].access}"
    if row.person_code in excluded:
        return PEOPLE_RULE
    is_outside = row.source and before.terms.allows_source(row.source) and not after.terms.allows_source(row.source)
    return NETWORK_RULE if is_outside else ""


def _would_be_refused(method: str, before: Capability, after: Capability) -> bool:
    known = METHODS.get(method)
    return known is not None and is_listed(known, before) and not is_listed(known, after)


def _group_refused(lost: list[tuple[AuditRow, str]]) -> list[RefusedCalls]:
    counts = Counter((row.person_name, row.method, rule) for row, rule in lost)
    last = {(row.person_name, row.method, rule): row.at for row, rule in reversed(lost)}
    return [RefusedCalls(*group, calls, last[group]) for group, calls in counts.most_common()]
