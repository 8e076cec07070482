"""The operations of a key-value store, as plain data, and the port that carries them out.

A row has a partition key `pk` and a sort key `sk` (both text). Pure code builds an operation; tests compare it as data;
`dynamodb.py` renders it for DynamoDB, `testing/memory_database.py` carries it out on dictionaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple, Protocol

from affino_mcp.value_class import value_class

Item = dict[str, Any]
"""A row: texts, whole numbers, booleans, None, and lists and dictionaries of those."""

MAX_PARTITION_BYTES, MAX_SORT_BYTES = 2048, 1024
"""DynamoDB's limits for the two parts of a key, in bytes; it rejects longer ones in reads and in writes."""


class Key(NamedTuple):
    """The key of a row."""

    pk: str
    sk: str


MAX_BATCH_KEYS = 100
"""DynamoDB's limit for the keys of one batch read."""


def split_batches(keys: Sequence[Key]) -> list[list[Key]]:
    """The different keys in their order, in parts that one batch read may ask for."""
    wanted = list(dict.fromkeys(keys))
    return [wanted[start : start + MAX_BATCH_KEYS] for start in range(0, len(wanted), MAX_BATCH_KEYS)]


@value_class
class Absent:
    """The row has no attribute of this name (on `pk`: the row does not exist)."""

    name: str


@value_class
class Compare:
    """The attribute exists and has this relation (`=`, `<`, `<=`, `>`, `>=`) to the value."""

    name: str
    sign: str
    value: Any


@value_class
class Contains:
    """The attribute is a list that holds the value."""

    name: str
    value: Any


@value_class
class AllHold:
    """Every part holds."""

    parts: tuple[Condition, ...]


@value_class
class AnyHolds:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Absent | Compare | Contains | AllHold | AnyHolds


def absent(name: str = "pk") -> Condition:
    """Gives the condition that the row has no such attribute; without a name: that there is no row."""
    return Absent(name)


def exists() -> Condition:
    """Gives the condition that the row exists."""
    return Compare("pk", ">", " ")


def equals(name: str, value: Any) -> Condition:
    """Gives the condition that the attribute has exactly this value."""
    return Compare(name, "=", value)


def all_of(*parts: Condition) -> Condition:
    """Gives the condition that every part holds."""
    return AllHold(parts)


def any_of(*parts: Condition) -> Condition:
    """Gives the condition that at least one part holds."""
    return AnyHolds(parts)


@value_class
class Put:
    """Writes a whole row."""

    table: str
    item: Item
    condition: Condition | None = None


@value_class
class Update:
    """Changes attributes of a row, creating it when absent: `assign` sets, `add` increments, `remove` removes."""

    table: str
    key: Key
    assign: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()
    condition: Condition | None = None


@value_class
class Delete:
    """Removes a row; no error when there is none."""

    table: str
    key: Key
    condition: Condition | None = None


@value_class
class Check:
    """In a transaction: the whole transaction fails unless the condition holds on this row."""

    table: str
    key: Key
    condition: Condition


WriteOp = Put | Update | Delete | Check


def write_key(op: WriteOp) -> Key:
    """Gives the key of the row that an operation writes or checks."""
    return Key(op.item["pk"], op.item["sk"]) if isinstance(op, Put) else op.key


@value_class
class SortSpan:
    """A range of the sort attribute: `prefix`, or `low` to `high` inclusive (either may be missing)."""

    prefix: str | None = None
    low: str | None = None
    high: str | None = None

    @property
    def is_empty(self) -> bool:
        """True if the range ends before it begins, so that it holds no row."""
        return self.low is not None and self.high is not None and self.low > self.high


@value_class
class Query:
    """A query of the rows of one partition, in order.

    `index` None is the table; `sort` names the index's sort attribute. `start` is the `next` of an earlier page.
    `where` filters rows after the read (filtered rows still cost a read).
    """

    table: str
    partition: str
    index: str | None = None
    partition_name: str = "pk"
    sort: str = "sk"
    span: SortSpan = SortSpan()
    forward: bool = True
    limit: int = 100
    start: Item | None = None
    where: Condition | None = None
    consistent: bool = True


@value_class
class QueryPage:
    """A page of a query's rows; `next` is the start of the next page, None at the end."""

    items: list[Item]
    next: Item | None = None


StartRead = Callable[[str, Sequence[Key]], Callable[[], dict[Key, Item]]]
"""Begins `Database.get_many` of at most 100 keys, and raises nothing; gives what waits for the rows, once, and raises as it does.

The caller may do something else meanwhile, such as asking the same database.
"""


class Database(Protocol):
    """Reads and writes rows in tables.

    Every method may raise StoreUnavailable and StoreRejected, every write also Unanswered and CollectionFull.
    """

    def get(self, table: str, key: Key) -> Item | None:
        """Gives the row, read strongly consistent; None when there is none."""

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """Gives the rows that exist among at most 100 different keys, read strongly consistent."""

    def put(self, op: Put) -> None:
        """Writes a row; raises ConditionFailed."""

    def update(self, op: Update) -> Item:
        """Changes a row and gives the row after the change; raises ConditionFailed."""

    def delete(self, op: Delete) -> None:
        """Removes a row; raises ConditionFailed."""

    def query(self, op: Query) -> QueryPage:
        """Gives one page of rows in order; `where` may not name the query's own key attributes."""

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """Carries out all operations or none: at most 100, one per row; the same token twice is carried out once.

        Raises TransactionFailed.
        """
