"""The Hub's list of sessions, and logout."""

from __future__ import annotations

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.last_use import SessionLastUse
from affino_mcp.gate.sessions.web_sessions import HUB
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import Desk


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


def test_ending_one_session(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    other = desk.world.login(profile)
    browser.get("/hub/sessions")
    assert other.session.fingerprint not in browser.post("/hub/sessions/end", Session=other.session.fingerprint).text
    assert other.session not in desk.world.sessions.list_sessions(7)
    assert len(desk.world.sessions.list_sessions(7)) == 1


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
    assert "everywhere" in browser.post("/hub/sessions/end-all").text
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
    assert "<h1>Your sessions</h1>" in browser.get("/hub").text
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
