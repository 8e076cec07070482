"""Tries what the functions' roles may and may not do: assumes each role, whose actions and resources the emulator enforces.

The emulator knows no `dynamodb:LeadingKeys`: which rows a role may use is shown by tests/roles. The keys below are of
rows that AWS would allow or deny as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from affino_mcp.audit.open_rows import OPEN_ROWS_PARTITION
from affino_mcp.gate.identity.row_keys import UNLOGGED_PARTITION
from scripts.deploy_local.stack import Stack
from scripts.expand import load_source_template

PROBE_KEY = {"pk": {"S": "PROBE#1"}, "sk": {"S": "A"}}
PROBE_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "PROBE#1"}}}
PROFILE_KEY, SESSION_KEY, CALL_KEY = (
    {"pk": {"S": f"{kind}#PROBE"}, "sk": {"S": "A"}} for kind in ("PROFILE", "SESSION", "P")
)
CALLS_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": CALL_KEY["pk"]}}
WORDS_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "W#accounts#pr"}}}
TOTALS_KEY = {"pk": {"S": "T#PROBE"}, "sk": {"S": "A"}}
TOTALS_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": TOTALS_KEY["pk"]}}
BEGUN_KEY, MARK_KEY = ({"pk": {"S": pk}, "sk": {"S": "A"}} for pk in (OPEN_ROWS_PARTITION, UNLOGGED_PARTITION))
CONTACT_KEY = {"pk": {"S": "contacts#PROBE"}, "sk": {"S": "A"}}
DELETIONS_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "D#20261123"}}}
CALLS_BY_TIME = {
    "IndexName": "ByTime",
    "KeyConditionExpression": "everybody = :p",
    "ExpressionAttributeValues": {":p": {"S": "E"}},
}
RECORD_INDEXES = [
    index["IndexName"]
    for index in load_source_template()["Resources"]["RecordsTable"]["Properties"]["LocalSecondaryIndexes"]
]

ClientFactory = Callable[[str], Any]
Attempt = Callable[[ClientFactory, Mapping[str, str]], object]


@dataclass(frozen=True)
class RoleRule:
    """One action that a role may or may not take, tried by `attempt(clients, outputs)`."""

    role: str
    is_allowed: bool
    action: str
    attempt: Attempt


def _try_table(operation: str, table: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("dynamodb"), operation)(TableName=names[table], **arguments)


def _try_object(operation: str, key: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("s3"), operation)(Bucket=names["MediaBucket"], Key=key, **arguments)


def _try_digest(operation: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("s3"), operation)(
        Bucket=names["DigestBucket"], Key="digests/probe", **arguments
    )


def _try_signing(clients: ClientFactory, names: Mapping[str, str]) -> object:
    return clients("kms").sign(KeyId=names["DigestKey"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def _try_bucket(operation: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("s3"), operation)(Bucket=names["MediaBucket"], **arguments)


def _try_secret(operation: str, suffix: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("secretsmanager"), operation)(
        SecretId=f"{names['SecretsPrefix']}{suffix}", **arguments
    )


ROLE_RULES = [
    RoleRule("McpEndpointRole", True, "read a profile's row", _try_table("get_item", "GateTable", Key=PROFILE_KEY)),
    RoleRule("McpEndpointRole", False, "add a gate row", _try_table("put_item", "GateTable", Item=PROBE_KEY)),
    RoleRule("McpEndpointRole", False, "list gate rows", _try_table("query", "GateTable", **PROBE_PARTITION)),
    RoleRule(
        "McpEndpointRole", False, "read a password hash", _try_table("get_item", "CredentialsTable", Key=PROBE_KEY)
    ),
    RoleRule("McpEndpointRole", True, "add an audit row", _try_table("put_item", "AuditTable", Item=CALL_KEY)),
    RoleRule("McpEndpointRole", False, "delete an audit row", _try_table("delete_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("McpEndpointRole", False, "read an audit row", _try_table("get_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("McpEndpointRole", False, "scan the audit", _try_table("scan", "AuditTable")),
    RoleRule("McpEndpointRole", False, "scan the records", _try_table("scan", "RecordsTable")),
    RoleRule("McpEndpointRole", True, "search words", _try_table("query", "WordsTable", **PROBE_PARTITION)),
    RoleRule("McpEndpointRole", False, "scan the words", _try_table("scan", "WordsTable")),
    RoleRule("ControlCentreRole", True, "search names", _try_table("query", "WordsTable", **WORDS_PARTITION)),
    RoleRule("ControlCentreRole", False, "read a word", _try_table("get_item", "WordsTable", Key=PROBE_KEY)),
    *(
        RoleRule(
            "McpEndpointRole",
            True,
            f"list records {name}",
            _try_table("query", "RecordsTable", IndexName=name, **PROBE_PARTITION),
        )
        for name in RECORD_INDEXES
    ),
    RoleRule(
        "McpEndpointRole",
        False,
        "change a profile's secret",
        _try_secret("put_secret_value", "/profiles/x", SecretString="x"),
    ),
    RoleRule("McpEndpointRole", False, "read another secret", _try_secret("get_secret_value", "-other")),
    RoleRule("McpEndpointRole", True, "store a media file", _try_object("put_object", "media/probe", Body=b"x")),
    RoleRule("McpEndpointRole", False, "store anything else", _try_object("put_object", "probe", Body=b"x")),
    RoleRule(
        "McpEndpointRole", False, "make a file public", _try_object("put_object_acl", "media/probe", ACL="public-read")
    ),
    RoleRule(
        "McpEndpointRole", True, "be told that a file is missing", _try_bucket("list_objects_v2", Prefix="media/x")
    ),
    RoleRule("McpEndpointRole", False, "list the whole bucket", _try_bucket("list_objects_v2")),
    RoleRule("InstanceApiRole", True, "read a profile's row", _try_table("get_item", "GateTable", Key=PROFILE_KEY)),
    RoleRule("InstanceApiRole", False, "list gate rows", _try_table("query", "GateTable", **PROBE_PARTITION)),
    RoleRule(
        "InstanceApiRole", False, "read a password hash", _try_table("get_item", "CredentialsTable", Key=PROBE_KEY)
    ),
    RoleRule("InstanceApiRole", True, "add an audit row", _try_table("put_item", "AuditTable", Item=CALL_KEY)),
    RoleRule("InstanceApiRole", False, "delete an audit row", _try_table("delete_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("InstanceApiRole", False, "scan the records", _try_table("scan", "RecordsTable")),
    RoleRule("LoginProxyRole", False, "list the bucket", _try_bucket("list_objects_v2")),
    RoleRule("McpEndpointRole", False, "add a digest", _try_digest("put_object", Body=b"x")),
    RoleRule("McpEndpointRole", False, "sign a digest", _try_signing),
    RoleRule("LoginProxyRole", False, "sign a digest", _try_signing),
    RoleRule("ControlCentreRole", False, "add a digest", _try_digest("put_object", Body=b"x")),
    RoleRule("ControlCentreRole", False, "sign a digest", _try_signing),
    RoleRule("HousekeepingRole", True, "add a digest", _try_digest("put_object", Body=b"x")),
    RoleRule("HousekeepingRole", False, "remove a digest", _try_digest("delete_object")),
    RoleRule("HousekeepingRole", True, "sign a digest", _try_signing),
    RoleRule("LoginProxyRole", False, "read a media file", _try_object("get_object", "media/probe")),
    RoleRule("LoginProxyRole", True, "read a password hash", _try_table("get_item", "CredentialsTable", Key=PROBE_KEY)),
    RoleRule(
        "LoginProxyRole", False, "change a password hash", _try_table("put_item", "CredentialsTable", Item=PROBE_KEY)
    ),
    RoleRule("LoginProxyRole", True, "add a session", _try_table("put_item", "GateTable", Item=SESSION_KEY)),
    RoleRule("LoginProxyRole", False, "scan the gate", _try_table("scan", "GateTable")),
    RoleRule("LoginProxyRole", False, "read a record", _try_table("get_item", "RecordsTable", Key=PROBE_KEY)),
    RoleRule("LoginProxyRole", False, "write a record", _try_table("put_item", "RecordsTable", Item=PROBE_KEY)),
    RoleRule("LoginProxyRole", False, "read an audit row", _try_table("get_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("LoginProxyRole", True, "add an audit row", _try_table("put_item", "AuditTable", Item=CALL_KEY)),
    RoleRule("LoginProxyRole", False, "remove an audit row", _try_table("delete_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("ControlCentreRole", True, "read a profile's row", _try_table("get_item", "GateTable", Key=PROFILE_KEY)),
    RoleRule("ControlCentreRole", True, "ask the audit", _try_table("query", "AuditTable", **CALLS_PARTITION)),
    RoleRule("ControlCentreRole", True, "add an audit row", _try_table("put_item", "AuditTable", Item=CALL_KEY)),
    RoleRule("ControlCentreRole", False, "remove an audit row", _try_table("delete_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("ControlCentreRole", False, "scan the audit", _try_table("scan", "AuditTable")),
    RoleRule(
        "ControlCentreRole", False, "read a password hash", _try_table("get_item", "CredentialsTable", Key=PROBE_KEY)
    ),
    RoleRule(
        "ControlCentreRole", False, "change a password hash", _try_table("put_item", "CredentialsTable", Item=PROBE_KEY)
    ),
    RoleRule("ControlCentreRole", True, "write a contact", _try_table("put_item", "RecordsTable", Item=CONTACT_KEY)),
    RoleRule("ControlCentreRole", False, "scan the records", _try_table("scan", "RecordsTable")),
    RoleRule("ControlCentreRole", False, "read a media file", _try_object("get_object", "media/probe")),
    RoleRule("ControlCentreRole", False, "store a media file", _try_object("put_object", "media/probe", Body=b"x")),
    RoleRule(
        "ControlCentreRole", True, "store a file to import", _try_object("put_object", "exchange/probe", Body=b"x")
    ),
    RoleRule("ControlCentreRole", False, "remove an object", _try_object("delete_object", "exchange/probe")),
    RoleRule("ControlCentreRole", False, "list the whole bucket", _try_bucket("list_objects_v2")),
    RoleRule("ControlCentreRole", False, "read another secret", _try_secret("get_secret_value", "-other")),
    RoleRule("HousekeepingRole", True, "ask the audit by time", _try_table("query", "AuditTable", **CALLS_BY_TIME)),
    RoleRule("HousekeepingRole", True, "write a total", _try_table("put_item", "AuditTable", Item=TOTALS_KEY)),
    RoleRule("HousekeepingRole", True, "ask for totals", _try_table("query", "AuditTable", **TOTALS_PARTITION)),
    RoleRule("HousekeepingRole", True, "remove a begun mark", _try_table("delete_item", "AuditTable", Key=BEGUN_KEY)),
    RoleRule("HousekeepingRole", True, "remove an unlogged mark", _try_table("delete_item", "GateTable", Key=MARK_KEY)),
    RoleRule("HousekeepingRole", False, "change an audit row", _try_table("update_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("HousekeepingRole", False, "add a gate row", _try_table("put_item", "GateTable", Item=PROBE_KEY)),
    RoleRule("HousekeepingRole", False, "scan the audit", _try_table("scan", "AuditTable")),
    RoleRule("HousekeepingRole", False, "read a gate row", _try_table("get_item", "GateTable", Key=PROBE_KEY)),
    RoleRule("HousekeepingRole", False, "read a record", _try_table("get_item", "RecordsTable", Key=PROBE_KEY)),
    RoleRule("HousekeepingRole", True, "list media files", _try_bucket("list_objects_v2", Prefix="media/")),
    RoleRule("HousekeepingRole", True, "list uploads", _try_bucket("list_objects_v2", Prefix="uploads/")),
    RoleRule("HousekeepingRole", False, "list the whole bucket", _try_bucket("list_objects_v2")),
    RoleRule("HousekeepingRole", True, "remove a media file", _try_object("delete_object", "media/probe")),
    RoleRule("HousekeepingRole", False, "read a media file", _try_object("get_object", "media/probe")),
    RoleRule("HousekeepingRole", True, "ask for deletions", _try_table("query", "RecordsTable", **DELETIONS_PARTITION)),
    RoleRule("HousekeepingRole", False, "read a secret", _try_secret("get_secret_value", "/profiles/x")),
]


AUTHORIZER_RULES = [
    RoleRule("OAuthAuthorizerRole", True, "read a session", _try_table("get_item", "GateTable", Key=SESSION_KEY)),
    RoleRule("OAuthAuthorizerRole", False, "write a gate row", _try_table("put_item", "GateTable", Item=PROBE_KEY)),
    RoleRule("OAuthAuthorizerRole", False, "list gate rows", _try_table("query", "GateTable", **PROBE_PARTITION)),
    RoleRule("OAuthAuthorizerRole", False, "read the audit", _try_table("get_item", "AuditTable", Key=PROBE_KEY)),
    RoleRule("OAuthAuthorizerRole", False, "read a record", _try_table("get_item", "RecordsTable", Key=PROBE_KEY)),
]
"""The rules on the role that a stack has only with a domain of its own."""

_NOT_AT_A_GATEWAY = {("HousekeepingRole", "read a gate row"), ("HousekeepingRole", "read a secret")}
"""What housekeeping may besides where it asks an instance elsewhere in a profile's name. Which rows: tests/roles."""


