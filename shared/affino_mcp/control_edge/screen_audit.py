"""Audit of operators' actions on the screens, in the API Log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from affino_mcp.admin.operator_audit import By, Subject, written
from affino_mcp.control_edge.screen_request import Ask


@contextmanager
def audit_screen_action(
    ask: Ask, deed: str, subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[None]:
    """Audits the action of a screen as the signed-in person's; see `written`. Raises StoreUnavailable."""
    person, place = ask.visit.person, ask.place
    origin = {
        "person_code": person.user_code,
        "person_name": person.name,
        "person_email": person.email,
        "request_id": place.request_id,
        "fingerprint": ask.visit.fingerprint,
        "source": place.source,
        "client_name": "Control Centre",
    }
    with written(By(ask.centre.audit, ask.centre.audit.write_row, origin), deed, subject, before, after):
        yield
