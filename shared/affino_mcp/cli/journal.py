"""Operators' actions from a shell in the API Log: who, on what, before and after; beside those of the Control Centre."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.redact import redact
from affino_mcp.audit.row import Outcome, Row
from affino_mcp.cli.service import Service
from affino_mcp.control_edge.journal import CHANNEL, NOWHERE, Subject
from affino_mcp.errors import AffinoError, Unexpected

CLIENT: Final = "affino-mcp"
NOBODY: Final = Subject(NOWHERE, "Command line", "")
"""What an action is about that makes somebody: there is no code yet."""


@contextmanager
def recorded(
    service: Service, deed: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Do something that is in the log: its row is written first, so that nothing is ever done without one.

    When it then fails, a second row of the same request says so. Raises StoreUnavailable when the row cannot be written.
    """
    log = AuditLog(service.stores.database, service.settings.audit_table, service.clock)
    row = _row(service, log, deed, subject, {"before": dict(before), "after": dict(after)})
    service.stores.database.put(log.put(row))
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, AffinoError) else Unexpected()
        failed = {"code": known.code, "type": known.type, "message": f"Not done: {known.message}"}
        again = replace(row, **log.stamp()._asdict(), outcome=Outcome.ERROR, status=409, error=failed)
        service.stores.database.put(log.put(again))
        raise


def _row(service: Service, log: AuditLog, deed: str, subject: Subject, arguments: dict[str, Any]) -> Row:
    stamp = log.stamp()
    return Row(
        id=stamp.id,
        at=stamp.at,
        profile_key=subject.profile_key,
        profile_name=subject.profile_name,
        method=deed,
        outcome=Outcome.OK,
        status=200,
        access="write",
        person_name=who(service),
        arguments=redact(arguments),
        record=subject.record,
        records=(subject.record,) if subject.record else (),
        request_id=str(uuid.uuid4()),
        client_name=CLIENT,
        channel=CHANNEL,
    )


def who(service: Service) -> str:
    """Who works in this shell: the AWS caller of a deployed stack, or this machine's user."""
    if service.stack is not None:
        return service.stack.caller
    try:
        return f"{getpass.getuser()} (shell)"
    except (OSError, KeyError):
        return "somebody (shell)"
