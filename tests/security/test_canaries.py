"""Secrets are never written: every log line and every row is searched for passwords, secrets and tokens."""

from __future__ import annotations

import pytest

from affino_mcp.errors import Refusal
from affino_mcp.gate.relogin import relogin_link
from affino_mcp.wiring import build_login_app
from tests.roles.watched_stores import WatchedStores
from tests.security.figures import Figures
from tests.unit.gate.world import CREDENTIALS, GATE, PASSWORD, World, headers
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import EMAIL, Desk, content


def test_no_secret_in_any_line_row_or_error(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], figures: Figures
) -> None:
    desk = Desk(world)
    desk.app = build_login_app(world.settings, WatchedStores(world.db, world.secrets), world.clock)  # with the real log
    profile = desk.staffed()
    good = desk.login(profile).body
    replies = [
        desk.login(profile, "canary-wrong-password"),
        desk.login(profile, email="canary@orbital.example"),
        desk.send(desk.signed(profile, content(), Signature="0" * 128), content()),
        desk.send(desk.signed(profile, content(), APIKey=profile.secret), content()),
    ]
    world.people.disable(7)
    replies.append(desk.login(profile))
    refused = [
        _refusal(world, headers(profile.key, profile.secret, good["AccessToken"])),
        _refusal(world, headers(profile.key, "canary" * 6, good["AccessToken"])),
    ]
    world.db.inner = None  # type: ignore[assignment]
    replies.append(desk.login(profile))
    world.db.inner = world.memory
    lines = repr([vars(record) for record in caplog.records])
    logged = lines + "".join(capfd.readouterr())
    written = logged + repr(replies) + repr(refused) + repr(world.rows(GATE)) + repr(world.rows(CREDENTIALS))
    canaries = [
        good["AccessToken"],
        good["RefreshToken"],
        profile.secret,
        PASSWORD,
        "canary-wrong-password",
        "canary" * 6,
    ]
    assert lines.count("'result'") >= len(replies)
    assert [canary for canary in canaries if canary in written] == []
    assert EMAIL not in logged
    assert "canary@orbital.example" not in logged
    figures.record("secrets that lines and rows are searched for", tried=len(canaries))


def test_no_secret_of_a_whole_day_at_the_login(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], figures: Figures
) -> None:
    """Logins, refreshes, reuse, the Hub, a waiting client, logouts, outages: every token made is searched for."""
    desk = Desk(world)
    desk.app = build_login_app(world.settings, WatchedStores(world.db, world.secrets), world.clock)  # with the real log
    profile = world.profiles.change(desk.staffed().key, relogin=True)
    first = desk.login(profile).body
    second = desk.refresh(profile, first).body
    world.clock.move(31)
    replies = [desk.refresh(profile, first), desk.refresh(profile, second)]
    third = desk.login(profile).body
    desk.call(profile, "GET", "user", AccessToken=third["AccessToken"])
    waiting = relogin_link(
        profile, world.sessions.resolve_token(third["AccessToken"])[0], int(world.clock().timestamp())
    )
    world.clock.move(590)
    browser = Browser(desk.app)
    shown = log_in(browser)
    through = f"/hub/login?link={waiting}"
    pages = [
        log_in(browser, "canary-wrong-password"),
        browser.get("/hub/sessions"),
        log_in(browser, address=through),
    ]
    desk.call(profile, "POST", "logout", AccessToken=third["AccessToken"])
    world.db.broken = {("transact", GATE), ("update", GATE)}
    replies += [desk.login(profile), desk.refresh(profile, third)]
    logged = repr([vars(record) for record in caplog.records]) + "".join(capfd.readouterr())
    written = logged + repr(world.rows(GATE)) + repr(world.rows(CREDENTIALS))
    tokens = [pair[name] for pair in (first, second, third) for name in ("AccessToken", "RefreshToken")]
    opening = [*tokens, shown.inside("token"), profile.secret, PASSWORD]
    canaries = [*opening, *browser.jar.values(), waiting, "canary-wrong-password"]
    assert len(logged) > 2000
    assert [canary for canary in canaries if canary in written] == []
    answered = repr(replies) + "".join(page.text for page in pages[:2])
    assert [canary for canary in opening if canary in answered] == []
    assert EMAIL not in logged
    figures.record("secrets of a day at the login", tried=len(canaries))


def _refusal(world: World, given: list[tuple[bytes, bytes]]) -> str:
    with pytest.raises(Refusal) as refused:
        world.gate().admit(given, charge=True)
    refusal = refused.value
    return (
        f"{refusal!r} {refusal.message} {refusal.details} {refusal.profile!r} {refusal.person!r} {refusal.fingerprint}"
    )
