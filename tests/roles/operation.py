"""A function's request to a store, as the record of the tests keeps it: what kind of row or object, and never which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from affino_mcp.store.ops import AllHold, AnyHolds, Condition, Put, Update, WriteOp, write_key
from tests.roles.policy_evaluation import PolicyRequest

_ACCOUNT: Final = "eu-west-1:123456789012"
_ARN_PREFIXES: Final = {
    "dynamodb": f"arn:aws:dynamodb:{_ACCOUNT}:table/",
    "kms": f"arn:aws:kms:{_ACCOUNT}:key/",
    "s3": "arn:aws:s3:::",
    "sns": f"arn:aws:sns:{_ACCOUNT}:",
    "secretsmanager": f"arn:aws:secretsmanager:{_ACCOUNT}:secret:affino-mcp/affino/",
}
_TWO_PARTS: Final = frozenset({"C", "F", "GUARD", "U"})
"""The first parts of the partition keys whose kind is named by the second part too, when a third one follows."""
_NAMED: Final = frozenset({"H", "N"})
"""The first parts of the partition keys whose kind is always named by the second part too."""
_FACET: Final = re.compile(r"[a-z_]+=|all$")
ATTRIBUTE_ACTIONS: Final = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem"})
"""The actions of which the record keeps the attributes."""
ATTRIBUTE_KINDS: Final = frozenset({("GateTable", "PERSON#*")})
"""The tables and kinds of rows of which the record keeps the attributes that are written, because conditions name them."""


@lru_cache(maxsize=20_000)
def kind_of_key(partition: str) -> str:
    """Gives the kind of a partition key: `contacts#7` is `contacts#*`, `F#articles#section=3` is `F#articles#section=*`."""
    parts = partition.split("#")
    if len(parts) == 1:
        return partition if partition.isalpha() else "*"
    if parts[0] in _NAMED and len(parts) == 2:
        return partition
    if parts[0] == "F" and len(parts) > 2 and (facet := _FACET.match(parts[2])):
        return f"F#{parts[1]}#{facet[0]}" + ("*" if facet[0].endswith("=") else "")
    return "#".join(parts[: 2 if parts[0] in _TWO_PARTS | _NAMED and len(parts) > 2 else 1]) + "#*"


@dataclass(frozen=True, order=True)
class Operation:
    """One kind of request of a function in a kind of stack.

    `place` is the table, index, folder, secret or key, named as in the template; `keys` are the partition keys, or the prefix of
    a listing; `attributes` are those named by a write, and header fields that a bucket's policy asks for.
    """

    stack: str
    function: str
    action: str
    place: str
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @classmethod
    def read(cls, line: str) -> Operation:
        """Reads the line that `str` gives of an operation."""
        stack, function, action, place, keys, attributes = ("" if each == "-" else each for each in line.split("\t"))
        return cls(stack, function, action, place, _parts(keys, "|"), _parts(attributes, ","))

    def generalise(self) -> Operation:
        """Gives the operation with the kinds of its keys instead of the keys."""
        if not self.action.startswith("dynamodb:"):
            return self
        kinds = tuple(sorted({kind_of_key(key) for key in self.keys}))
        kept = (
            self.attributes
            if self.action in ATTRIBUTE_ACTIONS and any((self.place, kind) in ATTRIBUTE_KINDS for kind in kinds)
            else ()
        )
        return Operation(self.stack, self.function, self.action, self.place, kinds, kept)

    def split(self) -> Iterator[Operation]:
        """Gives an operation for each key: which kinds of rows are read together depends on the records that a test made."""
        for key in self.keys or ("",):
            yield replace(self, keys=(key,) if key else ())

    def without_keys(self) -> Operation:
        """Gives the operation for any kind of row, with any attributes."""
        return replace(self, keys=(), attributes=())

    def to_request(self) -> PolicyRequest:
        """Gives the request as IAM sees it."""
        service = self.action.partition(":")[0]
        return PolicyRequest(self.action, f"{_ARN_PREFIXES[service]}{self.place}", dict(self._context()))

    def _context(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        yield "aws:SecureTransport", ("true",)
        if self.action.startswith("dynamodb:"):
            yield from {"dynamodb:LeadingKeys": self.keys, "dynamodb:Attributes": self.attributes}.items()
        elif self.action == "s3:ListBucket":
            yield "s3:prefix", self.keys
        elif "if-none-match" in self.attributes:
            yield "s3:if-none-match", ("*",)

    def __str__(self) -> str:
        fields = (self.stack, self.function, self.action, self.place, "|".join(self.keys), ",".join(self.attributes))
        return "\t".join(each or "-" for each in fields)


def named_attributes(op: WriteOp) -> tuple[str, ...]:
    """Gives the names of the attributes that a write names: those of its key, its values and its condition."""
    names = set(write_key(op)._asdict()) | set(_condition_names(op.condition))
    match op:
        case Put():
            names |= set(op.item)
        case Update():
            names |= {*op.assign, *op.add, *op.remove}
    return tuple(sorted(names))


def _condition_names(condition: Condition | None) -> Iterable[str]:
    match condition:
        case None:
            return
        case AllHold(parts) | AnyHolds(parts):
            for part in parts:
                yield from _condition_names(part)
        case single:
            yield single.name


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(text.split(separator)) if text else ()
