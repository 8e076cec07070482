"""The people of this instance, for operators. A change updates the person's live sessions in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain

from affino_mcp.clock import Clock, epoch_seconds, format_iso
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.emails import fold_email, validate_address
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.identity.permissions import PERMISSIONS
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.security_groups import SecurityGroups, read_security_groups
from affino_mcp.gate.sessions.session_rows import Session, end_session_writes
from affino_mcp.gate.sessions.sessions import end_surplus_sessions, live_session_links
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.ops import Database, Delete, Item, Put, Query, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound
from affino_mcp.zones import find_zone, nearest_zones

__all__ = ["People", "Person"]

MAX_PERSON_NAME_CHARACTERS = 201
ADDRESS_TAKEN_TEXT = "A person with this e-mail address exists already."


class People:
    """Creates, finds, lists and changes people."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._commit = commit_to(db)

    def create(
        self,
        user_code: int,
        name: str,
        email: str,
        groups: Sequence[str] = (),
        rights: Mapping[str, str | None] | None = None,
        commit: Commit | None = None,
    ) -> Person:
        """Creates an active person; the instance allocates the code.

        Raises InvalidArgument (name, email, groups, rights) and Conflict (the e-mail address or the code is taken).
        """
        person = replace(self.draft_person(name, email, groups, rights), user_code=user_code)
        retry_on_conflict(lambda: self._insert_person(person, commit or self._commit))
        return person

    def draft_person(
        self, name: str, email: str, groups: Sequence[str] = (), rights: Mapping[str, str | None] | None = None
    ) -> Person:
        """Gives the person that `create` would store, without a code; raises InvalidArgument. Writes nothing."""
        draft = Person(0, tidy_entered_text("name", name), validate_address(email), tuple(groups), dict(rights or {}))
        person = _require_valid_person(draft, read_security_groups(self._db, self._table))
        _require_future_days({}, person.rights, self._clock().date())
        return person

    def get(self, user_code: int) -> Person | None:
        """Gives the person of this code, with the rights of their groups; None when there is none."""
        row, groups = self._read_person(user_code)
        return groups.grant(Person.from_json(row)) if row else None

    def find_by_email(self, email: str) -> Person | None:
        """Gives the person of this e-mail address, in any spelling of it; None when there is none."""
        user_code = self.find_user_code(email)
        return None if user_code is None else self.get(user_code)

    def find_user_code(self, email: str) -> int | None:
        """Gives the code of the person of this e-mail address, in any spelling of it; None when there is none."""
        row = self._db.get(self._table, row_keys.email_key(fold_email(email)))
        return row["user_code"] if row else None

    def list_people(self) -> list[Person]:
        """Gives all people, sorted by code, with the rights of their groups."""
        listed = iterate_rows(self._db, Query(self._table, row_keys.PERSON_LIST_PARTITION))
        keys = [row_keys.person_key(row["user_code"]) for row in listed]
        items = self._db.get_many(self._table, [row_keys.SECURITY_GROUPS_KEY, *keys])
        groups = SecurityGroups.from_row(items.get(row_keys.SECURITY_GROUPS_KEY))
        return [groups.grant(Person.from_json(items[key])) for key in keys if key in items]

    def change(
        self,
        user_code: int,
        *,
        name: str | None = None,
        email: str | None = None,
        groups: Sequence[str] | None = None,
        rights: Mapping[str, str | None] | None = None,
        active: bool | None = None,
        zone: str | None = None,
        seen: Person | None = None,
        log_out: bool = False,
        commit: Commit | None = None,
    ) -> Person:
        """Changes the given fields; the person's next call obeys the change. With `log_out` all sessions end with it.

        `seen` is the person that the operator looked at: Conflict if their groups or rights have changed since. An empty `zone`
        is the instance's. Raises NotFound, InvalidArgument (name, email, groups, rights, zone), Conflict (also: the address is
        taken), StoreUnavailable.
        """
        given = {
            "name": tidy_entered_text("name", name) if name is not None else None,
            "email": validate_address(email) if email is not None else None,
            "groups": tuple(groups) if groups is not None else None,
            "rights": dict(rights) if rights is not None else None,
            "active": active,
            "zone": zone.strip() if zone is not None else None,
        }
        changes = {field: value for field, value in given.items() if value is not None}
        return retry_on_conflict(
            lambda: self._write_changes(user_code, changes, seen, commit or self._commit, log_out=log_out)
        )

    def enable(self, user_code: int, commit: Commit | None = None) -> Person:
        """Enables the person; raises NotFound."""
        return self.change(user_code, active=True, commit=commit)

    def disable(self, user_code: int, commit: Commit | None = None) -> Person:
        """Disables the person: calls in their name are refused from the next one on. Raises NotFound."""
        return self.change(user_code, active=False, commit=commit)

    def _insert_person(self, person: Person, commit: Commit) -> None:
        row = {"version": 1, "logins": 0, "epoch": 0, "created": format_iso(self._clock()), **person.to_json()}
        address = row_keys.email_key(fold_email(person.email))._asdict() | {"user_code": person.user_code}
        ops = [
            Put(self._table, row_keys.person_key(person.user_code)._asdict() | row, absent()),
            Put(self._table, _list_entry(person), absent()),
            Put(self._table, address, absent()),
        ]
        try:
            commit(ops)
        except TransactionFailed as failed:
            _raise_conflict(failed)

    def _write_changes(
        self, user_code: int, changes: Mapping[str, object], seen: Person | None, commit: Commit, *, log_out: bool
    ) -> Person:
        row, groups = self._read_person(user_code)
        if row is None:
            raise NotFound("user_code", "person")
        before = groups.grant(Person.from_json(row))
        if seen is not None and (seen.rights, seen.groups) != (before.rights, before.groups):
            raise Conflict("This person's rights were changed meanwhile. Look at them again before changing them.")
        person = _require_valid_person(replace(before, **changes), groups, before.groups)  # type: ignore[arg-type]
        _require_future_days(before.rights, person.rights, self._clock().date())
        update, now = self._person_update(row, person), epoch_seconds(self._clock())
        found = live_session_links(self._db, self._table, user_code, now)
        live = end_surplus_sessions(self._db, self._table, user_code, found, now)
        moves = self._address_writes(before, person)
        listed = [Put(self._table, _list_entry(person))] if _list_entry(person) != _list_entry(before) else []
        if log_out:
            update = replace(update, add={**update.add, "epoch": 1})
            ends = [end_session_writes(self._table, user_code, Session.from_row(link), now) for link in live]
            _commit_move(commit, [*moves, update, *listed, *chain.from_iterable(ends)], bool(moves))
        else:
            _commit_move(commit, [*moves, update, *listed, *self._session_updates(person, live)], bool(moves))
        return person

    def _address_writes(self, before: Person, after: Person) -> list[WriteOp]:
        """The writes that give the person another address, the new one first; none for another spelling of the same."""
        old, new = fold_email(before.email), fold_email(after.email)
        if old == new:
            return []
        place = row_keys.email_key(new)._asdict() | {"user_code": after.user_code}
        return [Put(self._table, place, absent()), Delete(self._table, row_keys.email_key(old))]

    def _read_person(self, user_code: int) -> tuple[Item | None, SecurityGroups]:
        place, beside = row_keys.person_key(user_code), row_keys.SECURITY_GROUPS_KEY
        rows = self._db.get_many(self._table, [place, beside])
        return rows.get(place), SecurityGroups.from_row(rows.get(beside))

    def _person_update(self, row: Item, person: Person) -> Update:
        # The condition on `logins` detects a login between the read and this write, which would keep the old rights.
        seen = all_of(equals("version", row["version"]), equals("logins", row["logins"]))
        key = row_keys.person_key(person.user_code)
        return Update(self._table, key, assign=person.to_json(), add={"version": 1}, condition=seen)

    def _session_updates(self, person: Person, live: Sequence[Item]) -> list[WriteOp]:
        places = [row_keys.session_key(link["digest"]) for link in live]
        return [Update(self._table, key, assign={"person": person.to_json()}, condition=exists()) for key in places]


