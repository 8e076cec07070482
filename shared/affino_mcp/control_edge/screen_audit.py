"""Audit of operators' actions on the screens, in the API Log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from affino_mcp.admin.operator_audit import ActionSubject, OperatorOrigin, audit_action
from affino_mcp.control_edge.screen_request import ScreenRequest


@contextmanager
def audit_screen_action(
    ask: ScreenRequest, deed: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Audits the action of a screen as the signed-in person's; see `written`. Raises StoreUnavailable."""
    person, place = ask.web_session.person, ask.origin
    origin = {
        "person_code": person.user_code,
        "person_name": person.name,
        "person_email": person.email,
        "request_id": place.request_id,
        "fingerprint": ask.web_session.fingerprint,
        "source": place.source,
        "client_name": "Control Centre",
    }
    with audit_action(
        OperatorOrigin(ask.centre.audit_log, ask.centre.audit_log.write_row, origin), deed, subject, before, after
    ):
        yield
