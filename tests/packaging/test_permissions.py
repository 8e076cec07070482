"""The permissions in the roles: every action and resource is written out, and nothing else is granted."""

from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import pytest

from affino_mcp.audit import row as audit
from affino_mcp.audit.hour_positions import POSITIONS_PARTITION
from affino_mcp.audit.open_rows import OPEN_ROWS_PARTITION
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.gate.identity import row_keys
from affino_mcp.instance.builtin.engine.deletions import PURGED_FAMILIES, deletions_partition
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.store.files import MEDIA_PREFIX, UPLOADS_PREFIX
from scripts.expand import Template, resources_of_type

READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
MCP, LOGIN, CONTROL = "McpEndpointRole", "LoginProxyRole", "ControlCentreRole"
HOUSE = "HousekeepingRole"
ROLES = [MCP, LOGIN, CONTROL, HOUSE]

ALL_BUT_SCAN = {"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"}

# Role, table -> the DynamoDB actions granted; a pair that is missing grants none.
GRANTS: dict[tuple[str, str], set[str]] = {
    (MCP, "GateTable"): {"BatchGetItem", "GetItem", "UpdateItem"},
    (MCP, "AuditTable"): {"PutItem", "UpdateItem"},
    (MCP, "RecordsTable"): {
        *("BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    },
    (MCP, "WordsTable"): {"DeleteItem", "PutItem", "Query"},
    (LOGIN, "GateTable"): {
        *("BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    },
    (LOGIN, "AuditTable"): {"PutItem"},
    (LOGIN, "CredentialsTable"): {"GetItem", "UpdateItem"},
    (CONTROL, "GateTable"): ALL_BUT_SCAN,
    (CONTROL, "AuditTable"): {"BatchGetItem", "PutItem", "Query"},
    (CONTROL, "RecordsTable"): ALL_BUT_SCAN,
    (CONTROL, "WordsTable"): {"DeleteItem", "PutItem"},
    (HOUSE, "AuditTable"): {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query"},
    (HOUSE, "GateTable"): {"BatchGetItem", "DeleteItem", "Query"},
    (HOUSE, "RecordsTable"): {"BatchGetItem", "DeleteItem", "PutItem", "Query"},
}
TABLES = ["GateTable", "AuditTable", "RecordsTable", "WordsTable", "CredentialsTable"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    policies = template["Resources"][role]["Properties"].get("Policies", [])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def granted(template: Template, role: str, table: str) -> set[str]:
    """The DynamoDB actions that a role is granted on a table, without its indexes."""
    arn = {"Fn::GetAtt": [table, "Arn"]}
    matching = [each for each in statements(template, role) if arn in listed(each["Resource"])]
    return {action.removeprefix("dynamodb:") for each in matching for action in listed(each["Action"])}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_exactly_its_grants_on_a_table(template: Template, role: str, table: str) -> None:
    assert granted(template, role, table) == GRANTS.get((role, table), set())


WRITES = {"ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"}
CALLS = [row_keys.profile_key("key").pk, row_keys.last_use_key("x").pk, row_keys.token_guard_key("source").pk]
LOGINS = [
    row_keys.session_key("x").pk,
    row_keys.person_key(7).pk,
    row_keys.used_signature_key("x").pk,
    row_keys.login_guard_key("source", "account").pk,
    row_keys.UNLOGGED_PARTITION,
]

OPERATIONS = [
    row_keys.profile_key("key").pk,
    row_keys.PROFILE_LIST_PARTITION,
    row_keys.session_key("x").pk,
    row_keys.person_key(7).pk,
    row_keys.PERSON_LIST_PARTITION,
    row_keys.email_key("x").pk,
    row_keys.SECURITY_GROUPS_KEY.pk,
    row_keys.UNLOGGED_PARTITION,
]
HOUSEKEEPING = [row_keys.UNLOGGED_PARTITION]


@pytest.mark.parametrize(("role", "own"), [(MCP, CALLS), (LOGIN, LOGINS), (CONTROL, OPERATIONS), (HOUSE, HOUSEKEEPING)])
def test_a_role_writes_only_its_own_kinds_of_gate_rows(template: Template, role: str, own: list[str]) -> None:
    arn = {"Fn::GetAtt": ["GateTable", "Arn"]}
    for statement in statements(template, role):
        actions = {action.removeprefix("dynamodb:") for action in listed(statement["Action"])}
        if arn in listed(statement["Resource"]) and actions & WRITES:
            assert actions <= WRITES | ({"Query"} if role == HOUSE else set())
            patterns = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            assert all(any(fnmatchcase(key, pattern) for pattern in patterns) for key in own)
            assert len(patterns) == len(own)


def test_calls_are_written_by_those_who_cannot_read_or_remove_them(template: Template) -> None:
    for role in (MCP, LOGIN):
        assert not granted(template, role, "AuditTable") & (READS | {"DeleteItem", "BatchWriteItem"})


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_scan_any_table(template: Template, role: str) -> None:
    assert not [each for each in statements(template, role) if "Scan" in str(each["Action"])]


def leading_keys(statement: dict[str, Any]) -> list[str]:
    keys: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return keys


def test_housekeeping_adds_closing_rows_and_removes_marks_and_nothing_else(template: Template) -> None:
    found = {each["Sid"]: each for each in statements(template, HOUSE)}
    places = {"ClosingRows": audit.profile_partition("*"), "BegunMarks": OPEN_ROWS_PARTITION}
    places["UnloggedMarks"] = row_keys.UNLOGGED_PARTITION
    assert {sid: leading_keys(found[sid]) for sid in places} == {sid: [key] for sid, key in places.items()}
    assert listed(found["ClosingRows"]["Action"]) == ["dynamodb:PutItem"]
    removing = [each["Sid"] for each in found.values() if "dynamodb:DeleteItem" in listed(each["Action"])]
    assert {"BegunMarks", "UnloggedMarks"} <= set(removing)


def test_housekeeping_reads_calls_by_time_and_touches_totals_and_positions_alone(template: Template) -> None:
    found = {each["Sid"]: each for each in statements(template, HOUSE)}
    assert {"AuditReads", "JobPositions", "MediaKeys", "MediaRecords", "MediaRemovals", "Totals"} <= set(found)
    assert (found["AuditReads"]["Action"], found["AuditReads"]["Resource"]) == (
        "dynamodb:Query",
        {"Fn::Sub": "${AuditTable.Arn}/index/ByTime"},
    )
    (pattern,) = found["Totals"]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert all(fnmatchcase(audit.totals_partition(profile), pattern) for profile in ("K1", None))
    assert not [
        key
        for key in (audit.profile_partition("T"), audit.ALL_CALLS_PARTITIONS[0], audit.record_partition("T#1"))
        if fnmatchcase(key, pattern)
    ]


def test_housekeeping_keeps_its_positions_and_touches_media_alone_among_the_records(template: Template) -> None:
    found = {each["Sid"]: each for each in statements(template, HOUSE)}
    own = found["JobPositions"]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert own == [f"{POSITIONS_PARTITION[:2]}*"]
    patterns = found["MediaRecords"]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    records = [record_key(family, 7).pk for family in PURGED_FAMILIES]
    needed = [deletions_partition(date(2026, 11, 23)), *records, facet_partition("media_files", "all")]
    assert [any(fnmatchcase(key, pattern) for pattern in patterns) for key in needed] == [True] * len(needed)
    others = [record_key(family, 7).pk for family in RECORDS if family not in PURGED_FAMILIES]
    others += [facet_partition(family, "all") for family in RECORDS if family != "media_files"]
    others += ["I#7#K1#x", "U#contacts#Email#x", "N#contacts", "M#7", "C#accounts#7"]
    assert not [key for key in others if any(fnmatchcase(key, pattern) for pattern in patterns)]


@pytest.mark.parametrize("role", [MCP, HOUSE])
def test_objects_can_be_listed_below_the_two_folders_alone(template: Template, role: str) -> None:
    """S3 takes the key of a missing object for the prefix when it decides between 404 and 403."""
    bucket = {"Fn::GetAtt": ["MediaBucket", "Arn"]}
    (lists,) = [each for each in statements(template, role) if each["Resource"] == bucket]
    assert lists["Action"] == "s3:ListBucket"
    patterns = lists["Condition"]["StringLike"]["s3:prefix"]
    assert patterns == [f"{MEDIA_PREFIX}*", f"{UPLOADS_PREFIX}*"]
    assert all(any(fnmatchcase(one, pattern) for pattern in patterns) for one in (MEDIA_PREFIX, "uploads/x"))


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
        assert reads[0]["Resource"]["Fn::Sub"].endswith(":secret:affino-mcp/${AWS::StackName}/profiles/*")


def test_media_files_are_read_and_stored_by_the_mcp_endpoint_alone(template: Template) -> None:
    (statement,) = [each for each in statements(template, MCP) if each["Sid"] == "Media"]
    assert set(statement["Action"]) == {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
    prefixes = {resource["Fn::Sub"] for resource in statement["Resource"]}
    assert prefixes == {"${MediaBucket.Arn}/" + prefix + "*" for prefix in (MEDIA_PREFIX, UPLOADS_PREFIX)}
    for role in (LOGIN, CONTROL):
        assert "MediaBucket" not in str(statements(template, role))


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
