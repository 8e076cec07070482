"""The Hub's list of connected apps, and ending one."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.grants.grants import Grant, Grants
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.sessions.last_use import SessionLastUse
from affino_mcp.gate.sessions.session_rows import Session
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.gate.sessions.web_sessions import HUB, WebSessions
from affino_mcp.settings import Settings
from tests.unit.gate.grants.connected import connect_app
from tests.unit.gate.world import ALL, GATE, World
from tests.unit.login_edge.browser import Browser
from tests.unit.login_edge.desk import Desk, own_rows

OPENED = AdmissionTerms(connectable=("Sales",))


class Office:
    """Person 7 is logged in at the Hub, and persons 7 and 8 may connect apps to one profile."""

    def __init__(self) -> None:
        self.world = World(settings=Settings(public_url="https://mcp.orbital.example"))
        self.desk, world = Desk(self.world), self.world
        self.profile = world.profiles.create("Sales Agent", ALL, terms=OPENED)
        for code in (7, 8):
            world.person(code)
        self.browser = Browser(self.desk.app)
        hub = WebSessions(HUB, world.db, world.settings, world.clock)
        self.browser.jar["__Host-affino-hub"] = hub.start(active_person_row(world.db, GATE, 7))

    def connect(self, person: int = 7, **changed: Any) -> Grant:
        world = self.world
        return connect_app(world.db, world.secrets, world.settings, world.clock, self.profile.key, person, **changed)

    def live(self) -> list[str]:
        return [grant.fingerprint for code in (7, 8) for grant in self.grants_of(code)]

    def grants_of(self, code: int) -> list[Grant]:
        return Grants(self.world.db, self.world.settings, self.world.clock).list_of_person(code)


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_list(office: Office) -> None:
    assert "No app is connected." in office.browser.get("/hub/apps").text
    proven = office.connect(declined="contacts:write")
    office.world.clock.move(60)
    registered = office.connect(client_id="app_" + "a" * 24, host="", name="<b>Gemini</b>", proof=ClientProof.SECRET)
    other = office.connect(8)
    used = SessionLastUse(office.world.db, office.world.settings, office.world.clock)
    used.note_use(Session(registered.fingerprint, registered.expires, registered.grant))
    shown = office.browser.get("/hub/apps").text
    for part in ("app.example", "registered by your operator", "&lt;b&gt;Gemini&lt;/b&gt;", "Sales Agent"):
        assert part in shown, part
    for part in (proven.fingerprint, registered.fingerprint, "https://mcp.orbital.example/oauth/mcp", "not yet"):
        assert part in shown, part
    assert "22 Nov 2026, 09:01 UTC" in shown
    assert other.fingerprint not in shown
    assert "all families but Contacts: read and write" in shown
    assert proven.grant not in shown


def test_ending_one_is_asked_first_and_logged(office: Office) -> None:
    ended, kept = office.connect(), office.connect()
    mark = ended.fingerprint
    asked = office.browser.get(f"/hub/apps/end?app={mark}")
    assert "<h1>End this app?</h1>" in asked.text
    assert len(office.live()) == 2
    assert "the app is not connected any more" in office.browser.post("/hub/apps/end", App=mark).text
    assert office.live() == [kept.fingerprint]
    assert own_rows(office.desk) == [("end_app", "ok", 7)]
    (row,) = office.world.memory.list_rows(office.world.settings.audit_table)
    assert (row["arguments"]["before"]["app"], row["arguments"]["before"]["client_id"]) == (mark, ended.client_id)
    key = office.browser.jar["__Host-affino-form"]
    assert "not connected any more" in office.browser.post("/hub/apps/end", App=mark, FormKey=key).text


@pytest.mark.parametrize("mark", ["", "x", "0" * 12])
def test_what_is_not_ones_own_is_not_there(office: Office, mark: str) -> None:
    other = office.connect(8)
    for named in (mark, other.fingerprint, other.grant):
        assert office.browser.get(f"/hub/apps/end?app={named}").status == 404
        office.browser.post("/hub/apps/end", App=named)
    assert office.live() == [other.fingerprint]


def test_a_form_from_elsewhere_and_a_stranger(office: Office) -> None:
    mark = office.connect().fingerprint
    assert office.browser.post("/hub/apps/end", App=mark, FormKey="00000000-0000-4000-8000-000000000000").status == 403
    office.browser.jar.clear()
    assert "Log in to see that page" in office.browser.get("/hub/apps").text
    assert office.live() == [mark]
