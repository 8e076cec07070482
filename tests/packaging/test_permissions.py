"""The permissions in the roles: every action and resource is written out, and what no function may ever do.

tests/roles compares each role with what its function asks for; this says what no change of the functions may change.
"""

from typing import Any

import pytest

from affino_mcp.control_edge.record_files.exchange_store import EXCHANGE_PREFIX
from affino_mcp.store.files import MEDIA_PREFIX, UPLOADS_PREFIX
from scripts.expand import Template, resources_of_type
from tests.packaging.decided_template import decide_conditions

READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
MCP, LOGIN, CONTROL = "McpEndpointRole", "LoginProxyRole", "ControlCentreRole"
HOUSE = "HousekeepingRole"
AUTHORIZER = "OAuthAuthorizerRole"
ROLES = [MCP, LOGIN, CONTROL, HOUSE, AUTHORIZER]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    """The statements of a role, those too that a condition of the template adds."""
    only_at_a_domain = template["Resources"][role].get("Condition") == "HasOAuth"
    given = {"DomainName": "mcp.example"} if only_at_a_domain else {"InstanceUrl": "https://people.example"}
    decided = decide_conditions(template, **given)
    policies = decided["Resources"][role]["Properties"].get("Policies", [])
    return [in_one_form(statement) for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def in_one_form(value: Any) -> Any:
    """The value with every `Fn::Join` of a resource's ARN and a path as the `Fn::Sub` that means the same."""
    if isinstance(value, list):
        return [in_one_form(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::Join"} and isinstance(value["Fn::Join"][1][0], dict):
        separator, (owner, path) = value["Fn::Join"]
        return {"Fn::Sub": f"${{{'.'.join(owner['Fn::GetAtt'])}}}{separator}{path}"}
    return {name: in_one_form(each) for name, each in value.items()}


def granted(template: Template, role: str, table: str) -> set[str]:
    """The DynamoDB actions that a role is granted on a table, without its indexes."""
    arn = {"Fn::GetAtt": [table, "Arn"]}
    matching = [each for each in statements(template, role) if arn in listed(each["Resource"])]
    return {action.removeprefix("dynamodb:") for each in matching for action in listed(each["Action"])}


def test_calls_are_written_by_those_who_cannot_read_or_remove_them(template: Template) -> None:
    for role in (MCP, LOGIN):
        assert not granted(template, role, "AuditTable") & (READS | {"DeleteItem", "BatchWriteItem"})


def test_only_marks_of_begun_deeds_are_ever_removed_from_the_log(template: Template) -> None:
    removals = [
        (role, leading_keys(each))
        for role in ROLES
        for each in statements(template, role)
        if {"Fn::GetAtt": ["AuditTable", "Arn"]} in listed(each["Resource"])
        and "dynamodb:DeleteItem" in listed(each["Action"])
    ]
    assert removals == [(HOUSE, ["H#begun"]), (HOUSE, ["H#calls"])]


def test_the_login_function_may_write_neither_rights_nor_groups_of_a_person(template: Template) -> None:
    about = [each for each in statements(template, LOGIN) if "PERSON#*" in str(each.get("Condition"))]
    writes = [each for each in about if {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(listed(each["Action"]))]
    named = {each["Sid"]: set(each["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]) for each in writes}
    forbidden = {"groups", "rights", "active", "email", "name", "user_code"}
    assert {sid: names & forbidden for sid, names in named.items()} == {
        "SessionLinks": set(),
        "Logins": set(),
        "FederatedPeople": forbidden,
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_scan_any_table(template: Template, role: str) -> None:
    assert not [each for each in statements(template, role) if "Scan" in str(each["Action"])]


def leading_keys(statement: dict[str, Any]) -> list[str]:
    keys: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return keys


@pytest.mark.parametrize("role", [MCP, HOUSE])
def test_objects_can_be_listed_below_the_two_folders_alone(template: Template, role: str) -> None:
    """S3 takes the key of a missing object for the prefix when it decides between 404 and 403."""
    bucket = {"Fn::GetAtt": ["MediaBucket", "Arn"]}
    (lists,) = [each for each in statements(template, role) if each["Resource"] == bucket]
    assert lists["Action"] == "s3:ListBucket"
    patterns = lists["Condition"]["StringLike"]["s3:prefix"]
    assert patterns == [f"{MEDIA_PREFIX}*", f"{UPLOADS_PREFIX}*"]


def test_the_authorizer_may_read_sessions_and_write_its_log_and_nothing_else(template: Template) -> None:
    found = statements(template, AUTHORIZER)
    assert [(each["Sid"], listed(each["Action"])) for each in found] == [
        ("AppsSession", ["dynamodb:GetItem"]),
        ("OwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"]),
    ]
    assert leading_keys(found[0]) == ["SESSION#*"]
    assert found[0]["Resource"] == {"Fn::GetAtt": ["GateTable", "Arn"]}


def test_housekeeping_removes_media_and_reads_none(template: Template) -> None:
    about = [each for each in statements(template, HOUSE) if "MediaBucket" in str(each["Resource"])]
    actions = {action for each in about for action in listed(each["Action"])}
    assert actions == {"s3:DeleteObject", "s3:ListBucket"}


def test_passwords_are_the_login_functions_and_records_no_business_of_the_login_function(template: Template) -> None:
    assert "RecordsTable" not in str(statements(template, LOGIN))
    assert not [role for role in (LOGIN, HOUSE) if "WordsTable" in str(statements(template, role))]
    for role in (MCP, CONTROL, HOUSE):
        assert "CredentialsTable" not in str(statements(template, role))


def test_every_action_is_written_out(template: Template) -> None:
    for role in resources_of_type(template, "AWS::IAM::Role"):
        for statement in statements(template, role):
            assert not [action for action in listed(statement["Action"]) if "*" in action]
            assert statement["Effect"] == "Allow"


def test_only_tracing_has_no_resource_to_name(template: Template) -> None:
    for role in resources_of_type(template, "AWS::IAM::Role"):
        open_ended = [each["Sid"] for each in statements(template, role) if "*" in listed(each["Resource"])]
        assert open_ended in ([], ["Traces"])


def test_secrets_are_read_below_the_profiles_prefix_alone(template: Template) -> None:
    actions = {role: ["GetSecretValue"] for role in (MCP, LOGIN)}
    actions[CONTROL] = ["CreateSecret", "DeleteSecret", "GetSecretValue", "PutSecretValue"]
    for role, granted_actions in actions.items():
        reads = [each for each in statements(template, role) if "secretsmanager" in str(each["Action"])]
        assert listed(reads[0]["Action"]) == [f"secretsmanager:{action}" for action in granted_actions]
        assert len(reads) == 1
        place, names = reads[0]["Resource"]["Fn::Sub"]
        assert place.endswith(":secret:${Prefix}/profiles/*")
        assert names == {"Prefix": {"Fn::Sub": "affino-mcp/${AWS::StackName}"}}


def test_media_files_are_read_and_stored_by_the_mcp_endpoint_alone(template: Template) -> None:
    (statement,) = [each for each in statements(template, MCP) if each["Sid"] == "Media"]
    assert set(statement["Action"]) == {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
    prefixes = {resource["Fn::Sub"] for resource in statement["Resource"]}
    assert prefixes == {"${MediaBucket.Arn}/" + prefix + "*" for prefix in (MEDIA_PREFIX, UPLOADS_PREFIX)}
    assert "MediaBucket" not in str(statements(template, LOGIN))


def test_the_control_centre_has_its_own_folder_of_the_media_bucket(template: Template) -> None:
    own, keys = (each for each in statements(template, CONTROL) if "MediaBucket" in str(each["Resource"]))
    assert (own["Action"], own["Resource"]) == (
        ["s3:GetObject", "s3:PutObject"],
        {"Fn::Sub": "${MediaBucket.Arn}/" + EXCHANGE_PREFIX + "*"},
    )
    assert keys["Condition"] == {"StringLike": {"s3:prefix": [EXCHANGE_PREFIX + "*"]}}


def test_managed_policies_are_not_given_to_functions(template: Template) -> None:
    for name, function in resources_of_type(template, "AWS::Lambda::Function").items():
        assert function["Properties"]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    for role in ROLES:
        assert "ManagedPolicyArns" not in template["Resources"][role]["Properties"]


def test_indexes_of_records_may_be_queried_and_only_that(template: Template) -> None:
    (statement,) = [each for each in statements(template, MCP) if each["Sid"] == "RecordIndexes"]
    assert listed(statement["Action"]) == ["dynamodb:Query"]
    indexes = template["Resources"]["RecordsTable"]["Properties"]["LocalSecondaryIndexes"]
    named = ["${RecordsTable.Arn}/index/" + index["IndexName"] for index in indexes]
    assert [resource["Fn::Sub"] for resource in statement["Resource"]] == named
