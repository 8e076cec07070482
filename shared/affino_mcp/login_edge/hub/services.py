"""What the Hub's pages of signed-in people work with: stores, login, browsers' sessions, and the log of what people do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from affino_mcp.admin.operator_action import OperatorAction, audit_action
from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject, OperatorOrigin
from affino_mcp.audit.log import AuditLog
from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.sessions.web_sessions import WebSession, WebSessions
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.hub.frame import HubFrame, redirect_to_login
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, HubRequest
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class


@value_class
class HubServices:
    """The parts that the pages of signed-in people share, one of each per process."""

    db: Database
    settings: Settings
    clock: Clock
    login: GuardedLogin
    browsers: WebSessions
    frame: HubFrame

    def find_visit(self, visit: HubRequest) -> WebSession | None:
        """Gives the session of the browser in which somebody is logged in; None when nobody is."""
        token = visit.read_cookie(BROWSER_COOKIE)
        return self.browsers.find(token)[0] if token else None

    def answer_signed_in(
        self, visit: HubRequest, known: LoginSubject, answer: Callable[[WebSession], HubPage]
    ) -> HubPage:
        """Gives the page that `answer` makes for the browser's session; without one, what leads to the login."""
        session = self.find_visit(visit)
        if session is None:
            return redirect_to_login(visit)
        known.user_code = session.person.user_code
        return answer(session)

    def audit(
        self, visit: HubRequest, session: WebSession, deed: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> AbstractContextManager[OperatorAction]:
        """Audits what the person does at the Hub as their own; see `audit_action`."""
        person = session.person
        fields = {
            "person_code": person.user_code,
            "person_name": person.name,
            "person_email": person.email,
            "request_id": visit.request.request_id,
            "fingerprint": session.fingerprint,
            "source": visit.request.source,
            "client_name": "Hub",
        }
        log = AuditLog(self.db, self.settings.audit_table, self.clock)
        origin = OperatorOrigin(self.db, self.settings, log, fields)
        return audit_action(origin, deed, _own_subject(person), before, after)


def _own_subject(person: Person) -> ActionSubject:
    return ActionSubject(NO_PROFILE, "Hub", f"people#{person.user_code}")
