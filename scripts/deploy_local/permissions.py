"""Tries what the functions' roles may and may not do: assumes each role, whose policy the emulator enforces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from scripts.deploy_local.stack import Stack
from scripts.expand import source

KEY = {"pk": {"S": "PROBE#1"}, "sk": {"S": "A"}}
PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "PROBE#1"}}}
TOTALS = {"pk": {"S": "T#PROBE"}, "sk": {"S": "A"}}
TOTALS_PARTITION = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": TOTALS["pk"]}}
ALL_CALLS = {
    "IndexName": "ByTime",
    "KeyConditionExpression": "everybody = :p",
    "ExpressionAttributeValues": {":p": {"S": "E"}},
}
INDEXES = [index["IndexName"] for index in source()["Resources"]["RecordsTable"]["Properties"]["LocalSecondaryIndexes"]]

Clients = Callable[[str], Any]
Attempt = Callable[[Clients, Mapping[str, str]], object]


@dataclass(frozen=True)
class Rule:
    """One action that a role may or may not take, tried by `attempt(clients, outputs)`."""

    role: str
    allowed: bool
    deed: str
    attempt: Attempt


def _dynamo(operation: str, table: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("dynamodb"), operation)(TableName=names[table], **arguments)


def _object(operation: str, key: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("s3"), operation)(Bucket=names["MediaBucket"], Key=key, **arguments)


def _bucket(operation: str) -> Attempt:
    return lambda clients, names: getattr(clients("s3"), operation)(Bucket=names["MediaBucket"])


def _secret(operation: str, suffix: str, **arguments: Any) -> Attempt:
    return lambda clients, names: getattr(clients("secretsmanager"), operation)(
        SecretId=f"{names['SecretsPrefix']}{suffix}", **arguments
    )


RULES = [
    Rule("McpEndpointRole", True, "read a gate row", _dynamo("get_item", "GateTable", Key=KEY)),
    Rule("McpEndpointRole", False, "add a gate row", _dynamo("put_item", "GateTable", Item=KEY)),
    Rule("McpEndpointRole", False, "list gate rows", _dynamo("query", "GateTable", **PARTITION)),
    Rule("McpEndpointRole", False, "read a password hash", _dynamo("get_item", "CredentialsTable", Key=KEY)),
    Rule("McpEndpointRole", True, "add an audit row", _dynamo("put_item", "AuditTable", Item=KEY)),
    Rule("McpEndpointRole", False, "delete an audit row", _dynamo("delete_item", "AuditTable", Key=KEY)),
    Rule("McpEndpointRole", False, "read an audit row", _dynamo("get_item", "AuditTable", Key=KEY)),
    Rule("McpEndpointRole", False, "scan the audit", _dynamo("scan", "AuditTable")),
    Rule("McpEndpointRole", False, "scan the records", _dynamo("scan", "RecordsTable")),
    *(
        Rule(
            "McpEndpointRole",
            True,
            f"list records {name}",
            _dynamo("query", "RecordsTable", IndexName=name, **PARTITION),
        )
        for name in INDEXES
    ),
    Rule(
        "McpEndpointRole",
        False,
        "change a profile's secret",
        _secret("put_secret_value", "/profiles/x", SecretString="x"),
    ),
    Rule("McpEndpointRole", False, "read another secret", _secret("get_secret_value", "-other")),
    Rule("McpEndpointRole", True, "store a media file", _object("put_object", "media/probe", Body=b"x")),
    Rule("McpEndpointRole", False, "store anything else", _object("put_object", "probe", Body=b"x")),
    Rule("McpEndpointRole", False, "make a file public", _object("put_object_acl", "media/probe", ACL="public-read")),
    Rule("McpEndpointRole", False, "list the bucket", _bucket("list_objects_v2")),
    Rule("LoginProxyRole", False, "read a media file", _object("get_object", "media/probe")),
    Rule("LoginProxyRole", True, "read a password hash", _dynamo("get_item", "CredentialsTable", Key=KEY)),
    Rule("LoginProxyRole", False, "change a password hash", _dynamo("put_item", "CredentialsTable", Item=KEY)),
    Rule("LoginProxyRole", True, "add a gate row", _dynamo("put_item", "GateTable", Item=KEY)),
    Rule("LoginProxyRole", False, "scan the gate", _dynamo("scan", "GateTable")),
    Rule("LoginProxyRole", False, "read a record", _dynamo("get_item", "RecordsTable", Key=KEY)),
    Rule("LoginProxyRole", False, "write a record", _dynamo("put_item", "RecordsTable", Item=KEY)),
    Rule("LoginProxyRole", False, "read an audit row", _dynamo("get_item", "AuditTable", Key=KEY)),
    Rule("LoginProxyRole", False, "add an audit row", _dynamo("put_item", "AuditTable", Item=KEY)),
    Rule("ControlCentreRole", True, "read a gate row", _dynamo("get_item", "GateTable", Key=KEY)),
    Rule("ControlCentreRole", True, "ask the audit", _dynamo("query", "AuditTable", **PARTITION)),
    Rule("ControlCentreRole", True, "add an audit row", _dynamo("put_item", "AuditTable", Item=KEY)),
    Rule("ControlCentreRole", False, "remove an audit row", _dynamo("delete_item", "AuditTable", Key=KEY)),
    Rule("ControlCentreRole", False, "scan the audit", _dynamo("scan", "AuditTable")),
    Rule("ControlCentreRole", False, "read a password hash", _dynamo("get_item", "CredentialsTable", Key=KEY)),
    Rule("ControlCentreRole", False, "read a record", _dynamo("get_item", "RecordsTable", Key=KEY)),
    Rule("ControlCentreRole", False, "read a media file", _object("get_object", "media/probe")),
    Rule("ControlCentreRole", False, "read another secret", _secret("get_secret_value", "-other")),
    Rule("HousekeepingRole", True, "ask the audit by time", _dynamo("query", "AuditTable", **ALL_CALLS)),
    Rule("HousekeepingRole", True, "write a total", _dynamo("put_item", "AuditTable", Item=TOTALS)),
    Rule("HousekeepingRole", True, "ask for totals", _dynamo("query", "AuditTable", **TOTALS_PARTITION)),
    Rule("HousekeepingRole", False, "remove a total", _dynamo("delete_item", "AuditTable", Key=TOTALS)),
    Rule("HousekeepingRole", False, "scan the audit", _dynamo("scan", "AuditTable")),
    Rule("HousekeepingRole", False, "read a gate row", _dynamo("get_item", "GateTable", Key=KEY)),
    Rule("HousekeepingRole", False, "read a record", _dynamo("get_item", "RecordsTable", Key=KEY)),
    Rule("HousekeepingRole", False, "read a secret", _secret("get_secret_value", "/profiles/x")),
]


def broken_rules(stack: Stack) -> Iterator[str]:
    """One line for each rule that the deployed roles break. Raises ClientError for any other error."""
    names = stack.outputs()
    clients = {role: _assumed(stack, role) for role in {rule.role for rule in RULES}}
    for rule in RULES:
        if _may(rule, clients[rule.role], names) is not rule.allowed:
            yield f"{rule.role} {'may not' if rule.allowed else 'may'} {rule.deed}"


def _may(rule: Rule, clients: Clients, names: Mapping[str, str]) -> bool:
    try:
        rule.attempt(clients, names)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDeniedException", "AccessDenied"):
            raise
        return False
    return True


def _assumed(stack: Stack, role: str) -> Clients:
    arn = stack.client("iam").get_role(RoleName=stack.resource(role))["Role"]["Arn"]
    given = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    return lambda service: stack.client(service, **keys)
