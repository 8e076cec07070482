"""Who used a profile lately, from its rows of the API Log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from affino_mcp.audit.queries import MAX_READS, LogQuery, search_log
from affino_mcp.store.ops import Database

USERS_PERIOD: Final = timedelta(hours=24)
"""How far back the users of a profile are searched."""

DELETION_PERIOD: Final = timedelta(days=30)
"""How far back they are searched before a profile is deleted."""


class ProfileUser(NamedTuple):
    """A person who used a profile in a period, with the number of calls and the time of the last."""

    name: str
    code: int
    calls: int
    last: str
    email: str = ""


class ProfileUsers(NamedTuple):
    """The users of a profile, latest first, and the number of rows that were searched for them."""

    users: list[ProfileUser]
    looked_at: int


def list_profile_users(
    database: Database,
    table: str,
    profile: str,
    now: datetime,
    most: int = 2000,
    reads: int = MAX_READS,
    period: timedelta = USERS_PERIOD,
) -> ProfileUsers:
    """Gives who used a profile in the last 24 hours, or in another period, from at most `most` rows.

    Operators' actions on it do not count.
    """
    question = LogQuery(profile=profile, since=now - period, limit=most)
    found = search_log(database, table, question, now, reads).rows
    known: dict[int, ProfileUser] = {}
    for row in found:
        if row.calls and row.person_code is not None:
            before = known.get(
                row.person_code, ProfileUser(row.person_name, row.person_code, 0, row.at, row.person_email)
            )
            known[row.person_code] = before._replace(calls=before.calls + row.calls)
    return ProfileUsers(list(known.values()), len(found))
