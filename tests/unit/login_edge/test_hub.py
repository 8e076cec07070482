"""The Hub's pages in a browser without JavaScript."""

from __future__ import annotations

import html
import re

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_CONSECUTIVE_FAILURES, MAX_PAIR_FAILURES
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.gate.world import GATE, PASSWORD, headers
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import EMAIL, Desk


def test_the_token_works_and_is_shown_once(desk: Desk, browser: Browser, profile: Profile) -> None:
    shown = log_in(browser)
    assert shown.status == 200
    token = shown.inside("token")
    assert desk.world.gate().admit(headers(profile.key, profile.secret, token), charge=True).person.user_code == 7
    assert token not in browser.get("/hub/sessions").text
    assert token not in browser.get("/hub/login").text
    assert "22 Nov 2026, 10:00 UTC</time> (in 60 minutes)" in shown.text
    assert '<time datetime="2026-11-22T10:00:00Z" data-local>' in shown.text


def test_where_a_client_reads_its_variables_only_the_token_is_new(browser: Browser) -> None:
    shown = log_in(browser)
    token = shown.inside("token")
    assert shown.inside("token-sh") == f"export AFFINO_TOKEN={token}"
    assert html.unescape(shown.inside("token-powershell")) == f"$env:AFFINO_TOKEN = '{token}'"
    assert 'href="/hub/connect"' in shown.text
    assert (
        'href="/hub/connect?profile=Content+Editor"'
        in log_in(browser, address="/hub/login?profile=Content%20Editor").text
    )


def test_who_is_not_logged_in_learns_no_profile(desk: Desk, browser: Browser) -> None:
    desk.world.profile("Content Editor Agent")
    assert "Content Editor" not in browser.get("/hub/login").text


@pytest.mark.parametrize("path", ["/hub", "/hub/login", "/hub/sessions", "/hub/connect", "/hub/nowhere"])
def test_headers_of_a_page(browser: Browser, path: str) -> None:
    shown = browser.get(path)
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert shown.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?! src=)|\son[a-z]+=|\sstyle=|javascript:", shown.text)
    for cookie in shown.cookies:
        assert cookie.startswith("__Host-affino-")
        assert {"Path=/", "Secure", "HttpOnly"} <= set(cookie.split("; "))


def test_assets_are_kept_and_pages_name_them(browser: Browser) -> None:
    text = browser.get("/hub/login").text
    addresses = re.findall(r'(?:href|src)="(/hub/static/[^"]+)"', text)
    assert len(addresses) >= 3
    for address in addresses:
        shown = browser.get(address)
        assert (shown.status, "immutable" in shown.headers["cache-control"]) == (200, True)
    assert browser.get("/hub/static/page.00000000.js").status == 404
    assert browser.get("/hub/static/../site.py").status == 404


def test_wrong_and_unknown_are_alike(browser: Browser) -> None:
    wrong = log_in(browser, "wrong horse")
    unknown = log_in(browser, email="nobody7@orbital.example")
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.text == unknown.text.replace("nobody7", "person7")
    assert 'role="alert"' in wrong.text
    assert wrong.field("Email") == EMAIL
    assert "wrong horse" not in wrong.text


def test_throttled(browser: Browser) -> None:
    shown = [log_in(browser, "wrong horse") for _ in range(MAX_PAIR_FAILURES + 1)]
    assert [each.status for each in shown] == [401] * MAX_PAIR_FAILURES + [429]
    assert shown[-1].headers["retry-after"] == "900"
    assert "15 minutes" in shown[-1].text
    assert log_in(browser).status == 200


def test_an_account_that_strangers_guess_at(desk: Desk, browser: Browser) -> None:
    assert log_in(browser).status == 200
    for number in range(MAX_CONSECUTIVE_FAILURES):
        log_in(Browser(desk.app, f"203.0.{number}.1"), "wrong horse")
    assert log_in(Browser(desk.app, "192.0.2.1")).status == 429
    assert log_in(browser).status == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [("", "x"), ("jane", "x"), ("@" + "\ufdfa" * 250, "x"), (EMAIL, ""), (EMAIL, "x" * 1025)],
    ids=["no", "odd", "long when folded", "no p", "long"],
)
def test_what_cannot_be_tried(browser: Browser, email: str, password: str) -> None:
    assert log_in(browser, password, email).status == 400


def test_a_form_of_a_strangers_page(browser: Browser, profile: Profile) -> None:
    right = {"Email": EMAIL, "Password": PASSWORD}
    browser.get("/hub/login")
    assert browser.post("/hub/login", FormKey=new_token(), **right).status == 403
    assert browser.post("/hub/login", FormKey="", **right).status == 403
    assert browser.post_with("/hub/login", {"Sec-Fetch-Site": "cross-site"}, **right).status == 403
    assert browser.post_with("/hub/login", {"Content-Type": "text/plain"}, **right).status == 403
    browser.jar.clear()
    assert browser.post("/hub/login", **right).status == 403
    assert browser.post("/hub/login", **right).status == 200


def test_a_store_that_is_down(desk: Desk, browser: Browser) -> None:
    desk.world.db.broken.add(("transact", GATE))
    shown = log_in(browser)
    assert (shown.status, shown.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("value", ['"><script>x</script>', "{{ 7*7 }}", "\u2028</title>"])
def test_what_is_typed_is_never_markup(browser: Browser, value: str) -> None:
    shown = log_in(browser, "x", f"{value}@orbital.example")
    assert value not in shown.text or "{" in value
    assert "49@orbital" not in shown.text
    query = browser.get("/hub/login?link=%22%3E%3Cscript%3E&profile=%22%3E%3Cscript%3E")
    assert "<script>" not in query.text


def test_the_log_names_no_address_and_no_token(desk: Desk, browser: Browser) -> None:
    token = log_in(browser).inside("token")
    log_in(browser, "wrong horse")
    logged = repr(desk.lines)
    assert {"hub_ok", "hub_refused"} <= {line["result"] for line in desk.lines}
    assert not [each for each in (token, EMAIL, PASSWORD, *browser.jar.values()) if each in logged]
