"""The roles of template.yaml allow what the functions were seen to ask for in the tests, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from scripts.expand import Template
from tests.roles.grants import Universe, take_all_apart
from tests.roles.operation import ATTRIBUTE_KINDS, Operation
from tests.roles.policy_evaluation import Statement, listed
from tests.roles.role_policies import FUNCTIONS, STACKS, bucket_statements, role_statements
from tests.roles.seen_requests import read_seen_requests
from tests.roles.verdict import ANY_KEY, BY_AWS, find_forbidden, find_unused

MAX_POLICY_CHARACTERS = 10_240
"""IAM's limit for all inline policies of a role, which does not count white space."""


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_that_is_asked_for_is_allowed(template: Template, function: str, stack: str) -> None:
    statements = [*role_statements(template, function, stack), *bucket_statements(template, stack)]
    assert list(find_forbidden(statements, seen_in(stack, function))) == []


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_allowed_that_is_never_asked_for(template: Template, function: str, stack: str) -> None:
    found = list(find_unused(role_statements(template, function, stack), function, universe_of(stack)))
    assert found == [], "\n".join(found)


def seen_in(stack: str, function: str) -> list[Operation]:
    """What a function asks for in a kind of stack: where people log in makes no difference but to the login."""
    return [each for each in read_seen_requests() if each.function == function and each.stack in ("builtin", stack)]


def universe_of(stack: str) -> Universe:
    return Universe(frozenset(each for function in FUNCTIONS for each in seen_in(stack, function)))


def test_every_exemption_is_needed(template: Template) -> None:
    grants = [(name, one) for name in FUNCTIONS for one in take_all_apart(role_statements(template, name))]
    for each in (*BY_AWS, *ANY_KEY):
        assert each.reason
        assert any(each.covers(name, grant) for name, grant in grants), each


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_fits_into_what_iam_takes(template: Template, function: str, stack: str) -> None:
    text = json.dumps(role_statements(template, function, stack), separators=(",", ":"))
    assert len(text) <= MAX_POLICY_CHARACTERS


def conditions(template: Template, stack: str) -> list[tuple[str, str, dict[str, Any], Statement]]:
    return [
        (function, operator, block, statement)
        for function in FUNCTIONS
        for statement in role_statements(template, function, stack)
        for operator, block in statement.get("Condition", {}).items()
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_a_condition_on_all_values_requires_that_there_are_some(template: Template, stack: str) -> None:
    """ForAllValues holds for a request that does not have the key."""
    quantified = [one for one in conditions(template, stack) if one[1].startswith("ForAllValues:")]
    assert quantified
    for function, _, block, statement in quantified:
        required = statement["Condition"].get("Null", {})
        assert {str(required.get(key)).lower() for key in block} == {"false"}, (function, statement.get("Sid"))


@pytest.mark.parametrize("stack", STACKS)
def test_the_record_keeps_the_attributes_that_conditions_name(template: Template, stack: str) -> None:
    for _, _, block, statement in conditions(template, stack):
        if "dynamodb:Attributes" in block:
            tables = [resource.rpartition("/")[2] for resource in listed(statement["Resource"])]
            keys = listed(statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
            assert {(table, key) for table in tables for key in keys} <= ATTRIBUTE_KINDS


def test_the_record_is_sorted_and_holds_every_function() -> None:
    seen = read_seen_requests()
    assert seen == sorted(set(seen))
    assert set(Counter(each.function for each in seen)) == set(FUNCTIONS)
