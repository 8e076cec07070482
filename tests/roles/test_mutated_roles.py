"""A role that is changed by one action, resource, pattern, attribute or condition is found, whichever statement it is."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import pytest

from tests.roles.policy_evaluation import listed
from tests.roles.role_policies import FUNCTIONS, STACKS, project_template, role_statements
from tests.roles.test_roles import seen_in, universe_of
from tests.roles.verdict import find_forbidden, find_unused

Document = dict[str, Any]
ADDED_ACTIONS = {
    "dynamodb": (
        "GetItem",
        "BatchGetItem",
        "Query",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "ConditionCheckItem",
        "Scan",
        "*",
    ),
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListBucket", "PutObjectAcl", "Get*"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue", "DeleteSecret", "DescribeSecret"),
    "kms": ("Sign", "Decrypt"),
    "sns": ("Subscribe", "*"),
}
"""Actions that somebody may add to a statement, by its service."""
LEFT_TO_AWS = frozenset({"logs", "xray"})


class Mutation(NamedTuple):
    """One change of one statement of a role."""

    stack: str
    function: str
    position: int
    name: str
    change: Callable[[Document], None]

    def apply(self) -> list[Document]:
        found: list[Document] = copy.deepcopy(
            list(map(dict, role_statements(project_template(), self.function, self.stack)))
        )
        self.change(found[self.position])
        return found


def list_changes(statement: Document) -> Iterator[tuple[str, Callable[[Document], None]]]:
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    service = actions[0].partition(":")[0]
    for name in ADDED_ACTIONS[service]:
        if f"{service}:{name}" not in actions:
            yield f"+{name}", replace_in("Action", [*actions, f"{service}:{name}"])
    for name in actions:
        yield f"-{name}", replace_in("Action", [each for each in actions if each != name])
    for name in resources:
        yield f"-{name}", replace_in("Resource", [each for each in resources if each != name])
    yield "+any resource", replace_in("Resource", "*")
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield f"-{operator} {key}", drop_condition(operator, key)
            if operator != "Null":
                yield from list_value_changes(operator, key, listed(values))


def list_value_changes(operator: str, key: str, values: list[str]) -> Iterator[tuple[str, Callable[[Document], None]]]:
    for value in values:
        yield f"-{key} {value}", replace_value(operator, key, [each for each in values if each != value])
    yield f"+{key} OTHER", replace_value(operator, key, [*values, "OTHER#1"])


def replace_in(element: str, value: Any) -> Callable[[Document], None]:
    return lambda statement: statement.__setitem__(element, value)


def drop_condition(operator: str, key: str) -> Callable[[Document], None]:
    return lambda statement: statement["Condition"][operator].pop(key)


def replace_value(operator: str, key: str, values: list[str]) -> Callable[[Document], None]:
    return lambda statement: statement["Condition"][operator].__setitem__(key, values)


def list_mutations(stack: str, function: str) -> Iterator[Mutation]:
    others = [] if stack == "builtin" else role_statements(project_template(), function, "builtin")
    for position, statement in enumerate(role_statements(project_template(), function, stack)):
        if statement not in others and listed(statement["Action"])[0].partition(":")[0] not in LEFT_TO_AWS:
            for name, change in list_changes(dict(statement)):
                yield Mutation(stack, function, position, f"{function} {statement['Sid']} {name}", change)


MUTATIONS = [each for stack in STACKS for function in FUNCTIONS for each in list_mutations(stack, function)]


@cache
def requests_of(stack: str) -> Any:
    return universe_of(stack), {function: seen_in(stack, function) for function in FUNCTIONS}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)
def test_a_changed_role_is_found(mutation: Mutation) -> None:
    universe, seen = requests_of(mutation.stack)
    changed = mutation.apply()
    forbidden = find_forbidden(changed, seen[mutation.function])
    assert any(chain(forbidden, find_unused(changed, mutation.function, universe)))


def test_every_statement_of_every_role_is_changed() -> None:
    changed = {(each.function, each.position) for each in MUTATIONS if each.stack == "builtin"}
    for function in FUNCTIONS:
        statements = role_statements(project_template(), function)
        own = {number for number, one in enumerate(statements) if one["Sid"] not in ("OwnLog", "Traces")}
        assert {position for name, position in changed if name == function} == own
