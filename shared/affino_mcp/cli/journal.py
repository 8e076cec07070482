"""Audit of operators' actions from a shell: who, on what, before and after, in the same log as the Control Centre's."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject, OperatorOrigin, audit_action
from affino_mcp.audit.log import AuditLog
from affino_mcp.cli.service import Service

CLIENT_NAME: Final = "affino-mcp"
NEW_PERSON_SUBJECT: Final = ActionSubject(NO_PROFILE, "Command line", "")
"""The subject of creating a person, who has no user code yet."""


@contextmanager
def audit_command(
    service: Service, deed: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Audits the action of a command; see `written`. Writes no log line for CloudWatch, which would be printed here."""
    log = AuditLog(service.stores.database, service.settings.audit_table, service.clock)
    origin = {"person_name": operator_name(service), "request_id": str(uuid.uuid4()), "client_name": CLIENT_NAME}
    with audit_action(OperatorOrigin(log, log.store, origin), deed, subject, before, after):
        yield


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
