"""Deletes API Profiles: off first, then the rows, then the secret. What is broken off is finished by deleting it again."""

from __future__ import annotations

import uuid

from affino_mcp.clock import Clock, format_iso
from affino_mcp.errors import AffinoError
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import profile_secret_name
from affino_mcp.gate.profiles.profile_form import fold_profile_name, is_possible_name
from affino_mcp.gate.profiles.switch import switch_profile
from affino_mcp.settings import Settings
from affino_mcp.store.commit import commit_to
from affino_mcp.store.faults import StoreUnavailable, TransactionFailed
from affino_mcp.store.ops import Database, Delete, Item, Put, WriteOp, all_of, equals
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.store.secrets import SecretStore
from affino_mcp.tool_errors import Conflict, NotFound
from affino_mcp.value_class import value_class


@value_class
class DeletedProfile:
    """What is kept of a deleted profile, beside its rows of the API Log; `at` is ISO 8601."""

    key: str
    name: str
    at: str

    @classmethod
    def from_row(cls, row: Item) -> DeletedProfile:
        """Makes it from one of its two rows."""
        return cls(row["key"], row["name"], row["at"])


class DeletionUnfinished(AffinoError):
    """The stores stopped answering while a profile was being deleted."""

    type = "unfinished"
    status = 503
    text = "The service's storage stopped answering: the profile may be off, or gone while its secret is still stored."

    def __init__(self) -> None:
        super().__init__(next="Delete it again; that goes on where this ended.")


class ProfileDeletion:
    """Deletes profiles, and knows the deleted ones."""

    def __init__(self, db: Database, secrets: SecretStore, settings: Settings, clock: Clock) -> None:
        self._db, self._secrets, self._settings, self._clock = db, secrets, settings, clock
        self._table, self._commit = settings.gate_table, commit_to(db)

    def find_deleted(self, key_or_name: str) -> DeletedProfile | None:
        """Gives the deleted profile of this key, or the last deleted one of this name; None when there is none."""
        if not is_possible_name(key_or_name):
            return None
        keys = (
            row_keys.deleted_profile_key(key_or_name),
            row_keys.deleted_profile_name_key(fold_profile_name(key_or_name)),
        )
        found = self._db.get_many(self._table, keys)
        return next((DeletedProfile.from_row(found[key]) for key in keys if key in found), None)

    def delete(self, key: str) -> DeletedProfile:
        """Deletes the profile of this key for good, or finishes a deletion that was broken off.

        A call that begins after this has returned gets the answer of an unknown key. Raises NotFound, Conflict (somebody
        switched it on meanwhile), DeletionUnfinished.
        """
        try:
            gone = retry_on_conflict(lambda: self._remove_rows(key))
            self._secrets.remove(profile_secret_name(self._settings.secrets_prefix, key))
        except StoreUnavailable as error:
            raise DeletionUnfinished from error
        return gone

    def _remove_rows(self, key: str) -> DeletedProfile:
        row = self._db.get(self._table, row_keys.profile_key(key))
        if row is None:
            return self._require_deleted(key)
        if row["enabled"]:
            switch_profile(self._table, key, self._commit, enabled=False)
        gone = DeletedProfile(key, row["name"], format_iso(self._clock()))
        try:
            self._db.transact(self._build_removal(row, gone), str(uuid.uuid4()))
        except TransactionFailed as failed:
            if 0 in failed.failed:
                raise Conflict(
                    "Somebody changed this API Profile meanwhile. Look at it before deleting it."
                ) from failed
            raise
        return gone

    def _require_deleted(self, key: str) -> DeletedProfile:
        row = self._db.get(self._table, row_keys.deleted_profile_key(key))
        if row is None:
            raise NotFound("key", "API Profile")
        return DeletedProfile.from_row(row)

    def _build_removal(self, row: Item, gone: DeletedProfile) -> list[WriteOp]:
        folded = fold_profile_name(gone.name)
        kept, name_place = vars(gone), row_keys.profile_name_key(folded)
        unchanged = all_of(equals("enabled", value=False), equals("version", row["version"]))
        ops: list[WriteOp] = [Delete(self._table, row_keys.profile_key(gone.key), unchanged)]
        places = row_keys.deleted_profile_key(gone.key), row_keys.deleted_profile_name_key(folded)
        ops += [Put(self._table, place._asdict() | kept) for place in places]
        held = self._db.get(self._table, name_place)
        return [*ops, Delete(self._table, name_place)] if held and held["key"] == gone.key else ops
