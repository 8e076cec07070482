"""Operators' changes of API Profiles: first a new version of the secret is written, then the row switches over to it.

The switch-over fails if the row no longer names the version that the operator saw: nobody's change is overwritten unseen.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from affino_mcp.catalogue.capability import Access, Capability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.clock import Clock, epoch_microseconds, format_iso
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.entered_texts import tidy_entered_text
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile, ProfileReader, ProfileState, profile_secret_name
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits, fold_profile_name, require_valid_profile
from affino_mcp.gate.profiles.profile_names import listed_attributes
from affino_mcp.gate.profiles.rate_limit import RateLimit, default_burst, follow_rate
from affino_mcp.gate.profiles.switch import switch_profile
from affino_mcp.gate.profiles.terms_check import check_terms
from affino_mcp.settings import DEFAULT_CALLS_PER_MINUTE, Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.ops import Database, Delete, Item, Put, Query, Update, WriteOp, absent, all_of, equals
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.store.secrets import SecretStore
from affino_mcp.tool_errors import Conflict, NotFound

KEY_CHARACTERS, SECRET_CHARACTERS = 16, 40
MAX_SWITCH_ATTEMPTS = 60
"""High, because a change of the limit succeeds only between two calls of a profile that may be busy."""
FamilyAccess = Mapping[str, frozenset[Access]]


class Profiles:
    """Creates, lists and changes the API Profiles of this instance; `draw` gives that many random letters and digits."""

    def __init__(
        self,
        db: Database,
        secrets: SecretStore,
        settings: Settings,
        clock: Clock,
        draw: Callable[[int], str] = draw_letters_and_digits,
    ) -> None:
        self._db, self._secrets, self._settings, self._clock, self._draw = db, secrets, settings, clock, draw
        self._table = settings.gate_table
        self._reader, self._commit = ProfileReader(db, secrets, settings), commit_to(db)

    def create(
        self,
        name: str,
        families: FamilyAccess,
        rate: int | None = None,
        burst: int | None = None,
        notes: str = "",
        commit: Commit | None = None,
        terms: AdmissionTerms | None = None,
        mode: ListMode = ListMode.FULL,
        **options: bool,
    ) -> Profile:
        """Creates an enabled profile with key and secret; without `rate`, with the default rate.

        `options` as in OPTIONS; `commit` carries out the last step. Raises InvalidArgument (name, families, rate, burst,
        notes, and the terms' fields) and Conflict (the name is taken).
        """
        now, chosen = format_iso(self._clock()), DEFAULT_CALLS_PER_MINUTE if rate is None else rate
        profile = Profile(
            key=self._draw(KEY_CHARACTERS),
            secret=self._draw(SECRET_CHARACTERS),
            version=str(uuid.uuid4()),
            name=tidy_entered_text("name", name),
            capability=_with_families(Capability(), families),
            rate=chosen,
            burst=default_burst(chosen) if burst is None else burst,
            notes=tidy_entered_text("notes", notes, lines=True),
            created=now,
            updated=now,
            terms=check_terms(self._db, self._table, terms or AdmissionTerms(), AdmissionTerms(), self._clock().date()),
        )
        profile = require_valid_profile(replace(profile, mode=mode, **options))  # type: ignore[arg-type]
        self._require_free_name(profile.name)
        self._write_secret(profile)
        retry_on_conflict(lambda: self._insert_rows(profile, commit or self._commit))
        return profile

    def get(self, key: str) -> ProfileState:
        """Gives the profile's current state; raises NotFound."""
        state = self._reader.read_current(key)
        if state is None:
            raise NotFound("key", "API Profile")
        return state

    def read_version(self, key: str, version: str) -> Profile:
        """Gives exactly this version of the profile; raises StoreUnavailable."""
        return self._reader.read_version(key, version)

    def list_profiles(self) -> list[ProfileState]:
        """Gives all profiles, sorted by name."""
        keys = [row["key"] for row in iterate_rows(self._db, Query(self._table, row_keys.PROFILE_LIST_PARTITION))]
        found = [self._reader.read_current(key) for key in keys]
        return [state for state in found if state is not None]

    def change(
        self,
        key: str,
        *,
        name: str | None = None,
        families: FamilyAccess | None = None,
        rate: int | None = None,
        burst: int | None = None,
        notes: str | None = None,
        terms: AdmissionTerms | None = None,
        mode: ListMode | None = None,
        seen: str | None = None,
        commit: Commit | None = None,
        **options: bool | None,
    ) -> Profile:
        """Changes the given fields. `families` replaces the access of the families it names and leaves the others.

        `options` are those of OPTIONS. `terms` replace all terms. `seen` is the version that the operator looked at; Conflict if
        it is not the current one. A burst that is the old rate's default becomes the new rate's. `commit` puts the change in
        force. Raises NotFound, InvalidArgument (name, families, rate, burst, notes, and the terms' fields), Conflict.
        """
        old = self.get(key).profile
        given: dict[str, Any] = {"rate": rate, "burst": burst, "mode": mode, **options}
        given["terms"] = check_terms(self._db, self._table, terms, old.terms, self._clock().date()) if terms else None
        given["name"] = tidy_entered_text("name", name) if name else name
        given["notes"] = tidy_entered_text("notes", notes, lines=True) if notes else notes
        if rate is not None and burst is None:
            given["burst"] = follow_rate(old.burst, old.rate, rate)
        changes = {field: value for field, value in given.items() if value is not None}
        changes["capability"] = _with_families(old.capability, families or {})
        return self._write_new_version(old, seen, changes, commit)

    def regenerate_secret(
        self, key: str, *, seen: str | None = None, overlap: timedelta = timedelta(), commit: Commit | None = None
    ) -> Profile:
        """Gives the profile a new secret.

        The old one is refused from the next call on, or after the overlap (at most 7 days). Only one previous secret is
        kept: the overlap of an earlier one ends. Raises NotFound, InvalidArgument (overlap), Conflict.
        """
        old = self.get(key).profile
        former = PreviousSecret.from_secret(old.secret, self._clock(), overlap)
        changes = {"secret": self._draw(SECRET_CHARACTERS), "former": former}
        return self._write_new_version(old, seen, changes, commit)

    def end_overlap(self, key: str, *, seen: str | None = None, commit: Commit | None = None) -> Profile:
        """Ends the overlap: the previous secret is refused from the next call on.

        Raises NotFound, Conflict (no overlap, `seen`).
        """
        old, now = self.get(key).profile, self._clock()
        if old.former is None or not old.former.is_accepted(now):
            raise Conflict("No former secret is accepted any more; there is no overlap to end.")
        return self._write_new_version(old, seen, {"former": old.former.end_overlap(now)}, commit)

    def enable(self, key: str, commit: Commit | None = None) -> None:
        """Enables the profile; see `switch_profile`."""
        switch_profile(self._table, key, commit or self._commit, enabled=True)

    def disable(self, key: str, commit: Commit | None = None) -> None:
        """Disables the profile; see `switch_profile`."""
        switch_profile(self._table, key, commit or self._commit, enabled=False)

    def _write_new_version(
        self, old: Profile, seen: str | None, changes: Mapping[str, Any], commit: Commit | None
    ) -> Profile:
        if seen is not None and seen != old.version:
            raise _changed_meanwhile()
        now = self._clock()
        fresh: dict[str, Any] = {"version": str(uuid.uuid4()), "updated": format_iso(now)}
        fresh |= {"former": old.former.drop_expired_secret(now)} if old.former and "former" not in changes else {}
        new = require_valid_profile(replace(old, **changes, **fresh))
        if fold_profile_name(new.name) != fold_profile_name(old.name):
            self._require_free_name(new.name)
        self._write_secret(new)
        retry_on_conflict(lambda: self._switch_over(old, new, commit or self._commit), MAX_SWITCH_ATTEMPTS)
        return new

    def _write_secret(self, profile: Profile) -> None:
        name = profile_secret_name(self._settings.secrets_prefix, profile.key)
        self._secrets.write(name, profile.version, profile.to_document())

    def _require_free_name(self, name: str) -> None:
        # Checked before the secret is written; the transaction's condition is what makes names unique.
        if self._db.get(self._table, row_keys.profile_name_key(fold_profile_name(name))) is not None:
            raise _name_taken()

    def _insert_rows(self, profile: Profile, commit: Commit) -> None:
        row = {"enabled": True, "version": profile.version, "tat": 0, "created": profile.created}
        put = Put(self._table, row_keys.profile_key(profile.key)._asdict() | listed_attributes(profile) | row, absent())
        _write_rows([put, self._name_put(profile)], commit)

    def _name_put(self, profile: Profile) -> Put:
        place = row_keys.profile_name_key(fold_profile_name(profile.name))._asdict()
        return Put(self._table, place | {"key": profile.key, "name": profile.name}, absent())

    def _switch_over(self, old: Profile, new: Profile, commit: Commit) -> None:
        row = self._db.get(self._table, row_keys.profile_key(old.key))
        if row is None:  # deleted meanwhile: the secret that was just written must not outlive it
            self._secrets.remove(profile_secret_name(self._settings.secrets_prefix, old.key))
            raise NotFound("key", "API Profile")
        if row["version"] != old.version:
            raise _changed_meanwhile()
        ops: list[WriteOp] = [self._version_update(row, old, new)]
        if fold_profile_name(new.name) != fold_profile_name(old.name):
            ops.append(self._name_put(new))
            place = row_keys.profile_name_key(fold_profile_name(old.name))
            held = self._db.get(self._table, place)  # of another profile, if the name is from before `remove_unseen`
            ops += [Delete(self._table, place)] if held and held["key"] == old.key else []
        _write_rows(ops, commit)

    def _version_update(self, row: Item, old: Profile, new: Profile) -> Update:
        assign: dict[str, Any] = {"version": new.version, **listed_attributes(new)}
        seen = equals("version", old.version)
        if (old.rate, old.burst) != (new.rate, new.burst):
            limits = RateLimit(old.rate, old.burst), RateLimit(new.rate, new.burst)
            assign["tat"] = limits[0].convert_bucket(row["tat"], epoch_microseconds(self._clock()), limits[1])
            seen = all_of(seen, equals("tat", row["tat"]))
        return Update(self._table, row_keys.profile_key(old.key), assign=assign, condition=seen)


def _write_rows(ops: list[WriteOp], commit: Commit) -> None:
    try:
        commit(ops)
    except TransactionFailed as failed:
        if 1 in failed.failed:
            raise _name_taken() from failed
        raise


def _with_families(capability: Capability, families: FamilyAccess) -> Capability:
    return Capability({name: access for name, access in {**capability.families, **families}.items() if access})


def _name_taken() -> Conflict:
    return Conflict("An API Profile with this name exists already.", argument="name")


def _changed_meanwhile() -> Conflict:
    return Conflict("This API Profile has been changed meanwhile. Look at it again before changing it.")