def _list_entry(person: Person) -> Item:
    """The row that lists the person, with what searches for people look at."""
    names = {"name": person.name, "email": person.email}
    return {**row_keys.person_code_key(person.user_code)._asdict(), "user_code": person.user_code, **names}


def _commit_move(commit: Commit, ops: Sequence[WriteOp], is_move: bool) -> None:
    """Commits a change; the first write of a move takes the new address. Raises Conflict when somebody has it."""
    try:
        commit(ops)
    except TransactionFailed as failed:
        if is_move and 0 in failed.failed:
            raise Conflict(ADDRESS_TAKEN_TEXT, argument="email") from failed
        raise


def _raise_conflict(failed: TransactionFailed) -> None:
    if 2 in failed.failed:
        raise Conflict(ADDRESS_TAKEN_TEXT, argument="email") from failed
    if failed.failed:
        raise Conflict("A person with this code exists already.", argument="user_code") from failed
    raise failed


def _require_valid_person(person: Person, groups: SecurityGroups, had: Sequence[str] = ()) -> Person:
    """The person itself if it is valid; raises InvalidArgument (name, groups, rights, zone).

    Groups that the person `had` before stay, also when there is no such group any more: their names give nothing.
    """
    if not person.name or len(person.name) > MAX_PERSON_NAME_CHARACTERS:
        raise InvalidArgument("name", f"The name must be 1 to {MAX_PERSON_NAME_CHARACTERS} visible characters.")
    if not {*person.groups} <= groups.rights.keys() | {*had}:
        raise InvalidArgument("groups", "There is no such security group.", known=sorted(groups.rights))
    if not all(right in PERMISSIONS for right in person.rights):
        raise InvalidArgument("rights", "There is no such right.", known=sorted(PERMISSIONS))
    if not all(last is None or _is_day(last) for last in person.rights.values()):
        raise InvalidArgument("rights", "The last day of a right must be a date like 2026-12-31.")
    if person.zone and find_zone(person.zone) is None:
        raise InvalidArgument("zone", "There is no such time zone.", did_you_mean=nearest_zones(person.zone) or None)
    return person


def _require_future_days(before: Mapping[str, str | None], after: Mapping[str, str | None], today: date) -> None:
    """Raises InvalidArgument when a newly given right ends on a past day (UTC); rights from before may have ended."""
    given = [last for right, last in after.items() if before.get(right, "") != last]
    if any(last is not None and date.fromisoformat(last) < today for last in given):
        raise InvalidArgument("rights", f"This last day of a right is over. Today is {today} (UTC).")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
