"""Signing in to the Control Centre: who is admitted, what is refused, and the headers of every page."""

from __future__ import annotations

import re

import pytest

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, hidden_fields, text_of

OLIVIA = "olivia.park@affino.example"


def test_an_operator_comes_in_and_out_again(desk: OperatorBrowser) -> None:
    desk.person("Olivia", "Park", "Operators")
    answer = desk.sign_in(OLIVIA, path="/profiles")
    assert (answer.status_code, answer.headers["location"]) == (303, "/control/profiles")
    assert "API Profiles" in text_of(desk.get("/profiles"))
    assert desk.send("/sign-out", desk.get("/profiles")).headers["location"] == "/control/sign-in"
    assert desk.get("/profiles").headers["location"] == "/control/sign-in?next=/profiles"


@pytest.mark.parametrize(
    ("email", "password", "status", "text"),
    [
        pytest.param(OLIVIA, "not the password", 401, "e-mail address or the password is wrong", id="wrong password"),
        pytest.param("nobody@affino.example", PASSWORD, 401, "e-mail address or the password is wrong", id="nobody"),
        pytest.param("not an address", PASSWORD, 401, "e-mail address or the password is wrong", id="no address"),
        pytest.param(OLIVIA, "", 401, "e-mail address or the password is wrong", id="no password"),
        pytest.param("max.weber@affino.example", PASSWORD, 403, "right 'control.access'", id="without the right"),
    ],
)
def test_others_are_kept_out(desk: OperatorBrowser, email: str, password: str, status: int, text: str) -> None:
    desk.person("Olivia", "Park", "Operators")
    desk.person("Max", "Weber", "Registered User")
    answer = desk.sign_in(email, password)
    assert answer.status_code == status
    assert text in text_of(answer)
    assert "affino-control" not in desk.browser.cookies
    assert desk.get("/profiles").status_code == 303


def test_a_disabled_person_is_told_only_with_the_right_password(desk: OperatorBrowser) -> None:
    desk.world.people.disable(desk.person("Olivia", "Park", "Operators"))
    assert "disabled" in text_of(desk.sign_in(OLIVIA))
    assert "disabled" not in text_of(desk.sign_in(OLIVIA, "not the password"))


