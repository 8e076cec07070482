"""Relogin links at the Hub, for clients whose session has expired."""

from __future__ import annotations

import pytest

from affino_mcp.gate.profiles.deletion import ProfileDeletion
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.relogin import RELOGIN_GRACE_SECONDS, relogin_link
from affino_mcp.gate.sessions.session_rows import SESSION_LIFETIME_SECONDS
from tests.unit.gate.world import PASSWORD
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import Desk


@pytest.fixture
def waiting(desk: Desk, profile: Profile) -> str:
    """A client whose session has just expired, on a profile that offers links; gives the link's page."""
    changed = desk.world.profiles.change(profile.key, relogin=True)
    session = desk.world.login(profile).session
    desk.world.clock.move(SESSION_LIFETIME_SECONDS)
    return f"/hub/login?link={relogin_link(changed, session, int(desk.world.clock().timestamp()))}"


def test_the_same_person_revives_the_clients_session(
    desk: Desk, browser: Browser, profile: Profile, waiting: str
) -> None:
    assert "waits for you" in browser.get(waiting).text
    shown = log_in(browser, address=waiting)
    assert "Your client can go on" in shown.text
    (session,) = desk.world.sessions.list_sessions(7)
    assert session.expires == int(desk.world.clock().timestamp()) + SESSION_LIFETIME_SECONDS
    assert session.digest in waiting


def test_anybody_else_does_not(desk: Desk, browser: Browser, waiting: str) -> None:
    desk.world.person(8)
    desk.world.passwords.set_password(8, PASSWORD)
    shown = log_in(browser, email="person8@orbital.example", address=waiting)
    assert "Nothing was changed" in shown.text
    assert desk.world.sessions.list_sessions(7) == desk.world.sessions.list_sessions(8) == []


def _delete(desk: Desk, profile: Profile) -> None:
    ProfileDeletion(desk.world.db, desk.world.secrets, desk.world.settings, desk.world.clock).delete(profile.key)


UNDONE = {
    "after ten minutes": lambda desk, profile: desk.world.clock.move(600),
    "switched off": lambda desk, profile: desk.world.profiles.change(profile.key, relogin=False),
    "profile off": lambda desk, profile: desk.world.profiles.disable(profile.key),
    "profile gone": _delete,
    "another secret": lambda desk, profile: desk.world.profiles.regenerate_secret(profile.key),
    "everywhere out": lambda desk, profile: desk.world.sessions.end_all_sessions(7),
}


@pytest.mark.parametrize("undo", UNDONE.values(), ids=UNDONE)
def test_a_link_that_holds_no_longer(
    desk: Desk, browser: Browser, profile: Profile, waiting: str, undo: object
) -> None:
    undo(desk, profile)  # type: ignore[operator]
    log_in(browser, address=waiting)
    assert not [session for session in desk.world.sessions.list_sessions(7) if session.digest in waiting]


def test_a_link_is_good_once_and_repeated_at_once_prolongs_nothing(desk: Desk, browser: Browser, waiting: str) -> None:
    log_in(browser, address=waiting)
    (session,) = desk.world.sessions.list_sessions(7)
    desk.world.clock.move(RELOGIN_GRACE_SECONDS)
    assert "Your client can go on" in log_in(browser, address=waiting).text
    assert desk.world.sessions.list_sessions(7) == [session]
    desk.world.clock.move(1)
    assert "Nothing was changed" in log_in(browser, address=waiting).text


@pytest.mark.parametrize("part", range(5))
def test_a_link_that_was_changed(desk: Desk, browser: Browser, waiting: str, part: int) -> None:
    address, _, link = waiting.partition("link=")
    parts = link.split(".")
    parts[part] = parts[part][:-1] + ("1" if parts[part][-1] != "1" else "2")
    shown = browser.get(f"{address}link={'.'.join(parts)}")
    assert "waits for you" not in shown.text
