"""The Hub's pages of passwords: a link that is used, and one's own password changed, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_PAIR_FAILURES
from affino_mcp.gate.abuse.token_guard import MAX_TOKEN_FAILURES
from affino_mcp.gate.people.password_links import PASSWORD_LINK_LIFETIME_SECONDS, PasswordLink, PasswordLinks
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.login_edge.hub.password_pages import PASSWORD_ROUTES
from affino_mcp.settings import Settings
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.unit.gate.world import PASSWORD, World
from tests.unit.login_edge.browser import Browser, Shown, log_in
from tests.unit.login_edge.desk import EMAIL, Desk, own_rows

NEW = "seven quiet lanterns"
BOTH = {"Password": NEW, "Again": NEW}


@pytest.fixture
def link(desk: Desk, profile: Profile) -> PasswordLink:
    return make_link(desk)


def make_link(desk: Desk) -> PasswordLink:
    world = desk.world
    links = PasswordLinks(world.db, world.settings, world.clock)
    link = links.new_link(7)
    world.db.put(links.build_put(link))
    return link


def open_link(browser: Browser, link: str) -> Shown:
    browser.get("/hub/link")
    return browser.post("/hub/link", Link=link)


def set_password(browser: Browser, link: PasswordLink, **fields: str) -> Shown:
    form = open_link(browser, link.token)
    return browser.post("/hub/link/password", Link=form.field("Link"), **{**BOTH, **fields})


def words(shown: Shown) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.text))


@pytest.mark.parametrize("whole", [True, False], ids=["the whole link", "the token"])
def test_a_link_sets_the_password_once(desk: Desk, browser: Browser, link: PasswordLink, whole: bool) -> None:
    form = open_link(browser, f" {link.address('https://host/live')} " if whole else link.token)
    assert (form.status, "Person 7" in form.text, EMAIL in form.text) == (200, True, True)
    assert log_in(Browser(desk.app)).status == 200
    assert "Your password is set" in words(browser.post("/hub/link/password", Link=link.token, **BOTH))
    assert log_in(Browser(desk.app)).status == 401
    assert log_in(Browser(desk.app), NEW).status == 200
    again = open_link(Browser(desk.app), link.token)
    assert (again.status, "used already" in again.text, EMAIL in again.text) == (410, True, False)


def test_a_link_says_why_it_does_not_work(desk: Desk, browser: Browser, link: PasswordLink) -> None:
    newer = make_link(desk)
    assert newer.token != link.token
    superseded = open_link(browser, link.token)
    assert (superseded.status, "There is a newer link" in superseded.text) == (410, True)
    last = make_link(desk)
    desk.world.clock.move(PASSWORD_LINK_LIFETIME_SECONDS)
    expired = open_link(browser, last.token)
    assert (expired.status, "works for 72 hours" in expired.text) == (410, True)
    desk.world.people.disable(7)
    disabled = open_link(browser, make_link(desk).token)
    assert (disabled.status, "account is disabled" in disabled.text) == (403, True)
    for page in (superseded, expired, disabled):
        assert not [name for name in ("Person 7", EMAIL) if name in page.text]


def test_a_wrong_link_says_nothing_and_is_counted(desk: Desk, browser: Browser, link: PasswordLink) -> None:
    wrong = "7.00000000-0000-0000-0000-000000000000", "8." + link.token.partition(".")[2], "", "x" * 5000
    answers = {(shown.status, words(shown)) for shown in (open_link(browser, one) for one in wrong)}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    for _ in range(MAX_TOKEN_FAILURES):
        last = open_link(browser, wrong[0])
    assert (last.status, "retry-after" in last.headers) == (429, True)
    assert open_link(browser, link.token).status == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Again": "seven quiet lantern"}, "not the same"),
        ({"Password": "short", "Again": "short"}, "must have 12"),
        ({"Password": "password1234", "Again": "password1234"}, "easy to guess"),
    ],
    ids=["mistyped", "short", "common"],
)
def test_a_password_that_will_not_do_is_told_and_kept_nowhere(
    desk: Desk, browser: Browser, link: PasswordLink, fields: dict[str, str], said: str
) -> None:
    shown = set_password(browser, link, **fields)
    assert (shown.status, said in words(shown)) == (400, True)
    assert not [value for value in fields.values() if f'"{value}"' in shown.text]
    assert log_in(Browser(desk.app)).status == 200
    assert set_password(browser, link).status == 200


def test_pages_of_passwords_are_kept_nowhere(desk: Desk, browser: Browser, link: PasswordLink) -> None:
    pages = [browser.get("/hub/link"), open_link(browser, link.token)]
    for page in pages:
        assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert pages[1].text.count('autocomplete="new-password"') == 2
    assert 'autocomplete="username"' in pages[1].text


def test_the_log_says_who_and_what_and_no_secret(desk: Desk, browser: Browser, link: PasswordLink) -> None:
    set_password(browser, link)
    open_link(browser, link.token)
    open_link(browser, "nonsense")
    told = [(line["result"], line["user_code"]) for line in desk.lines if line["result"] != "hub_link_form"]
    assert told == [("hub_link_open", 7), ("hub_password_set", 7), ("hub_link_used", 7), ("hub_link_unknown", None)]
    assert not [secret for secret in (link.token.partition(".")[2], NEW, EMAIL) if secret in str(desk.lines)]


def test_a_foreign_form_sets_nothing(desk: Desk, browser: Browser, link: PasswordLink) -> None:
    open_link(browser, link.token)
    assert browser.post("/hub/link/password", Link=link.token, FormKey="other", **BOTH).status == 403
    assert (
        browser.post_with("/hub/link/password", {"Sec-Fetch-Site": "cross-site"}, Link=link.token, **BOTH).status == 403
    )
    assert log_in(Browser(desk.app)).status == 200


def change(browser: Browser, **fields: str) -> Shown:
    browser.get("/hub/password")
    return browser.post("/hub/password", **{"Old": PASSWORD, **BOTH, **fields})


def test_ones_own_password_is_changed_and_all_else_is_logged_out(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    other = Browser(desk.app)
    log_in(other)
    desk.world.login(profile)
    log_in(browser)
    assert "Your password is changed" in words(change(browser))
    assert desk.world.sessions.list_sessions(7) == []
    assert "<h1>Log in</h1>" in other.get("/hub/sessions").text
    assert "<h1>Your sessions</h1>" in browser.get("/hub/sessions").text
    assert (log_in(Browser(desk.app)).status, log_in(Browser(desk.app), NEW).status) == (401, 200)
    assert NEW not in str(desk.lines)
    assert own_rows(desk) == [("change_password", "ok", 7)]
    assert ("hub_password_changed", 7) in [(line["result"], line["user_code"]) for line in desk.lines]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"Old": "wrong horse battery"}, 401, "old password is wrong"),
        ({"Old": ""}, 401, "old password is wrong"),
        ({"Again": "another one entirely"}, 400, "not the same"),
        ({"Password": PASSWORD, "Again": PASSWORD}, 400, "is the old one"),
        ({"Password": "person7orbital", "Again": "person7orbital"}, 400, "easy to guess"),
    ],
    ids=["wrong", "none", "mistyped", "the same", "her name"],
)
def test_what_changes_nothing(
    desk: Desk, browser: Browser, profile: Profile, fields: dict[str, str], status: int, said: str
) -> None:
    log_in(browser)
    shown = change(browser, **fields)
    assert (shown.status, said in words(shown)) == (status, True)
    assert log_in(Browser(desk.app)).status == 200
    assert "<h1>Your sessions</h1>" in browser.get("/hub/sessions").text


def test_guessing_the_old_password_is_slowed_down_as_a_login(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    answers = [change(browser, Old="wrong horse battery") for _ in range(MAX_PAIR_FAILURES + 1)]
    assert [answers[0].status, answers[-1].status] == [401, 429]
    assert "Too many wrong attempts" in answers[-1].text
    assert change(browser).status == 200


@pytest.mark.parametrize("path", ["/hub/password"])
def test_whoever_is_not_logged_in_changes_nothing(desk: Desk, browser: Browser, profile: Profile, path: str) -> None:
    assert "<h1>Log in</h1>" in browser.get(path).text
    assert "<h1>Log in</h1>" in browser.post(path, Old=PASSWORD, **BOTH).text
    assert log_in(Browser(desk.app)).status == 200


def by_link(desk: Desk) -> Callable[[], Shown]:
    browser, link = Browser(desk.app), make_link(desk)
    form = open_link(browser, link.token)
    return lambda: browser.post("/hub/link/password", Link=form.field("Link"), **BOTH)


def by_old_password(desk: Desk) -> Callable[[], Shown]:
    browser = Browser(desk.app)
    log_in(browser)
    browser.get("/hub/password")
    return lambda: browser.post("/hub/password", Old=PASSWORD, **BOTH)


@pytest.mark.parametrize("fault", list(StoreFault))
@pytest.mark.parametrize("make_ready", [by_link, by_old_password], ids=["link", "old password"])
def test_whatever_store_call_fails_what_is_told_is_true(
    make_ready: Callable[[Desk], Callable[[], Shown]], fault: StoreFault
) -> None:
    """Each store call of a change fails in turn; the page, the password and the sessions agree."""
    for number in range(40):
        desk = Desk(World())
        desk.staffed()
        attempt = make_ready(desk)
        desk.world.db.inner = faulty = FaultyDatabase(desk.world.memory)
        faulty.arm({number: fault})
        shown = attempt()
        calls = len(faulty.calls)
        faulty.arm({})
        is_set = desk.world.passwords.is_password(7, NEW)
        assert is_set is not desk.world.passwords.is_password(7, PASSWORD)
        assert shown.status in {200, 401, 409, 410, 503}, (number, shown.text)
        if "did not say whether" not in shown.text:
            assert is_set is ("Your password is" in shown.text), (number, faulty.calls, words(shown))
        if number >= calls:
            assert is_set
            return


@pytest.mark.parametrize(("method", "path"), list(PASSWORD_ROUTES))
def test_people_of_another_instance_keep_their_passwords_there(method: str, path: str) -> None:
    desk = Desk(World(settings=Settings(instance_url="https://people.example")))
    browser = Browser(desk.app)
    shown = browser.get(f"/hub/{path}") if method == "GET" else browser.post(f"/hub/{path}", Link="x", **BOTH)
    assert (shown.status, "kept at https://people.example" in shown.text) == (404, True)