def list_gateway_rules(profile: str) -> list[RoleRule]:
    """The rules of a stack in front of an instance elsewhere that has the profile with this key."""
    secret = f"/profiles/{profile}"
    read, change = _try_secret("get_secret_value", secret), _try_secret("put_secret_value", secret, SecretString="x")
    return [
        *(rule for rule in ROLE_RULES if (rule.role, rule.action) not in _NOT_AT_A_GATEWAY),
        RoleRule("HousekeepingRole", True, "read a profile's secret", read),
        RoleRule(
            "HousekeepingRole", True, "read a profile's row", _try_table("get_item", "GateTable", Key=PROFILE_KEY)
        ),
        RoleRule("HousekeepingRole", False, "change a profile's secret", change),
        RoleRule("HousekeepingRole", False, "read another secret", _try_secret("get_secret_value", "-other")),
    ]


def find_broken_rules(stack: Stack, rules: Sequence[RoleRule] = ROLE_RULES) -> Iterator[str]:
    """One line for each of the rules that the deployed roles break. Raises ClientError for any other error."""
    names = stack.read_outputs()
    clients = {role: _assume_role(stack, role) for role in {rule.role for rule in rules}}
    for rule in rules:
        if _is_permitted(rule, clients[rule.role], names) is not rule.is_allowed:
            yield f"{rule.role} {'may not' if rule.is_allowed else 'may'} {rule.action}"


def _is_permitted(rule: RoleRule, clients: ClientFactory, names: Mapping[str, str]) -> bool:
    try:
        rule.attempt(clients, names)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDeniedException", "AccessDenied"):
            raise
        return False
    return True


def _assume_role(stack: Stack, role: str) -> ClientFactory:
    arn = stack.make_client("iam").get_role(RoleName=stack.physical_name(role))["Role"]["Arn"]
    given = stack.make_client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    return lambda service: stack.make_client(service, **keys)
