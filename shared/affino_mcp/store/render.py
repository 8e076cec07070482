"""Renders operations as DynamoDB's JSON and parses its answers, in pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from affino_mcp.store.ops import (
    Absent,
    All,
    Check,
    Compare,
    Condition,
    Contains,
    Delete,
    Item,
    Key,
    Put,
    Query,
    Some,
    Span,
    Update,
    WriteOp,
)

Wire = dict[str, Any]


def to_wire(value: Any) -> Wire:
    """Gives a value in DynamoDB's typed form; raises TypeError for a value that a row may not hold, such as a float."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list() | tuple():
            return {"L": [to_wire(part) for part in value]}
        case dict():
            return {"M": {name: to_wire(part) for name, part in value.items()}}
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


def from_wire(wire: Wire) -> Any:
    """Gives the value of DynamoDB's typed form."""
    ((kind, value),) = wire.items()
    match kind:
        case "N":
            return int(value)
        case "L":
            return [from_wire(part) for part in value]
        case "M":
            return item_from_wire(value)
    return None if kind == "NULL" else value


def item_to_wire(item: Mapping[str, Any]) -> Wire:
    """Gives a whole row in DynamoDB's typed form."""
    return {name: to_wire(value) for name, value in item.items()}


def item_from_wire(wire: Mapping[str, Wire]) -> Item:
    """Gives the row of DynamoDB's typed form."""
    return {name: from_wire(value) for name, value in wire.items()}


class _Names:
    """The placeholders of one request's expressions: names and values are sent separately from the expression."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: Wire = {}

    def name(self, name: str) -> str:
        return self.names.setdefault(name, f"#n{len(self.names)}")

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = to_wire(value)
        return placeholder

    def condition(self, condition: Condition) -> str:
        match condition:
            case Absent(name):
                return f"attribute_not_exists({self.name(name)})"
            case Compare(name, sign, value):
                return f"{self.name(name)} {sign} {self.value(value)}"
            case Contains(name, value):
                return f"contains({self.name(name)}, {self.value(value)})"
            case All(parts):
                return self._joined(" AND ", parts)
            case Some(parts):
                return self._joined(" OR ", parts)

    def _joined(self, word: str, parts: Sequence[Condition]) -> str:
        """Joins parts in parentheses; a single part gets none, because DynamoDB rejects redundant parentheses."""
        rendered = [self.condition(part) for part in parts]
        return rendered[0] if len(rendered) == 1 else f"({word.join(rendered)})"

    def into(self, request: Wire) -> Wire:
        if self.names:
            request["ExpressionAttributeNames"] = {v: k for k, v in self.names.items()}
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request


def key_to_wire(key: Key) -> Wire:
    """Gives a row's key in DynamoDB's typed form."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def write(op: WriteOp) -> Wire:
    """Gives the request body of one write: for PutItem, UpdateItem or DeleteItem, or as a part of a transaction."""
    names = _Names()
    request: Wire = {"TableName": op.table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    match op:
        case Put():
            request["Item"] = item_to_wire(op.item)
        case Update():
            request |= {"Key": key_to_wire(op.key), "UpdateExpression": _update_expression(op, names)}
        case Delete() | Check():
            request["Key"] = key_to_wire(op.key)
    if op.condition is not None:
        request["ConditionExpression"] = names.condition(op.condition)
    return names.into(request)


def _update_expression(op: Update, names: _Names) -> str:
    sets = ", ".join(f"{names.name(k)} = {names.value(v)}" for k, v in op.assign.items())
    adds = ", ".join(f"{names.name(k)} {names.value(v)}" for k, v in op.add.items())
    drops = ", ".join(names.name(k) for k in op.remove)
    parts = [f"{word} {text}" for word, text in (("SET", sets), ("ADD", adds), ("REMOVE", drops)) if text]
    return " ".join(parts)


def transaction(ops: Sequence[WriteOp], token: str) -> Wire:
    """Gives the request body of TransactWriteItems."""
    words = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
    return {"TransactItems": [{words[type(op)]: write(op)} for op in ops], "ClientRequestToken": token}


def _span(names: _Names, sort: str, span: Span) -> list[str]:
    if span.prefix is not None:
        return [f"begins_with({names.name(sort)}, {names.value(span.prefix)})"]
    if span.low is not None and span.high is not None:
        return [f"{names.name(sort)} BETWEEN {names.value(span.low)} AND {names.value(span.high)}"]
    bounds = ((">=", span.low), ("<=", span.high))
    return [f"{names.name(sort)} {sign} {names.value(bound)}" for sign, bound in bounds if bound is not None]


def query(op: Query) -> Wire:
    """Gives the request body of Query."""
    names = _Names()
    parts = [f"{names.name(op.partition_name)} = {names.value(op.partition)}", *_span(names, op.sort, op.span)]
    request: Wire = {
        "TableName": op.table,
        "KeyConditionExpression": " AND ".join(parts),
        "ScanIndexForward": op.forward,
        "Limit": op.limit,
        "ConsistentRead": op.consistent,
    }
    if op.index is not None:
        request["IndexName"] = op.index
    if op.start is not None:
        request["ExclusiveStartKey"] = item_to_wire(op.start)
    if op.where is not None:
        request["FilterExpression"] = names.condition(op.where)
    return names.into(request)
