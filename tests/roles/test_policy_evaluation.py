"""The evaluator decides as the AWS Identity and Access Management User Guide says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.roles.policy_evaluation import PolicyRequest, holds, is_allowed, matches_pattern

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/GateTable"
READ = PolicyRequest("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ("PROFILE#1",)})


def statement(**elements: Any) -> dict[str, Any]:
    named = "NotAction" if "NotAction" in elements else "Action"
    where = "NotResource" if "NotResource" in elements else "Resource"
    return {"Effect": "Allow", named: "dynamodb:GetItem", where: TABLE, **elements}


DENY = statement(Effect="Deny")
DECISIONS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "no statement": ([], False),
    "an allow": ([statement()], True),
    "a deny": ([DENY], False),
    "a deny beats an allow": ([statement(), DENY], False),
    "a deny whose condition does not hold": (
        [statement(), {**DENY, "Condition": {"StringLike": {"dynamodb:LeadingKeys": "SESSION#*"}}}],
        True,
    ),
    "another action": ([statement(Action="dynamodb:PutItem")], False),
    "one of several actions": ([statement(Action=["dynamodb:PutItem", "dynamodb:GetItem"])], True),
    "an action in other letters": ([statement(Action="DynamoDB:getitem")], True),
    "an action with a wildcard": ([statement(Action="dynamodb:Get*")], True),
    "a wildcard for one character": ([statement(Action="dynamodb:?etItem")], True),
    "all but this action": ([statement(NotAction="dynamodb:GetItem")], False),
    "all but another action": ([statement(NotAction=["dynamodb:Put*"])], True),
    "another resource": ([statement(Resource=f"{TABLE}2")], False),
    "a resource in other letters": ([statement(Resource=TABLE.upper())], False),
    "a resource with a wildcard": ([statement(Resource="arn:aws:dynamodb:*:*:table/Gate*")], True),
    "the index of the table": ([statement(Resource=f"{TABLE}/index/ByName")], False),
    "all but this resource": ([statement(NotResource=TABLE)], False),
    "all but another resource": ([statement(NotResource=f"{TABLE}/*")], True),
    "two conditions, one does not hold": (
        [statement(Condition={"StringLike": {"dynamodb:LeadingKeys": "PROFILE#*"}, "Null": {"aws:a": "false"}})],
        False,
    ),
    "two keys of one operator, one does not hold": (
        [statement(Condition={"StringLike": {"dynamodb:LeadingKeys": "PROFILE#*", "aws:a": "x"}})],
        False,
    ),
}


@pytest.mark.parametrize(("statements", "decision"), DECISIONS.values(), ids=DECISIONS)
def test_decisions(statements: list[dict[str, Any]], decision: bool) -> None:
    assert is_allowed(statements, READ) is decision


CONDITIONS: list[tuple[str, Any, list[str] | None, bool]] = [
    ("StringEquals", "a", ["a"], True),
    ("StringEquals", "a", ["A"], False),
    ("StringEquals", "a*", ["ab"], False),
    ("StringEquals", ["a", "b"], ["b"], True),
    ("StringEquals", "a", None, False),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", ["b"], False),
    ("StringEqualsIgnoreCase", "a", ["A"], True),
    ("StringNotEquals", "a", ["b"], True),
    ("StringNotEquals", ["a", "b"], ["b"], False),
    ("StringNotEquals", "a", None, True),
    ("StringNotEqualsIgnoreCase", "a", ["A"], False),
    ("StringLike", "a*", ["ab"], True),
    ("StringLike", "a?", ["a"], False),
    ("StringLike", "a*", None, False),
    ("StringLikeIfExists", "a*", None, True),
    ("StringNotLike", "a*", ["ab"], False),
    ("StringNotLike", ["a*", "b*"], ["c"], True),
    ("Bool", "true", ["true"], True),
    ("Bool", False, ["true"], False),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("Null", "true", None, True),
    ("Null", "true", ["a"], False),
    ("Null", "false", ["a"], True),
    ("Null", False, None, False),
    ("ForAllValues:StringLike", "a*", ["a1", "a2"], True),
    ("ForAllValues:StringLike", "a*", ["a1", "b"], False),
    ("ForAllValues:StringLike", ["a*", "b"], ["a1", "b"], True),
    ("ForAllValues:StringLike", "a*", None, True),
    ("ForAllValues:StringLike", "a*", [], True),
    ("ForAllValues:StringNotEquals", "a", ["b", "c"], True),
    ("ForAllValues:StringNotEquals", "a", ["b", "a"], False),
    ("ForAnyValue:StringEquals", "a", ["b", "a"], True),
    ("ForAnyValue:StringEquals", "a", ["b"], False),
    ("ForAnyValue:StringEquals", "a", None, False),
    ("ForAnyValue:StringEquals", "a", [], False),
    ("ForAnyValue:StringNotEquals", "a", ["a", "b"], True),
    ("ForAnyValue:StringNotEquals", "a", ["a"], False),
    ("ForAnyValue:StringEqualsIfExists", "a", None, True),
]


@pytest.mark.parametrize(("operator", "wanted", "values", "outcome"), CONDITIONS, ids=str)
def test_conditions(operator: str, wanted: Any, values: list[str] | None, outcome: bool) -> None:
    assert holds(operator, wanted, values) is outcome


@pytest.mark.parametrize(
    ("operator", "wanted", "values"),
    [
        ("NumericLessThan", "5", ["4"]),
        ("ForSomeValues:StringEquals", "a", ["a"]),
        ("StringLike", "${aws:username}", ["a"]),
        ("StringEquals", "a", ["a", "b"]),
    ],
    ids=["an operator", "a quantifier", "a policy variable", "several values without a quantifier"],
)
def test_what_it_has_no_rule_for_is_refused(operator: str, wanted: str, values: list[str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        holds(operator, wanted, values)


LETTERS = st.text("ab*?.[\n", max_size=6)
VALUES = st.lists(LETTERS, max_size=4)


@given(pattern=LETTERS, text=LETTERS)
def test_a_pattern_matches_as_its_parts_do(pattern: str, text: str) -> None:
    if not pattern:
        expected = not text
    elif pattern[0] == "*":
        expected = any(matches_pattern(pattern[1:], text[start:]) for start in range(len(text) + 1))
    else:
        expected = bool(text) and pattern[0] in ("?", text[0]) and matches_pattern(pattern[1:], text[1:])
    assert matches_pattern(pattern, text) is expected


@given(wanted=VALUES, values=st.one_of(st.none(), VALUES))
def test_the_quantifiers_are_opposites(wanted: list[str], values: list[str] | None) -> None:
    for positive, negative in (("StringLike", "StringNotLike"), ("StringEquals", "StringNotEquals")):
        every = holds(f"ForAllValues:{positive}", wanted, values)
        assert every is not holds(f"ForAnyValue:{negative}", wanted, values)


@given(st.lists(st.sampled_from([statement(), DENY, statement(Action="dynamodb:PutItem")]), max_size=5))
def test_order_never_counts_and_a_deny_is_final(statements: list[dict[str, Any]]) -> None:
    decision = is_allowed(statements, READ)
    assert decision is is_allowed(statements[::-1], READ)
    assert not is_allowed([*statements, DENY], READ)
    assert decision is (statement() in statements and DENY not in statements)
