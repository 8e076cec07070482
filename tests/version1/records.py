"""What the instance holds, and the count of what was written."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.version1.fields import ACCOUNT_FIELDS, USER_FIELDS, Field, check_values
from tests.version1.habits import Json
from tests.version1.replies import Failure


@dataclass
class Record:
    """One account or user: its own values, and when it was last created or changed."""

    code: int
    values: Json
    changed: datetime


@dataclass
class Shelf:
    """All records of one kind, by code."""

    noun: str
    key: str
    fields: dict[str, Field]
    listed: tuple[str, ...]
    searched: tuple[str, ...]
    next_code: int
    rows: dict[int, Record] = field(default_factory=dict)

    def find(self, code: int, missing: int = 404) -> Record:
        """The record of this code. Raises Failure with the status `missing`."""
        if code not in self.rows:
            raise Failure(missing, -1, f"{self.noun} not found.")
        return self.rows[code]

    def list_after(self, start: int, words: str, since: datetime | None) -> Iterator[Record]:
        """In the order of codes, the records that have these words in a searched field and were changed after `since`."""
        for code in sorted(self.rows):
            record = self.rows[code]
            texts = (str(record.values.get(name, "")).lower() for name in self.searched)
            if (
                code > start
                and any(words.lower() in text for text in texts)
                and (since is None or record.changed > since)
            ):
                yield record


@dataclass(frozen=True)
class Link:
    """A user's place at an account."""

    code: int
    account: int
    user: int
    left: int


@dataclass(frozen=True)
class Write:
    """One change that was made, in the order of making. `kind` is such as "create account"."""

    kind: str
    code: int
    api_key: str
    values: Json


@dataclass
class Records:
    """Everything that the instance holds. `writes` has each change once: a double shows there."""

    clock: Callable[[], datetime]
    accounts: Shelf = field(
        default_factory=lambda: Shelf(
            "Account", "AccountCode", ACCOUNT_FIELDS, ("ExternalID", "Name"), ("Name",), next_code=60
        )
    )
    users: Shelf = field(
        default_factory=lambda: Shelf(
            "User",
            "UserCode",
            USER_FIELDS,
            ("ExternalID", "FirstName", "LastName", "PrimaryEmail"),
            ("FirstName", "LastName", "PrimaryEmail"),
            next_code=10500,
        )
    )
    links: dict[int, Link] = field(default_factory=dict)
    next_link: int = 1
    permissions: dict[int, str] = field(default_factory=dict)
    consents: set[tuple[int, int]] = field(default_factory=set)
    lists: dict[int, str] = field(default_factory=dict)
    subscriptions: dict[tuple[int, int], datetime] = field(default_factory=dict)
    unsubscribes: dict[tuple[int, int], datetime] = field(default_factory=dict)
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    unknown_names: set[str] = field(default_factory=set)

    def count_writes(self) -> Counter[str]:
        """How often each kind of change was made."""
        return Counter(write.kind for write in self.writes)

    def note(self, kind: str, code: int, key: str, values: Json | None = None) -> None:
        """Counts one change."""
        self.writes.append(Write(kind, code, key, dict(values or {})))

    def create(self, shelf: Shelf, values: Json, key: str) -> int:
        """Makes a record; gives its code."""
        known, unknown = check_values(shelf.fields, values, new=True)
        self._check_account_codes(shelf, known)
        self.unknown_names |= unknown
        code, shelf.next_code = shelf.next_code, shelf.next_code + 1
        started: Json = (
            {"Active": 1} if shelf is self.accounts else {"UIDString": str(uuid.uuid5(uuid.NAMESPACE_OID, str(code)))}
        )
        shelf.rows[code] = Record(code, started | known, self.clock())
        self.note(f"create {shelf.noun.lower()}", code, key, values)
        return code

    def update(self, shelf: Shelf, record: Record, values: Json, key: str) -> None:
        """Changes what the values name and nothing else."""
        known, unknown = check_values(shelf.fields, values, new=False)
        self._check_account_codes(shelf, known)
        self.unknown_names |= unknown
        record.values |= known
        record.changed = self.clock()
        self.note(f"update {shelf.noun.lower()}", record.code, key, values)

    def delete(self, shelf: Shelf, record: Record, key: str) -> None:
        """Removes a record, and the links, consents and subscriptions that are nothing without it."""
        del shelf.rows[record.code]
        for code, link in list(self.links.items()):
            if record.code == (link.account if shelf is self.accounts else link.user):
                del self.links[code]
        if shelf is self.users:
            self.consents = {consent for consent in self.consents if consent[0] != record.code}
            self.subscriptions = {pair: at for pair, at in self.subscriptions.items() if pair[0] != record.code}
        self.note(f"delete {shelf.noun.lower()}", record.code, key)

    def _check_account_codes(self, shelf: Shelf, known: Json) -> None:
        if shelf is not self.accounts:
            return
        for name, other in (("ParentCode", self.accounts), ("PrimaryContactCode", self.users)):
            if known.get(name) and known[name] not in other.rows:
                raise Failure(400, -1, f"{name} is invalid.")
