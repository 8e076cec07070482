"""How far an open hour has been counted, so that the next turn goes on there: the last row counted, and the sums so far.

The sums of all profiles are written under a name of their own first; the hour's position then names them, in one
conditional write. So a position never comes with the sums of another one, whoever writes at the same time.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit.row import AuditRow
from affino_mcp.audit.totals import NUMBERS, CallTotals, hour_name, hour_start
from affino_mcp.clock import epoch_seconds
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Database, Item, Key, Put, Query, SortSpan, absent, equals
from affino_mcp.value_class import value_class

POSITIONS_PARTITION: Final = "H#hours"
PROFILES_PER_ROW: Final = 500
"""Profiles whose sums are in one row: below 200 KB, of DynamoDB's 400 KB."""

POSITION_RETENTION: Final = timedelta(days=3)
"""How long positions and sums are kept: longer than an hour stays open."""

ProfileSums = Mapping[str, CallTotals]
"""The totals of counted rows, by API Key."""


def add_rows(sums: ProfileSums, rows: Iterable[AuditRow]) -> ProfileSums:
    """Gives the sums with these rows; rows that stand for no call of their own add nothing."""
    of_profile: dict[str, list[AuditRow]] = defaultdict(list)
    for row in rows:
        if row.calls:
            of_profile[row.profile_key].append(row)
    return {
        **sums,
        **{key: sums.get(key, CallTotals()) + CallTotals.from_rows(some) for key, some in of_profile.items()},
    }


@value_class
class HourPosition:
    """The rows of an hour up to the id `after` ("" for none) are counted, with these sums.

    `is_closing`: the hour is being counted for the last time. `stored` names the sums in the store ("" for none).
    """

    start: str
    is_closing: bool = False
    after: str = ""
    sums: ProfileSums = field(default_factory=dict)
    stored: str = ""

    def with_rows(self, rows: list[AuditRow]) -> HourPosition:
        """Gives the position after these rows, which follow it in the order of their ids."""
        return replace(self, after=rows[-1].id, sums=add_rows(self.sums, rows)) if rows else self


def load_positions(database: Database, table: str, since: datetime, until: datetime) -> dict[str, Item]:
    """Gives the stored positions of the hours between two moments by the hour's name, without their sums, in one read."""
    span = SortSpan(low=hour_name(since), high=hour_name(until))
    found = database.query(Query(table, POSITIONS_PARTITION, span=span)).items
    return {item["sk"]: item for item in found}


def load_position(database: Database, table: str, start: str, head: Item | None) -> HourPosition:
    """Gives the position of an hour with its sums, from what `load_positions` gave; the hour's beginning without one.

    Sums that are missing or have another form also give the hour's beginning, so that it is counted anew.
    """
    if head is None:
        return HourPosition(start)
    keys = [_sums_key(start, head["stored"], place) for place in range(head["parts"])]
    found = database.get_many(table, keys) if keys else {}
    anew = HourPosition(start, stored=head["stored"])
    try:
        sums = {key: _parse_totals(one) for place in keys for key, one in json.loads(found[place]["sums"]).items()}
    except (KeyError, ValueError):
        return anew
    return replace(anew, is_closing=head["closing"], after=head["after"], sums=sums)


def save_position(database: Database, table: str, position: HourPosition) -> None:
    """Stores a position that `load_position` gave and that went on since, unless another process has stored one meanwhile."""
    own = uuid.uuid4().hex
    ttl = epoch_seconds(hour_start(position.start) + POSITION_RETENTION)
    names = list(position.sums)
    parts = [names[first : first + PROFILES_PER_ROW] for first in range(0, len(names), PROFILES_PER_ROW)]
    for place, part in enumerate(parts):
        key = _sums_key(position.start, own, place)
        text = json.dumps({name: _render_totals(position.sums[name]) for name in part}, separators=(",", ":"))
        database.put(Put(table, {**key._asdict(), "sums": text, "ttl": ttl}))
    head = {"stored": own, "parts": len(parts), "after": position.after, "closing": position.is_closing, "ttl": ttl}
    unchanged = equals("stored", position.stored) if position.stored else absent()
    with suppress(ConditionFailed):
        database.put(Put(table, {"pk": POSITIONS_PARTITION, "sk": position.start, **head}, unchanged))


def _sums_key(start: str, name: str, place: int) -> Key:
    return Key(f"{POSITIONS_PARTITION}#{start}", f"{name}#{place:03d}")


def _render_totals(one: CallTotals) -> list[int]:
    return [*(getattr(one, name) for name in NUMBERS), *one.latency]


def _parse_totals(stored: list[int]) -> CallTotals:
    numbers, latency = stored[: len(NUMBERS)], stored[len(NUMBERS) :]
    if len(latency) != len(CallTotals().latency):
        raise ValueError("other numbers or buckets")
    return CallTotals(**dict(zip(NUMBERS, numbers, strict=True)), latency=tuple(latency))
