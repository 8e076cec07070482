"""Audit of operators' actions from a shell: who, on what, before and after, in the same log as the Control Centre's."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

from affino_mcp.admin.operator_action import OperatorAction, audit_action
from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject, OperatorOrigin
from affino_mcp.audit.log import AuditLog
from affino_mcp.cli.output import print_note
from affino_mcp.cli.service import Service

CLIENT_NAME: Final = "affino-mcp"
NEW_PERSON_SUBJECT: Final = ActionSubject(NO_PROFILE, "Command line", "")
"""The subject of creating a person, who has no user code yet."""


def audit_command(
    service: Service, deed: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> AbstractContextManager[OperatorAction]:
    """Audits the action of a command; see `audit_action`."""
    return audit_action(make_origin(service), deed, subject, before, after)


def make_origin(service: Service) -> OperatorOrigin:
    """The operator who says a command, for the rows of one command."""
    database, settings = service.stores.database, service.settings
    log = AuditLog(database, settings.audit_table, service.clock)
    fields = {"person_name": operator_name(service), "request_id": str(uuid.uuid4()), "client_name": CLIENT_NAME}
    return OperatorOrigin(database, settings, log, fields, has_log_lines=False)


def print_notice(action: OperatorAction) -> None:
    """Prints what the operator must know about a row that follows later."""
    if action.notice:
        print_note(action.notice)


def pick_previous_values(document: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The previous values of the fields that change; of `families`, those of the families that change."""
    before = {name: document[name] for name in after if name in document}
    if "families" in before:
        before["families"] = {family: before["families"].get(family, []) for family in after["families"]}
    return before


def operator_name(service: Service) -> str:
    """The operator's name for the log: the AWS caller of a deployed stack, or this machine's user."""
    if service.stack is not None:
        return service.stack.caller
    try:
        return f"{getpass.getuser()} (shell)"
    except (OSError, KeyError):
        return "somebody (shell)"
