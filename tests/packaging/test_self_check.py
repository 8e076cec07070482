"""The self-check asks for what the roles in the template allow: for all of it, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from affino_mcp.self_check.handler import SELF_CHECK_EVENT
from affino_mcp.self_check.rights import (
    FUNCTION_RIGHTS,
    FileRight,
    FolderRight,
    SecretRight,
    StoreRight,
    TableRight,
    function_rights,
)
from affino_mcp.store.stacks import FUNCTION_OUTPUTS, STACK_OUTPUTS
from scripts.expand import Template, resources_of_type
from tests.packaging.test_permissions import listed, statements

FUNCTIONS = list(FUNCTION_RIGHTS)
SETTINGS = {output: setting for setting, output in STACK_OUTPUTS.items()}
Grant = tuple[str, str, str | None, str]
"""Operation, setting of the table, index, and the pattern of the leading key."""
NOTHING_LEFT_BEHIND = {
    "s3:PutObject",
    "s3:DeleteObject",
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutSecretValue",
}
"""What the self-check does not ask for, because using it would leave something behind."""


def find_place(resource: Any) -> tuple[str, str | None] | None:
    """The setting and the index of a table's resource; None for other resources."""
    if not isinstance(resource, dict):
        return None
    if "Fn::GetAtt" in resource and resource["Fn::GetAtt"][0] in SETTINGS:
        return SETTINGS[resource["Fn::GetAtt"][0]], None
    table, _, index = str(resource.get("Fn::Sub", "")).partition("/index/")
    name = table.removeprefix("${").removesuffix(".Arn}")
    return (SETTINGS[name], index) if index else None


def table_grants(template: Template, function: str) -> Iterator[Grant]:
    for statement in statements(template, f"{function}Role"):
        patterns = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
        for place in filter(None, map(find_place, listed(statement["Resource"]))):
            for action in filter(lambda action: action.startswith("dynamodb:"), listed(statement["Action"])):
                for pattern in patterns:
                    yield action.removeprefix("dynamodb:"), *place, pattern


def all_rights(function: str) -> tuple[StoreRight, ...]:
    return function_rights(function, instance_elsewhere=True)


def table_rights(function: str) -> list[TableRight]:
    return [right for right in all_rights(function) if isinstance(right, TableRight)]


def may_use_files(template: Template, function: str, *wanted: tuple[str, Any]) -> bool:
    given = [
        (action, resource)
        for statement in statements(template, f"{function}Role")
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    return all(one in given for one in wanted)


def listed_prefixes(template: Template, function: str) -> list[str]:
    """The prefixes of the media bucket's keys that the function may list."""
    bucket = {"Fn::GetAtt": ["MediaBucket", "Arn"]}
    found = [each for each in statements(template, f"{function}Role") if bucket in listed(each["Resource"])]
    return [prefix for each in found for prefix in listed(each["Condition"]["StringLike"]["s3:prefix"])]


def covers(grant: Grant, right: TableRight) -> bool:
    *place, pattern = grant
    return place == [right.operation, right.table_setting, right.index] and fnmatchcase(right.pk, pattern)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_right_to_a_table_is_asked_for(template: Template, function: str) -> None:
    grants = list(table_grants(template, function))
    assert grants
    assert [one for one in grants if not any(covers(one, right) for right in table_rights(function))] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_asked_for_that_the_role_does_not_allow(template: Template, function: str) -> None:
    grants = list(table_grants(template, function))
    assert [right for right in table_rights(function) if not any(covers(one, right) for one in grants)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_secrets_and_files_are_asked_for_where_they_may_be(template: Template, function: str) -> None:
    actions = {action for each in statements(template, f"{function}Role") for action in listed(each["Action"])}
    rights = all_rights(function)
    assert (SecretRight() in rights) is ("secretsmanager:GetSecretValue" in actions)
    folders = {
        folder: f"{folder}/*" in listed_prefixes(template, function) for folder in ("media", "uploads", "exchange")
    }
    objects = {folder: {"Fn::Sub": "${MediaBucket.Arn}/" + folder + "/*"} for folder in folders}
    readable = [
        folder
        for folder, arn in objects.items()
        if folders[folder] and may_use_files(template, function, ("s3:GetObject", arn))
    ]
    listable = [folder for folder, is_listed in folders.items() if is_listed and not readable]
    assert [right for right in rights if isinstance(right, FileRight)] == [FileRight(folder) for folder in readable]
    may_sign = "kms:Sign" in actions
    assert may_sign is (function == "Housekeeping"), "build_digest_probes asks for it there"
    assert [right for right in rights if isinstance(right, FolderRight)] == [FolderRight(folder) for folder in listable]
    other = {action for action in actions if action.startswith(("s3:", "secretsmanager:"))}
    assert other <= NOTHING_LEFT_BEHIND | {"s3:GetObject", "s3:ListBucket", "secretsmanager:GetSecretValue"}


def test_each_function_checks_itself_every_hour_in_the_version_that_answers(template: Template) -> None:
    rules = [rule["Properties"] for rule in resources_of_type(template, "AWS::Events::Rule").values()]
    checks = [rule for rule in rules if json.loads(rule["Targets"][0].get("Input", "null")) == SELF_CHECK_EVENT]
    assert {(rule["ScheduleExpression"], rule["State"]) for rule in checks} == {("rate(1 hour)", "ENABLED")}
    assert sorted(rule["Targets"][0]["Arn"]["Ref"] for rule in checks) == sorted(
        f"{name}Aliaslive" for name in FUNCTIONS
    )


def test_doctor_finds_the_version_that_answers_among_the_outputs(template: Template) -> None:
    found = {name: template["Outputs"][output]["Value"] for name, output in FUNCTION_OUTPUTS.items()}
    assert found == {name: {"Ref": f"{name}Aliaslive"} for name in FUNCTIONS}
