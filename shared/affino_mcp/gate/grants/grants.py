"""The grants of people to apps: lists them, and ends them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final, NamedTuple

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.deadline import Pace
from affino_mcp.gate.grants.grant_rows import Grant, end_grant_writes, with_present
from affino_mcp.gate.identity import grant_keys, row_keys
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.secret_status import is_accepted_secret
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.faults import StoreUnavailable, TransactionFailed
from affino_mcp.store.ops import Database, Key, Query, WriteOp
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.retry import retry_on_conflict

__all__ = ["Grant", "Grants"]

GRANTS_PER_READ: Final = 33
"""Grants that one batch read asks for, each with its last use and its person."""


class ListedGrant(NamedTuple):
    """A grant as a list names it, with its person."""

    name: str
    user_code: int

    @property
    def places(self) -> tuple[Key, Key, Key]:
        """The rows that tell everything of it: its own, its last use, its person's."""
        own = grant_keys.grant_key(self.name), row_keys.last_use_key(self.name)
        return *own, row_keys.person_key(self.user_code)


class Grants:
    """The grants of this instance. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def list_of_person(self, user_code: int) -> list[Grant]:
        """Gives the person's live grants with their last use, latest first; none from before a logout everywhere."""
        now = epoch_seconds(self._clock())
        listed = live_grants_of_person(self._db, self._table, user_code, now)
        return _latest_first(read_live_grants(self._db, self._table, listed, now))

    def list_of_profile(self, profile_key: str, most: int | None = None) -> list[Grant]:
        """Gives the live grants of all people to apps on this profile, as `list_of_person` does; at most so many."""
        now, listed = epoch_seconds(self._clock()), islice(self._grants_of_profile(profile_key), most)
        return _latest_first(read_live_grants(self._db, self._table, listed, now))

    def end(self, grant: str, commit: Commit | None = None) -> None:
        """Ends a grant with its tokens: the app's next call is refused. No error when it is ended already."""
        carry_out = commit or commit_to(self._db)
        retry_on_conflict(lambda: carry_out(self._end_writes(grant)))

    def end_read(self, grant: Grant) -> None:
        """Ends a live grant that has just been read; reads it again only when it has changed meanwhile."""
        try:
            commit_to(self._db)(end_grant_writes(self._table, grant, epoch_seconds(self._clock())))
        except TransactionFailed:
            self.end(grant.grant)

    def end_all_of_profile(self, profile_key: str, commit: Commit | None = None) -> int:
        """Ends all grants on a profile, each in a transaction of its own; gives their number."""
        found = list(self._grants_of_profile(profile_key))
        for grant, _ in found:
            self.end(grant, commit)
        return len(found)

    def end_outdated(self, profile: Profile) -> None:
        """Ends the grants that were given under a secret which the profile does not accept any more.

        The gate refuses their apps already; ended, they are in no list. What there is no time for, or no store, stays.
        """
        pace, now = Pace(), self._clock()
        with suppress(StoreUnavailable):
            for grant in self.list_of_profile(profile.key):
                if not is_accepted_secret(profile, grant.secret_digest, now) and pace.has_time():
                    with pace.piece():
                        self.end_read(grant)

    def _grants_of_profile(self, profile_key: str) -> Iterator[ListedGrant]:
        now = epoch_seconds(self._clock())
        listed = iterate_rows(self._db, Query(self._table, grant_keys.profile_grant_key(profile_key, "").pk))
        return (ListedGrant(row["sk"], row["user_code"]) for row in listed if row["expires"] > now)

    def _end_writes(self, grant: str) -> list[WriteOp]:
        row, now = self._db.get(self._table, grant_keys.grant_key(grant)), epoch_seconds(self._clock())
        found = Grant.from_row(row) if row else None
        return end_grant_writes(self._table, found, now) if found and found.is_live(now) else []


def live_grants_of_person(db: Database, table: str, user_code: int, now: int) -> list[ListedGrant]:
    """Gives the person's live grants by name, those that end first before the others."""
    place = grant_keys.person_grant_key(user_code, 0, "").pk
    links = iterate_rows(db, Query(table, place, span=grant_keys.live_grant_span(now)))
    names = (link["sk"].rpartition("#")[2] for link in links if not link.get("ended"))
    return [ListedGrant(name, user_code) for name in names]


def read_live_grants(db: Database, table: str, listed: Iterable[ListedGrant], now: int) -> list[Grant]:
    """Gives the live ones of these grants with their last use, in their order; none whose person was logged out since."""
    return [grant for grant in read_listed_grants(db, table, listed, now) if not grant.logged_out]


def read_listed_grants(db: Database, table: str, listed: Iterable[ListedGrant], now: int) -> list[Grant]:
    """Gives the live ones of these grants, and those whose person was logged out since."""
    wanted, found = list(listed), list[Grant]()
    for start in range(0, len(wanted), GRANTS_PER_READ):
        part = wanted[start : start + GRANTS_PER_READ]
        rows = db.get_many(table, list(dict.fromkeys(place for one in part for place in one.places)))
        for places in (one.places for one in part):
            row, use, person_row = (rows.get(place) for place in places)
            found += [with_present(Grant.from_row(row), use, person_row)] if row else []
    return [grant for grant in found if grant.is_live(now)]


def _latest_first(grants: Iterable[Grant]) -> list[Grant]:
    return sorted(grants, key=lambda grant: grant.created, reverse=True)
