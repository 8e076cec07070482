"""What housekeeping and operators ask of a system of record that no caller asks: its stored files, purges, erasure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    from affino_mcp.instance.elsewhere import CallCredentials


@value_class
class Operator:
    """The actor of an operator's call that no person of the instance makes, such as a command in a shell."""

    name: str = "Operator"
    user_code: int = 0
    groups: tuple[str, ...] = ()

    def has_right(self, right: str, at: datetime) -> bool:  # noqa: ARG002 (the Actor's form)
        """Always False: an operator holds no record rights, so this actor cannot act on records."""
        return False


class WriteOutcome(StrEnum):
    """What an instance says of a write: carried out; never to be carried out; not known, because it may still come."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    UNKNOWN = "unknown"


class SettledWrite(NamedTuple):
    """What became of a write, with its answer as far as it is kept, and the record (`family#code`) that it was about."""

    outcome: WriteOutcome
    answer: Mapping[str, Any] | None = None
    record: str = ""


class AskedWrite(NamedTuple):
    """A person's write on a profile that is asked about by its key; with the id of its `request`, that request's alone."""

    user_code: int
    profile: str
    key: str
    request: str = ""


class WriteSettler(Protocol):
    """The builtin instance, as it is asked what became of a write whose answer was lost."""

    def settle_write(self, asked: AskedWrite, at: datetime) -> SettledWrite:
        """What became of the write. Not carried out means never: a late one is refused. Raises StoreUnavailable."""


class OutcomeTeller(Protocol):
    """An instance elsewhere, as housekeeping asks it, which has no person's token."""

    def tell_outcome(self, asked: AskedWrite, credentials: CallCredentials) -> SettledWrite:
        """What became of the write, without its answer; UNKNOWN too when the instance does not answer."""


class Deletion(NamedTuple):
    """The deletion of a record (`family#code`) whose files are purged later: its day in UTC, and the version it made."""

    record: str
    version: int
    day: date


class FileNaming(StrEnum):
    """What the records say of a stored object.

    A record that has not been purged names it; its media item is known and none of its files names it; or no such media
    item has ever been in these records.
    """

    NAMED = "named"
    UNNAMED = "unnamed"
    UNKNOWN = "unknown"


class MediaUpkeep(Protocol):
    """The upkeep of a system of record's files. Every method may raise StoreUnavailable, and can be repeated."""

    def list_deletions(self, day: date, after: Deletion | None = None) -> Sequence[Deletion]:
        """Some deletions of a day that are not settled yet, in a fixed order, those that follow `after`; none at the end."""

    def purge_deletion(self, deletion: Deletion, at: datetime) -> Mapping[str, int]:
        """Purges what was deleted, unless it has been restored since, and settles the deletion; gives figures by a word.

        A deletion that is not settled now, because somebody changed the record at that moment, is still listed.
        """

    def find_naming(self, key: str) -> FileNaming:
        """Decides from the records whether one of them names the stored object of this key."""


class ErasureState(StrEnum):
    """What becomes of a contact that is to be erased."""

    PRESENT = "present"
    DELETED = "deleted"
    ERASED = "erased"


@value_class
class ErasurePlan:
    """A contact that is to be erased: its state, and by a word what there is to remove, and which records still name it.

    The records that name its code stay: their codes, to be looked at by whoever asked.
    """

    code: int
    title: str
    state: ErasureState
    removed: Mapping[str, int] = field(default_factory=dict)
    named_by: Mapping[str, Sequence[int]] = field(default_factory=dict)


class ContactErasure(Protocol):
    """Erases contacts for good. Raises NotFound for a code without a contact, Conflict for one that is still needed."""

    def plan(self, code: int) -> ErasurePlan:
        """Gives what an erasure would remove; changes nothing."""

    def erase(self, code: int, at: datetime) -> ErasurePlan:
        """Erases the contact and gives what was removed; goes on where an earlier erasure was broken off."""


class KnownContact(NamedTuple):
    """A contact with an e-mail address: its code and name, who made it and on which day (UTC), whether it is staff."""

    code: int
    name: str
    made_by: str
    made_on: str
    is_staff: bool


class StaffContacts(Protocol):
    """The contacts of people who can log in. Every method may raise StoreUnavailable, and can be repeated."""

    def find_contact(self, email: str) -> KnownContact | None:
        """Gives the contact with this e-mail address; None when there is none."""

    def enrol(self, name: str, email: str, at: datetime) -> int:
        """Makes the contact with this address a member of staff, or a new one; gives its code. Raises InvalidArgument."""

    def amend(self, code: int, name: str | None, email: str | None, at: datetime) -> None:
        """Gives the contact another name or address, where given. Raises Conflict when another contact has the address."""

    def mark_disabled(self, code: int, at: datetime, *, disabled: bool) -> None:
        """Marks the contact of somebody who has been disabled or enabled; nothing without a contact."""
