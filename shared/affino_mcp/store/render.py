"""Renders operations as DynamoDB's JSON and parses its answers, in pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from affino_mcp.store.ops import (
    Absent,
    AllHold,
    AnyHolds,
    Check,
    Compare,
    Condition,
    Contains,
    Delete,
    Item,
    Key,
    Put,
    Query,
    SortSpan,
    Update,
    WriteOp,
)

WireDocument = dict[str, Any]


def value_to_wire(value: Any) -> WireDocument:
    """Gives a value in DynamoDB's typed form; raises TypeError for a value that a row may not hold, such as a float."""
    match value:
        case str():
            return {"S": value}
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case list() | tuple():
            return {"L": [value_to_wire(part) for part in value]}
        case dict():
            return {"M": {name: value_to_wire(part) for name, part in value.items()}}
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


def value_from_wire(wire: WireDocument) -> Any:
    """Gives the value of DynamoDB's typed form."""
    ((kind, value),) = wire.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return int(value)
        case "L":
            return [value_from_wire(part) for part in value]
        case "M":
            return item_from_wire(value)
    return None if kind == "NULL" else value


def item_to_wire(item: Mapping[str, Any]) -> WireDocument:
    """Gives a whole row in DynamoDB's typed form."""
    return {name: value_to_wire(value) for name, value in item.items()}


def item_from_wire(wire: Mapping[str, WireDocument]) -> Item:
    """Gives the row of DynamoDB's typed form."""
    return {name: value_from_wire(value) for name, value in wire.items()}


class _Placeholders:
    """The placeholders of one request's expressions: names and values are sent separately from the expression."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: WireDocument = {}

    def name_placeholder(self, name: str) -> str:
        return self.names.setdefault(name, f"#n{len(self.names)}")

    def value_placeholder(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value_to_wire(value)
        return placeholder

    def render_condition(self, condition: Condition) -> str:
        match condition:
            case Absent(name):
                return f"attribute_not_exists({self.name_placeholder(name)})"
            case Compare(name, sign, value):
                return f"{self.name_placeholder(name)} {sign} {self.value_placeholder(value)}"
            case Contains(name, value):
                return f"contains({self.name_placeholder(name)}, {self.value_placeholder(value)})"
            case AllHold(parts):
                return self._join_parts(" AND ", parts)
            case AnyHolds(parts):
                return self._join_parts(" OR ", parts)

    def _join_parts(self, word: str, parts: Sequence[Condition]) -> str:
        """Joins parts in parentheses; a single part gets none, because DynamoDB rejects redundant parentheses."""
        rendered = [self.render_condition(part) for part in parts]
        return rendered[0] if len(rendered) == 1 else f"({word.join(rendered)})"

    def add_to(self, request: WireDocument) -> WireDocument:
        if self.names:
            request["ExpressionAttributeNames"] = {v: k for k, v in self.names.items()}
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request


def key_to_wire(key: Key) -> WireDocument:
    """Gives a row's key in DynamoDB's typed form."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def write_to_wire(op: WriteOp) -> WireDocument:
    """Gives the request body of one write: for PutItem, UpdateItem or DeleteItem, or as a part of a transaction."""
    names = _Placeholders()
    request: WireDocument = {"TableName": op.table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    match op:
        case Put():
            request["Item"] = item_to_wire(op.item)
        case Update():
            request |= {"Key": key_to_wire(op.key), "UpdateExpression": _render_update(op, names)}
        case Delete() | Check():
            request["Key"] = key_to_wire(op.key)
    if op.condition is not None:
        request["ConditionExpression"] = names.render_condition(op.condition)
    return names.add_to(request)


def _render_update(op: Update, names: _Placeholders) -> str:
    sets = ", ".join(f"{names.name_placeholder(k)} = {names.value_placeholder(v)}" for k, v in op.assign.items())
    adds = ", ".join(f"{names.name_placeholder(k)} {names.value_placeholder(v)}" for k, v in op.add.items())
    drops = ", ".join(names.name_placeholder(k) for k in op.remove)
    parts = [f"{word} {text}" for word, text in (("SET", sets), ("ADD", adds), ("REMOVE", drops)) if text]
    return " ".join(parts)


def transaction_to_wire(ops: Sequence[WriteOp], token: str) -> WireDocument:
    """Gives the request body of TransactWriteItems."""
    words = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
    return {"TransactItems": [{words[type(op)]: write_to_wire(op)} for op in ops], "ClientRequestToken": token}


def _render_span(names: _Placeholders, sort: str, span: SortSpan) -> list[str]:
    if span.prefix is not None:
        return [f"begins_with({names.name_placeholder(sort)}, {names.value_placeholder(span.prefix)})"]
    if span.low is not None and span.high is not None:
        return [
            f"{names.name_placeholder(sort)} BETWEEN {names.value_placeholder(span.low)} AND {names.value_placeholder(span.high)}"
        ]
    bounds = ((">=", span.low), ("<=", span.high))
    return [
        f"{names.name_placeholder(sort)} {sign} {names.value_placeholder(bound)}"
        for sign, bound in bounds
        if bound is not None
    ]


def query_to_wire(op: Query) -> WireDocument:
    """Gives the request body of Query."""
    names = _Placeholders()
    parts = [
        f"{names.name_placeholder(op.partition_name)} = {names.value_placeholder(op.partition)}",
        *_render_span(names, op.sort, op.span),
    ]
    request: WireDocument = {
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
        request["FilterExpression"] = names.render_condition(op.where)
    return names.add_to(request)
