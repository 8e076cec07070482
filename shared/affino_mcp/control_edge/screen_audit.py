"""Audit of operators' actions on the screens, in the API Log."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from affino_mcp.admin.operator_action import OperatorAction, audit_action
from affino_mcp.admin.operator_audit import ActionSubject, OperatorOrigin
from affino_mcp.control_edge.screen_request import ScreenRequest


def audit_screen_action(
    ask: ScreenRequest, deed: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> AbstractContextManager[OperatorAction]:
    """Audits the action of a screen as the signed-in person's; see `audit_action`."""
    return audit_action(make_origin(ask), deed, subject, before, after)


def make_origin(ask: ScreenRequest) -> OperatorOrigin:
    """The signed-in person as the operator of what a screen does."""
    person, place, centre = ask.web_session.person, ask.origin, ask.centre
    fields = {
        "person_code": person.user_code,
        "person_name": person.name,
        "person_email": person.email,
        "request_id": place.request_id,
        "fingerprint": ask.web_session.fingerprint,
        "source": place.source,
        "client_name": ask.site,
    }
    return OperatorOrigin(centre.database, centre.settings, centre.audit_log, fields)
