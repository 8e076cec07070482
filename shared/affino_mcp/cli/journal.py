"""Audit of operators' actions from a shell: who, on what, before and after, in the same log as the Control Centre's."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from affino_mcp.admin.operator_audit import NOWHERE, By, Subject, written
from affino_mcp.audit.log import AuditLog
from affino_mcp.cli.service import Service

CLIENT: Final = "affino-mcp"
NOBODY: Final = Subject(NOWHERE, "Command line", "")
"""The subject of creating a person, who has no user code yet."""


@contextmanager
def recorded(
    service: Service, deed: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Audits the action of a command; see `written`. Writes no log line for CloudWatch, which would be printed here."""
    log = AuditLog(service.stores.database, service.settings.audit_table, service.clock)
    origin = {"person_name": who(service), "request_id": str(uuid.uuid4()), "client_name": CLIENT}
    with written(By(log, log.store, origin), deed, subject, before, after):
        yield


def stood(document: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The previous values of the fields that change; of `families`, those of the families that change."""
    before = {name: document[name] for name in after if name in document}
    if "families" in before:
        before["families"] = {family: before["families"].get(family, []) for family in after["families"]}
    return before


def who(service: Service) -> str:
    """The operator's name for the log: the AWS caller of a deployed stack, or this machine's user."""
    if service.stack is not None:
        return service.stack.caller
    try:
        return f"{getpass.getuser()} (shell)"
    except (OSError, KeyError):
        return "somebody (shell)"
