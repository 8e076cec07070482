"""The Hub's page that connects a client: what is offered, what is pasted, and that the secret stays nowhere."""

from __future__ import annotations

import html
import json
import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.connect.clients import HEADER_CLIENTS, McpClient
from affino_mcp.connect.credentials import SECRET_PLACEHOLDER
from affino_mcp.connect.snippets import CLIENTS_WITH_REFERENCES
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.web_sessions import HUB
from affino_mcp.login_edge.hub.connection_texts import GivenCredentials, server_name, write_connection
from tests.unit.gate.world import PASSWORD, headers
from tests.unit.login_edge.browser import Browser, Shown, log_in
from tests.unit.login_edge.desk import EMAIL, Desk, own_rows

TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
URL = "https://mcp.orbital.example/mcp"


def connect(browser: Browser, profile: Profile, client: str = "claude-code", **more: str) -> Shown:
    """Chooses profile and client, and connects."""
    browser.get("/hub/connect")
    return browser.post("/hub/connect", Profile=profile.name, Client=client, **more)


def filled(profile: Profile) -> dict[str, str]:
    return {"Key": profile.key, "Secret": profile.secret}


def find_token(text: str) -> str:
    found: str = TOKEN.findall(text)[0]
    return found


def test_the_finished_line_connects_and_an_hour_later_the_next_replaces_it(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    log_in(browser)
    shown = connect(browser, profile, **filled(profile))
    line = html.unescape(shown.inside("line"))
    assert line.count("\n") == 0
    assert line.startswith(
        "claude mcp remove --scope local affino-login; claude mcp add --transport http affino-login "
    )
    assert f"X-API-Secret: {profile.secret}" in line
    token = find_token(line)
    assert desk.world.gate().admit(headers(profile.key, profile.secret, token), charge=True).person.user_code == 7
    assert f'href="/hub/connect?profile={profile.name}&amp;client=claude-code"' in shown.text
    desk.world.clock.move(HUB.lifetime)
    again = browser.get(f"/hub/connect?profile={profile.name}&client=claude-code")
    assert "<h1>Log in</h1>" in again.text
    form = browser.post("/hub/login", Email=EMAIL, Password=PASSWORD, Next=again.field("Next"))
    assert '<option value="claude-code" selected>' in form.text
    second = html.unescape(connect(browser, profile, **filled(profile)).inside("line"))
    assert TOKEN.sub("", second) == TOKEN.sub("", line)
    assert desk.world.gate().admit(headers(profile.key, profile.secret, find_token(second)), charge=True)


@pytest.mark.parametrize("client", HEADER_CLIENTS)
def test_each_client_gets_its_text_with_and_without_the_secret(
    browser: Browser, profile: Profile, client: McpClient
) -> None:
    log_in(browser)
    shown = connect(browser, profile, client, **filled(profile))
    text = html.unescape(shown.inside("line"))
    assert all(part in text for part in (URL, profile.key, profile.secret, find_token(text)))
    kept = connect(browser, profile, client)
    assert (profile.secret in kept.text, profile.key in kept.text) == (False, False)
    references = ("AFFINO_SECRET", "affino-secret")
    known = (
        any(one in kept.text for one in references)
        if client in CLIENTS_WITH_REFERENCES
        else SECRET_PLACEHOLDER in kept.text
    )
    assert (known, URL in html.unescape(kept.text), bool(TOKEN.search(kept.text))) == (True, True, True)


def test_claude_codes_line_takes_key_and_secret_from_the_shell(browser: Browser, profile: Profile) -> None:
    log_in(browser)
    shown = connect(browser, profile)
    line, power = (html.unescape(shown.inside(f"line-{shell}")) for shell in ("sh", "powershell"))
    assert '"X-API-Key: ${AFFINO_KEY}" --header "X-API-Secret: ${AFFINO_SECRET}"' in line
    assert '"X-API-Key: ${env:AFFINO_KEY}" --header "X-API-Secret: ${env:AFFINO_SECRET}"' in power
    assert (line.count("\n"), "'" in line, find_token(line)) == (0, False, find_token(power))


def test_the_secret_is_stored_and_logged_nowhere(
    desk: Desk, browser: Browser, profile: Profile, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    log_in(browser)
    typed = "Zq" * 20
    shown = connect(browser, profile, Key="K" * 16, Secret=typed)
    assert (typed in shown.text, shown.headers["cache-control"]) == (True, "no-store")
    assert typed not in connect(browser, profile, Key="", Secret=typed).text
    own = desk.world.settings
    tables = (own.gate_table, own.credentials_table, own.audit_table, own.records_table, own.words_table)
    stored = [desk.world.memory.list_rows(table) for table in tables]
    told = f"{stored} {desk.lines} {[vars(record) for record in caplog.records]} {browser.jar}"
    assert typed not in told
    assert find_token(html.unescape(shown.inside("line"))) not in told


def test_it_is_in_the_log_as_the_person(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    connect(browser, profile)
    assert own_rows(desk) == [("open_session", "begun", 7), ("open_session", "ok", 7)]
    assert f">{profile.name}<" in browser.get("/hub/sessions").text


def test_profiles_are_offered_to_the_people_and_groups_that_the_operator_named(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    """Person 7 is in the group Sales; a profile without people and groups is for everybody; the 22nd is a last day."""
    for name, terms in {
        "For Sales": {"groups": ("Sales",)},
        "For her": {"people": (7,)},
        "For editors": {"groups": ("Editors",)},
        "For others": {"people": (8,)},
        "Until today": {"expires": "2026-11-22"},
        "For everybody": {},
        "Switched off": {},
    }.items():
        made = desk.world.profile(name)
        desk.world.profiles.change(made.key, terms=AdmissionTerms(**terms))  # type: ignore[arg-type]
        if name == "Switched off":
            desk.world.profiles.disable(made.key)
    log_in(browser)
    text = browser.get("/hub/connect").text
    offered = re.findall(r'<option value="([^"]+)"', text.partition("</select>")[0])
    assert offered == ["For everybody", "For her", "For Sales", "login", "Until today"]
    assert [name for name in ("For editors", "For others", "Switched off") if name in text] == []
    before = desk.world.sessions.list_sessions(7)
    for name in ("For editors", "For others", "Switched off", "no such", ""):
        refused = browser.post("/hub/connect", Profile=name, Client="codex")
        assert (refused.status, "Choose one of the API Profiles." in refused.text) == (400, True), name
    assert desk.world.sessions.list_sessions(7) == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Client": "nothing"}, "Choose one of the clients."),
        ({"Client": ""}, "Choose one of the clients."),
        ({"Key": "abc"}, "Enter the API Key and the API Secret, or leave both empty."),
        ({"Secret": "abc"}, "Enter the API Key and the API Secret, or leave both empty."),
        ({"Key": "a b", "Secret": "abc"}, "An API Key has letters and digits only."),
        ({"Key": "abc", "Secret": "a'; rm -rf ~; '"}, "An API Secret has letters and digits only."),
        ({"Key": "abc", "Secret": "x" * 129}, "An API Secret has letters and digits only."),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_cannot_be_used_is_named_and_changes_nothing(
    desk: Desk, browser: Browser, profile: Profile, given: dict[str, str], said: str
) -> None:
    log_in(browser)
    before = desk.world.sessions.list_sessions(7)
    browser.get("/hub/connect")
    shown = browser.post("/hub/connect", **{"Profile": profile.name, "Client": "codex", **given})
    assert (shown.status, said in shown.text, 'role="alert"' in shown.text) == (400, True, True)
    assert desk.world.sessions.list_sessions(7) == before
    assert own_rows(desk) == []


def test_ten_minutes_after_the_login_the_password_is_asked_again(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    log_in(browser)
    assert 'name="Password"' not in browser.get("/hub/connect").text
    desk.world.clock.move(HUB.proof_lifetime)
    assert 'name="Password"' in browser.get("/hub/connect").text
    before = desk.world.sessions.list_sessions(7)
    for password, status in {"": 400, "wrong horse": 401}.items():
        assert connect(browser, profile, Password=password).status == status
    assert desk.world.sessions.list_sessions(7) == before
    shown = connect(browser, profile, Password=PASSWORD)
    assert (shown.status, PASSWORD in shown.text) == (200, False)
    assert 'name="Password"' not in browser.get("/hub/connect").text


def test_a_form_of_a_strangers_page_connects_nothing(desk: Desk, browser: Browser, profile: Profile) -> None:
    log_in(browser)
    before = desk.world.sessions.list_sessions(7)
    browser.get("/hub/connect")
    assert browser.post("/hub/connect", FormKey="x", Profile=profile.name, Client="codex").status == 403
    assert desk.world.sessions.list_sessions(7) == before


NAMES = st.text(max_size=60)


@settings(deadline=None)
@given(name=NAMES, client=st.sampled_from(HEADER_CLIENTS), has_secret=st.booleans())
def test_every_text_can_be_read_back_whatever_the_profile_is_called(
    name: str, client: McpClient, has_secret: bool
) -> None:
    """The name of the profile is the operator's, and stands in files and in shells: it becomes letters, digits, hyphens."""
    assert re.fullmatch(r"affino(-[a-z0-9-]*[a-z0-9])?", server_name(name))
    given_ = GivenCredentials("K1", "S1") if has_secret else GivenCredentials("", "")
    made = write_connection(client, URL, "0" * 8, given_, name)
    for each in made.first:
        if each.text.startswith("{"):
            assert json.loads(each.text)
        elif each.text.startswith("["):
            assert tomllib.loads(each.text)


def open_to_connections(desk: Desk, profile: Profile, *groups: str) -> None:
    desk.world.profiles.change(profile.key, terms=AdmissionTerms(connectable=groups))


def test_a_client_with_a_single_field_gets_a_connection_token_where_the_operator_opened_the_profile(
    desk: Desk, browser: Browser, profile: Profile
) -> None:
    log_in(browser)
    person = desk.world.people.get(7)
    assert person
    open_to_connections(desk, profile, *person.groups)
    shown = connect(browser, profile, "messages-api")
    (token,) = re.findall(r"affc_[0-9a-f]{64}", shown.inside("line"))
    assert desk.world.gate().admit([(b"authorization", f"Bearer {token}".encode())], charge=True).person.user_code == 7
    assert profile.key not in shown.text
    assert "connection, " in browser.get("/hub/sessions").text


def test_without_it_the_one_value_has_words_for_key_and_secret(browser: Browser, profile: Profile) -> None:
    log_in(browser)
    text = html.unescape(connect(browser, profile, "messages-api").inside("line"))
    assert SECRET_PLACEHOLDER in text
    assert "affc_" not in text
