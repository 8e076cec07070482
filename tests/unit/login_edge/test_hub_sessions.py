"""The Hub's list of sessions, and logout."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.last_use import SessionLastUse
from affino_mcp.gate.sessions.web_sessions import HUB
from tests.unit.gate.world import PASSWORD, headers
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import EMAIL, Desk, own_rows


def test_sessions_are_listed_with_their_last_use(desk: Desk, browser: Browser, profile: Profile) -> None:
    token = log_in(browser).inside("token")
    other = desk.world.login(profile)
    used = SessionLastUse(desk.world.db, desk.world.settings, desk.world.clock)
    desk.world.clock.move(600)
    used.note_use(other.session)
    shown = browser.get("/hub/sessions")
    assert other.session.fingerprint in shown.text
    assert "22 Nov 2026, 09:10 UTC" in shown.text
    assert "not yet" in shown.text
    assert token not in shown.text


def test_a_session_names_its_profile_also_when_that_is_off(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    desk.world.login(profile)
    desk.world.profiles.disable(profile.key)
    shown = browser.get("/hub/sessions").text
    assert [name in shown for name in (f">{profile.name}<", ">Hub<")] == [True, True]


def test_a_session_shows_client_and_address_of_its_last_use(desk: Desk, browser: Browser, profile: Profile) -> None:
    used = desk.world.login(profile)
    raw = [*headers(profile.key, profile.secret, used.access_token), (b"User-Agent", b"claude-code/2.1 <b>(cli)\xff")]
    last_use = SessionLastUse(desk.world.db, desk.world.settings, desk.world.clock)
    gate = Gate(desk.world.db, desk.world.secrets, desk.world.settings, desk.world.clock, None, last_use)
    gate.admit(raw, charge=True, source="203.0.113.99")
    log_in(browser)
    text = browser.get("/hub/sessions").text
    assert "claude-code/2.1 &lt;b&gt;(cli)" in text
    assert "203.0.113.99" in text
    assert "Not used yet" in text


def test_ending_one_session_is_asked_first_and_said(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    other = desk.world.login(profile)
    mark = other.session.fingerprint
    asked = browser.get(f"/hub/sessions/end?session={mark}")
    assert ("<h1>End this session?</h1>" in asked.text, mark in asked.text) == (True, True)
    assert other.session in desk.world.sessions.list_sessions(7)
    ended = browser.post("/hub/sessions/end", Session=mark)
    assert ("the session is ended" in ended.text, mark in ended.text) == (True, False)
    assert other.session not in desk.world.sessions.list_sessions(7)
    assert len(desk.world.sessions.list_sessions(7)) == 1
    assert own_rows(desk) == [("end_session", "ok", 7)]
    again = browser.post("/hub/sessions/end", Session=mark)
    assert (again.status, "over already" in again.text) == (200, True)
    assert browser.get(f"/hub/sessions/end?session={mark}").status == 404


@pytest.mark.parametrize(
    "path", ["sessions", "sessions/end?session=1", "sessions/end-all", "password", "connect?profile=x"]
)
def test_each_page_leads_to_the_login_and_back(browser: Browser, path: str) -> None:
    assert f'name="Next" value="/hub/{path}"' in browser.get(f"/hub/{path}").text
    shown = browser.post("/hub/login", Email=EMAIL, Password=PASSWORD, Next=f"/hub/{path}")
    assert shown.status in {200, 404}
    assert "<h1>Log in</h1>" not in shown.text
    assert "Your AccessToken" not in shown.text


def test_a_login_that_leads_back_leaves_no_access_token(desk: Desk, browser: Browser) -> None:
    browser.get("/hub/sessions")
    browser.post("/hub/login", Email=EMAIL, Password=PASSWORD, Next="/hub/sessions")
    assert desk.world.sessions.list_sessions(7) == []


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "https://evil.example/hub/work",
        "/hub/work/../../control",
        "/hub/work\\x",
        "/hub/workx",
        "/control",
        "x",
    ],
)
def test_a_login_leads_nowhere_else(browser: Browser, place: str) -> None:
    assert 'name="Next" value=""' in browser.get(f"/hub/login?next={quote(place)}").text
    assert "<h1>Your AccessToken</h1>" in browser.post("/hub/login", Email=EMAIL, Password=PASSWORD, Next=place).text


def test_nobody_elses_session_is_ended(desk: Desk, browser: Browser, profile: Profile) -> None:
    others = desk.world.login(profile, 8)
    log_in(browser)
    browser.get("/hub/sessions")
    browser.post("/hub/sessions/end", Session=others.session.fingerprint)
    assert desk.world.sessions.list_sessions(8) == [others.session]


def test_logging_out_everywhere(desk: Desk, browser: Browser, profile: Profile) -> None:
    second = Browser(desk.app)
    log_in(second)
    log_in(browser)
    browser.get("/hub/sessions")
    assert "2 AccessTokens of yours" in browser.get("/hub/sessions/end-all").text
    assert "everywhere" in browser.post("/hub/sessions/end-all").text
    assert own_rows(desk) == [("end_all_sessions", "ok", 7)]
    assert desk.world.sessions.list_sessions(7) == []
    assert "Log in" in second.get("/hub/sessions").text
    assert "Log in" in browser.get("/hub/sessions").text


def test_logging_out_one_browser(desk: Desk, browser: Browser) -> None:
    log_in(browser)
    kept = dict(browser.jar)
    browser.get("/hub/sessions")
    browser.post("/hub/logout")
    browser.jar.update(kept)
    assert "<h1>Log in</h1>" in browser.get("/hub/sessions").text
    assert len(desk.world.sessions.list_sessions(7)) == 1


def test_a_browser_is_logged_in_for_an_hour(desk: Desk, browser: Browser) -> None:
    log_in(browser)
    desk.world.clock.move(HUB.lifetime - 1)
    assert "<h1>Connect a client</h1>" in browser.get("/hub").text
    desk.world.clock.move(1)
    assert "<h1>Log in</h1>" in browser.get("/hub").text


def test_a_disabled_person_is_logged_out(desk: Desk, browser: Browser) -> None:
    log_in(browser)
    desk.world.people.disable(7)
    assert "<h1>Log in</h1>" in browser.get("/hub/sessions").text
    assert log_in(browser).status == 403


def test_a_browsers_token_opens_nothing_else(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    token = browser.jar["__Host-affino-hub"]
    assert desk.call(profile, "GET", "user", AccessToken=token).error == "-105"


def test_a_session_is_ended_also_while_the_log_cannot_be_written(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    """What stops something goes first; a mark is kept, from which housekeeping makes the row."""
    log_in(browser)
    other, settings = desk.world.login(profile), desk.world.settings
    browser.get("/hub/sessions")
    desk.world.db.broken |= {("transact", settings.audit_table), ("put", settings.audit_table)}
    browser.post("/hub/sessions/end", Session=other.session.fingerprint)
    assert other.session not in desk.world.sessions.list_sessions(7)
    marks = [row for row in desk.world.memory.list_rows(settings.gate_table) if row["pk"] == "UNLOGGED"]
    assert [mark["row"]["method"] for mark in marks] == ["end_session"]
    desk.world.db.broken.discard(("put", settings.audit_table))
    assert "everywhere" in browser.post("/hub/sessions/end-all").text
    assert own_rows(desk) == [("end_all_sessions", "ok", 7)]


def test_a_password_stays_as_it_is_while_the_log_cannot_be_written(desk: Desk, browser: Browser) -> None:
    log_in(browser)
    browser.get("/hub/password")
    desk.world.db.broken |= {("transact", desk.world.settings.audit_table), ("put", desk.world.settings.audit_table)}
    new = "an entirely new and long one"
    shown = browser.post("/hub/password", Old=PASSWORD, Password=new, Again=new)
    assert (shown.status, "Not done" in shown.text) == (503, True)
    desk.world.db.broken.clear()
    assert (log_in(Browser(desk.app), new).status, log_in(Browser(desk.app)).status) == (401, 200)


def test_no_client_is_connected_while_the_log_cannot_be_written(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    before = desk.world.sessions.list_sessions(7)
    browser.get("/hub/connect")
    desk.world.db.broken |= {("transact", desk.world.settings.audit_table), ("put", desk.world.settings.audit_table)}
    shown = browser.post("/hub/connect", Profile=profile.name, Client="codex")
    assert (shown.status, "Not done" in shown.text) == (503, True)
    assert desk.world.sessions.list_sessions(7) == before
