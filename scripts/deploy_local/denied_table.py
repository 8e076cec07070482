"""Takes one table from a function's role, and looks for the cause where an operator would: log group and `doctor`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from scripts.deploy_local.shell import Shell
from scripts.deploy_local.smoke import Smoke, require_equal
from scripts.deploy_local.stack import STACK_NAME, Stack

DENYING_POLICY: Final = "denied-for-a-check"
CAUSE: Final = "AccessDeniedException"


def check_denied_table(smoke: Smoke) -> None:
    """Checks that a denied table is named with AWS's error: in the function's log group and metrics, and by `doctor`."""
    stack, table, shell = smoke.stack, smoke.outputs["RecordsTable"], Shell(smoke.stack)
    with _deny_table(stack, "McpEndpointRole", table):
        refused = smoke.send_rpc("tools/call", name="list_accounts", arguments={})
        require_equal("status and Retry-After", (refused.status_code, refused.headers.get("retry-after")), (503, "30"))
        lines = list(_read_lines(stack, "McpEndpointLogs"))
        require_equal("a line names service, table and error", _names_cause(lines, table), True)
        require_equal("the metric counts for this stack", _is_counted(lines), True)
        require_equal("red of doctor", _red_findings(shell), (1, [("McpEndpoint", "dynamodb", table, CAUSE)]))
    require_equal("doctor afterwards", _red_findings(shell), (0, []))


@contextmanager
def _deny_table(stack: Stack, role: str, table: str) -> Iterator[None]:
    iam, name = stack.make_client("iam"), stack.physical_name(role)
    denied = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/{table}*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_role_policy(RoleName=name, PolicyName=DENYING_POLICY, PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName=DENYING_POLICY)


def _read_lines(stack: Stack, group: str) -> Iterator[dict[str, Any]]:
    """The structured lines of a log group."""
    name, pages = stack.physical_name(group), stack.make_client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=name):
        for event in page["events"]:
            try:
                found = json.loads(event["message"])
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


def _names_cause(lines: list[dict[str, Any]], table: str) -> bool:
    wanted = {"message": "store unavailable", "service": "dynamodb", "place": table, "error": CAUSE}
    return any(wanted.items() <= line.items() for line in lines)


def _is_counted(lines: list[dict[str, Any]]) -> bool:
    wanted = {"StoreUnavailable": [1.0], "stack": STACK_NAME, "service": "dynamodb", "error": CAUSE}
    return any(wanted.items() <= line.items() for line in lines)


def _red_findings(shell: Shell) -> tuple[int, list[tuple[str, ...]]]:
    """The exit code of `affino-mcp doctor`, and what it shows red."""
    code, found = shell.run("doctor")
    return code, [
        tuple(one[part] for part in ("function", "service", "place", "error")) for one in found if not one["ok"]
    ]
