"""Operations as DynamoDB's JSON: names and values are always separate from the expression."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.store import render
from affino_mcp.store.ops import (
    Check,
    Compare,
    Contains,
    Delete,
    Key,
    Put,
    Query,
    SortSpan,
    Update,
    WriteOp,
    absent,
    all_of,
    any_of,
    equals,
)

KEY = Key("p", "s")
WIRED = {"pk": {"S": "p"}, "sk": {"S": "s"}}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_values_come_back(value: Any) -> None:
    assert render.value_from_wire(render.value_to_wire(value)) == value


@pytest.mark.parametrize("value", [1.5, float("nan"), b"bytes", {1, 2}, [0.1], {"a": 0.1}], ids=repr)
def test_what_a_row_cannot_hold(value: Any) -> None:
    with pytest.raises(TypeError, match="a row cannot hold"):
        render.value_to_wire(value)


WRITES: list[tuple[str, WriteOp, dict[str, Any]]] = [
    ("put", Put("T", {"pk": "p", "sk": "s", "n": 1}), {"Item": {**WIRED, "n": {"N": "1"}}}),
    (
        "put when absent",
        Put("T", {"pk": "p", "sk": "s"}, absent()),
        {
            "Item": WIRED,
            "ConditionExpression": "attribute_not_exists(#n0)",
            "ExpressionAttributeNames": {"#n0": "pk"},
        },
    ),
    ("delete", Delete("T", KEY), {"Key": WIRED}),
    (
        "update",
        Update("T", KEY, assign={"a": "x"}, add={"n": 1}, remove=["b", "a"], condition=equals("n", 7)),
        {
            "Key": WIRED,
            "UpdateExpression": "SET #n0 = :v0 ADD #n1 :v1 REMOVE #n2, #n0",
            "ConditionExpression": "#n1 = :v2",
            "ExpressionAttributeNames": {"#n0": "a", "#n1": "n", "#n2": "b"},
            "ExpressionAttributeValues": {":v0": {"S": "x"}, ":v1": {"N": "1"}, ":v2": {"N": "7"}},
        },
    ),
    (
        "check",
        Check("T", KEY, any_of(absent(), all_of(Compare("n", "<=", 3), Contains("tags", "x")))),
        {
            "Key": WIRED,
            "ConditionExpression": "(attribute_not_exists(#n0) OR (#n1 <= :v0 AND contains(#n2, :v1)))",
            "ExpressionAttributeNames": {"#n0": "pk", "#n1": "n", "#n2": "tags"},
            "ExpressionAttributeValues": {":v0": {"N": "3"}, ":v1": {"S": "x"}},
        },
    ),
]


@pytest.mark.parametrize(("op", "expected"), [w[1:] for w in WRITES], ids=[w[0] for w in WRITES])
def test_writes(op: WriteOp, expected: dict[str, Any]) -> None:
    assert render.write_to_wire(op) == {"TableName": "T", "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **expected}


SPANS: list[tuple[str, SortSpan, str]] = [
    ("all", SortSpan(), "#n0 = :v0"),
    ("prefix", SortSpan(prefix="a"), "#n0 = :v0 AND begins_with(#n1, :v1)"),
    ("between", SortSpan(low="a", high="b"), "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2"),
    ("from", SortSpan(low="a"), "#n0 = :v0 AND #n1 >= :v1"),
    ("to", SortSpan(high="b"), "#n0 = :v0 AND #n1 <= :v1"),
]


@pytest.mark.parametrize(("span", "expression"), [s[1:] for s in SPANS], ids=[s[0] for s in SPANS])
def test_spans(span: SortSpan, expression: str) -> None:
    assert render.query_to_wire(Query("T", "p", span=span))["KeyConditionExpression"] == expression


def test_a_query_with_everything() -> None:
    op = Query(
        "T", "x", index="I", partition_name="g", sort="d", forward=False, limit=7,
        start={"pk": "p", "sk": "s", "g": "x", "d": "2"}, where=equals("n", 1), consistent=False,
    )  # fmt: skip
    assert render.query_to_wire(op) == {
        "TableName": "T",
        "IndexName": "I",
        "KeyConditionExpression": "#n0 = :v0",
        "FilterExpression": "#n1 = :v1",
        "ExpressionAttributeNames": {"#n0": "g", "#n1": "n"},
        "ExpressionAttributeValues": {":v0": {"S": "x"}, ":v1": {"N": "1"}},
        "ScanIndexForward": False,
        "Limit": 7,
        "ConsistentRead": False,
        "ExclusiveStartKey": {**WIRED, "g": {"S": "x"}, "d": {"S": "2"}},
    }


def test_a_transaction_names_each_operation() -> None:
    body = render.transaction_to_wire(
        [Put("T", {"pk": "p", "sk": "s"}), Delete("T", KEY), Check("T", KEY, absent())], "token"
    )
    assert [next(iter(part)) for part in body["TransactItems"]] == ["Put", "Delete", "ConditionCheck"]
    assert body["ClientRequestToken"] == "token"