def test_the_eleventh_wrong_password_waits_and_the_right_one_does_not(desk: OperatorBrowser) -> None:
    desk.person("Olivia", "Park", "Operators")
    answers = [desk.sign_in(OLIVIA, "not the password") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert desk.sign_in(OLIVIA).status_code == 303


def test_a_form_of_another_browser_is_refused(desk: OperatorBrowser) -> None:
    desk.person("Olivia", "Park", "Operators")
    page = desk.get("/sign-in")
    desk.browser.cookies.clear()
    assert desk.send("/sign-in", page, email=OLIVIA, password=PASSWORD).status_code == 403


def test_a_forged_form_changes_nothing(operator: OperatorBrowser) -> None:
    answer = operator.browser.post("/control/sign-out", content=b"csrf=0000")
    assert (answer.status_code, operator.get("/profiles").status_code) == (403, 200)
    fields = hidden_fields(operator.get("/profiles").text)
    crossed = operator.browser.post("/control/sign-out", data=fields, headers={"sec-fetch-site": "cross-site"})
    assert (crossed.status_code, operator.get("/profiles").status_code) == (403, 200)


ENDS = {
    "time": lambda desk: desk.world.clock.move(seconds=CONTROL_CENTRE.lifetime),
    "disabled": lambda desk: desk.world.people.disable(1),
    "logged out everywhere": lambda desk: desk.world.sessions.end_all_sessions(1),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_visit_ends(operator: OperatorBrowser, end: object) -> None:
    assert operator.get("/profiles").status_code == 200
    assert callable(end)
    end(operator)
    assert operator.get("/profiles").status_code == 303


def test_a_right_that_is_taken_away_is_gone_on_the_next_page(operator: OperatorBrowser) -> None:
    operator.world.people.change(1, groups=["Editors"])
    answer = operator.get("/profiles")
    assert answer.status_code == 403
    assert "profiles.manage" in answer.text
    operator.world.people.change(1, groups=[])
    assert "control.access" in operator.get("/profiles").text


def test_secrets_want_a_fresh_password(operator: OperatorBrowser) -> None:
    operator.world.clock.move(seconds=CONTROL_CENTRE.proof_lifetime)
    answer = operator.get("/profiles/new")
    assert answer.headers["location"] == "/control/prove?next=/profiles/new"
    page = operator.get("/prove?next=/profiles/new")
    assert operator.send("/prove", page, password="not the password").status_code == 401
    assert operator.get("/profiles/new").status_code == 303
    assert operator.send("/prove", page, password=PASSWORD).headers["location"] == "/control/profiles/new"
    assert operator.get("/profiles/new").status_code == 200


def test_a_form_waits_for_the_password(operator: OperatorBrowser) -> None:
    form = operator.get("/profiles/new")
    operator.world.clock.move(seconds=CONTROL_CENTRE.proof_lifetime)
    entered = {
        "name": 'The "New" One',
        "rate": "60",
        "burst": "",
        "notes": "a\nb",
        "grid": ["notes.read", "tasks.read"],
    }
    asked = operator.send("/profiles/new", form, **entered)
    assert (asked.status_code, "What you entered is kept" in text_of(asked)) == (403, True)
    wrong = operator.send("/prove", asked, password="not the password")
    assert wrong.status_code == 401
    proved = operator.send("/prove", wrong, password=PASSWORD)
    assert "Nothing has been done yet" in text_of(proved)
    assert operator.world.profiles.list_profiles() == []
    again = [*re.findall(r'name="grid" value="([^"]+)"', proved.text)]
    assert "API Secret" in text_of(operator.send("/profiles/new", proved, grid=again))
    (made,) = [state.profile for state in operator.world.profiles.list_profiles()]
    assert (made.name, made.notes, sorted(made.capability.families)) == ('The "New" One', "a\nb", ["notes", "tasks"])


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/profiles/{key}/disable", "/profiles/{key}/disable"),
        ("/profiles/{key}/edit", "/profiles/{key}/edit"),
        ("/people/1/groups", "/people/1"),
        ("/tests/crm", "/tests/crm"),
        ("/sign-out", "/"),
    ],
)
def test_whoever_was_signed_out_comes_back_to_a_page(operator: OperatorBrowser, path: str, page: str) -> None:
    key = operator.world.create_profile("Newsroom").key
    operator.world.clock.move(seconds=CONTROL_CENTRE.lifetime)
    answer = operator.browser.post(f"/control{path.format(key=key)}", content=b"csrf=0")
    assert answer.headers["location"] == f"/control/sign-in?next={page.format(key=key)}&lost=yes"
    told = operator.get(answer.headers["location"].removeprefix("/control"))
    assert "so it was not done" in text_of(told)
    back = operator.send("/sign-in", told, email=OLIVIA, password=PASSWORD).headers["location"]
    assert operator.browser.get(back, follow_redirects=True).status_code == 200
    assert operator.world.profiles.get(key).enabled


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(desk: OperatorBrowser, next_: str) -> None:
    desk.person("Olivia", "Park", "Operators")
    assert desk.sign_in(OLIVIA, path=next_).headers["location"].startswith("/control/")


@pytest.mark.parametrize("path", ["/profiles/", "/sign-in/", "//profiles", "/logs/export/"])
def test_nobody_is_led_to_the_host_that_a_caller_names(operator: OperatorBrowser, path: str) -> None:
    answer = operator.browser.get(f"/control{path}", headers={"host": "evil.example"})
    assert (answer.status_code, "evil" in str(answer.headers)) == (404, False)


def test_every_page_is_locked_down(operator: OperatorBrowser) -> None:
    for page in (operator.get("/profiles"), operator.get("/nowhere"), operator.get("/sign-in")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-frame-options"] == "DENY"
        assert not re.search(r"<script(?! src)|<style|\sstyle=|\son[a-z]+=", page.text)


def test_the_cookie_is_bound_to_the_host_over_tls(desk: OperatorBrowser) -> None:
    desk.person("Olivia", "Park", "Operators")
    desk.browser.base_url = "https://demo.example"
    answer = desk.sign_in(OLIVIA)
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-affino-control=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))


def test_the_visit_is_stored_by_its_digest_and_opens_nothing_else(operator: OperatorBrowser) -> None:
    token = operator.browser.cookies["affino-control"].strip('"').split(".")[1]
    assert token not in str(operator.world.database.list_rows(operator.world.settings.gate_table))
    stored = [
        row for row in operator.world.database.list_rows(operator.world.settings.gate_table) if row["sk"] == "CONTROL"
    ]
    assert [row["pk"] for row in stored] == [row_keys.control_session_key(stored[0]["pk"].partition("#")[2]).pk]


def test_a_store_that_is_down_blames_nobody(operator: OperatorBrowser) -> None:
    operator.world.watched.broken.add(("get_many", operator.world.settings.gate_table))
    answer = operator.get("/profiles")
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.text


def test_assets_are_kept_and_unknown_ones_are_not_there(desk: OperatorBrowser) -> None:
    (style,) = re.findall(r'href="(/control/static/page[^"]+)"', desk.get("/sign-in").text)
    answer = desk.browser.get(style)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]
    assert desk.browser.get("/control/static/../app.py").status_code == 404
