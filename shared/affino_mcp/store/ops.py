"""What can be asked of a key-value store, as plain data.

A row has a partition key `pk` and a sort key `sk` (both text). A request is built by pure code, compared as data in
tests, rendered for DynamoDB by `dynamodb.py` and carried out on dictionaries by `memory.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

Item = dict[str, Any]
"""A row: text, whole numbers, booleans, None, lists and dictionaries of those."""

LONGEST_PARTITION, LONGEST_SORT = 2048, 1024
"""DynamoDB's limits for the two parts of a key, in bytes; it refuses longer ones in reads as in writes."""


class Key(NamedTuple):
    """The address of a row."""

    pk: str
    sk: str


MAX_BATCH_KEYS = 100
"""DynamoDB's limit for the keys of one batch read."""


def batches(keys: Sequence[Key]) -> list[list[Key]]:
    """The different keys in their order, in parts that one batch read may ask for."""
    wanted = list(dict.fromkeys(keys))
    return [wanted[start : start + MAX_BATCH_KEYS] for start in range(0, len(wanted), MAX_BATCH_KEYS)]


@dataclass(frozen=True)
class Absent:
    """The row has no attribute of this name (on `pk`: the row does not exist)."""

    name: str


@dataclass(frozen=True)
class Compare:
    """The attribute exists and stands in this relation (`=`, `<`, `<=`, `>`, `>=`) to the value."""

    name: str
    sign: str
    value: Any


@dataclass(frozen=True)
class Contains:
    """The attribute is a list that holds the value."""

    name: str
    value: Any


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Absent | Compare | Contains | All | Some


def absent(name: str = "pk") -> Condition:
    """No such attribute; without a name: no such row."""
    return Absent(name)


def exists() -> Condition:
    """The row is there."""
    return Compare("pk", ">", " ")


def equals(name: str, value: Any) -> Condition:
    """The attribute has exactly this value."""
    return Compare(name, "=", value)


def all_of(*parts: Condition) -> Condition:
    """Every part holds."""
    return All(parts)


def any_of(*parts: Condition) -> Condition:
    """At least one part holds."""
    return Some(parts)


@dataclass(frozen=True)
class Put:
    """Write a whole row."""

    table: str
    item: Item
    condition: Condition | None = None


@dataclass(frozen=True)
class Update:
    """Change attributes of a row, creating it when absent: `assign` sets, `add` counts up, `remove` drops."""

    table: str
    key: Key
    assign: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()
    condition: Condition | None = None


@dataclass(frozen=True)
class Delete:
    """Remove a row; no error when it is not there."""

    table: str
    key: Key
    condition: Condition | None = None


@dataclass(frozen=True)
class Check:
    """In a transaction: the whole transaction fails unless the condition holds on this row."""

    table: str
    key: Key
    condition: Condition


WriteOp = Put | Update | Delete | Check


def key_of(op: WriteOp) -> Key:
    """The address of the row that an operation writes or checks."""
    return Key(op.item["pk"], op.item["sk"]) if isinstance(op, Put) else op.key


@dataclass(frozen=True)
class Span:
    """A range of the sort attribute: `prefix`, or `low` to `high` inclusive (either may be missing)."""

    prefix: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing can lie in the range: it ends before it begins."""
        return self.low is not None and self.high is not None and self.low > self.high


@dataclass(frozen=True)
class Query:
    """Rows of one partition in order. `index` None is the table itself; `sort` names the index's sort attribute.

    `start` is a `Page.next` of an earlier answer. `where` drops rows after they were read (they still cost a read).
    """

    table: str
    partition: str
    index: str | None = None
    partition_name: str = "pk"
    sort: str = "sk"
    span: Span = Span()
    forward: bool = True
    limit: int = 100
    start: Item | None = None
    where: Condition | None = None
    consistent: bool = True


@dataclass(frozen=True)
class Page:
    """Rows of a query; `next` is where to go on, None at the end."""

    items: list[Item]
    next: Item | None = None


class StoreUnavailable(Exception):
    """The store did not answer, refused, or throttled: whether a write happened may be unknown."""


class ConditionFailed(Exception):
    """The row is not as demanded; `item` is the row as it stands, or None when there is none."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


class TransactionFailed(Exception):
    """Nothing was written. `failed` maps the position of each failed operation to the row as it stands (or None).

    An empty `failed` means a clash with another transaction: try again.
    """

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__("transaction failed")
        self.failed = dict(failed)


class Database(Protocol):
    """Rows in tables. Every method may raise StoreUnavailable."""

    def get(self, table: str, key: Key) -> Item | None:
        """The row, strongly consistent; None when absent."""

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """The rows that exist among any number of keys, strongly consistent; one read for every 100 keys."""

    def put(self, op: Put) -> None:
        """Write a row; raises ConditionFailed."""

    def update(self, op: Update) -> Item:
        """Change a row and answer it as it now is; raises ConditionFailed."""

    def delete(self, op: Delete) -> None:
        """Remove a row; raises ConditionFailed."""

    def query(self, op: Query) -> Page:
        """One page of rows in order; `where` may not name the keys that the query goes by."""

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """All or nothing, at most 100 operations, one for each row; the same token twice is carried out once.

        Raises TransactionFailed.
        """
