"""As whom the test tools test: oneself, a test user, or with an AccessToken that its person hands over."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.capability import Family
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, text_of
from tests.unit.control_edge.test_connection_tests import BOTH, EDITH, lamps


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    operator.person("Edith", "Moreau", "Editors")
    return operator.world.create_profile("Content Editor Agent", {Family.ARTICLES: BOTH, Family.TASKS: BOTH}, 300)


def edith_of(desk: OperatorBrowser) -> int:
    code = desk.world.people.find_user_code(EDITH)
    assert code is not None
    return code


def test_the_profile_that_is_chosen_is_the_one_that_is_tested(operator: OperatorBrowser, profile: Profile) -> None:
    other = operator.world.create_profile("CRM", {Family.TASKS: BOTH})
    page = operator.get(f"/tests/crm?profile={profile.key}")
    assert page.text.count("<form") == 2  # signing out is the other
    given = {"email": EDITH, "password": PASSWORD, "method": "list_articles", "profile": other.key}
    shown = operator.send("/tests/crm", page, **given)
    assert "Not yet: CRM, Edith Moreau, list_articles" in text_of(shown)
    assert f'<option value="{other.key}" selected>' in shown.text


def test_an_access_token_that_is_handed_over_needs_no_login(operator: OperatorBrowser, profile: Profile) -> None:
    issued = operator.world.sessions.create_session(edith_of(operator), profile.key)
    found, page = lamps(operator, profile, email="", password="", token=f" {issued.access_token.upper()} ")
    assert (found, "Works: Content Editor Agent, Edith Moreau, list_articles" in page) == (["good"] * 3, True)
    assert operator.world.sessions.list_sessions(edith_of(operator)) == [issued.session]
    (row,) = operator.operator_rows()
    assert row["arguments"]["after"]["session"] == issued.session.fingerprint
    assert issued.access_token not in str(operator.world.audit_rows()) + page
    assert not [request for request in operator.outside.sent if request.url.path.startswith("/rest/")]


@pytest.mark.parametrize(
    ("spoil", "expected", "said"),
    [
        ("disable the person", ["good", "bad", "off"], "account is disabled"),
        ("end the session", ["good", "bad", "off"], "not known here"),
        ("let it expire", ["good", "bad", "off"], "has expired"),
        ("switch the profile off", ["bad", "off", "off"], "switched off"),
        ("no endpoint", ["off", "off", "bad"], "did not answer"),
    ],
)
def test_a_token_that_does_not_work_says_why(
    operator: OperatorBrowser, profile: Profile, spoil: str, expected: list[str], said: str
) -> None:
    world, code = operator.world, edith_of(operator)
    token = world.sessions.create_session(code, profile.key).access_token
    match spoil:
        case "disable the person":
            world.people.disable(code)
        case "end the session":
            world.sessions.end_all_sessions(code)
        case "let it expire":
            world.clock.move(world.settings.session_lifetime)
        case "switch the profile off":
            world.profiles.disable(profile.key)
        case _:
            operator.outside.down = True
    found, page = lamps(operator, profile, email="", password="", token=token)
    assert (found, said in page) == (expected, True), page


@pytest.mark.parametrize(
    ("given", "said"),
    [({"token": "nonsense"}, "This is not an AccessToken"), ({"password": ""}, "or an AccessToken below")],
    ids=["no token", "neither"],
)
def test_without_anybody_nothing_is_tried(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str], said: str
) -> None:
    path = f"/tests/crm?profile={profile.key}"
    values = {"email": EDITH, "password": "", "method": "list_articles", "profile": profile.key, **given}
    shown = operator.send("/tests/crm", operator.get(path), **values)
    assert (shown.status_code, said in text_of(shown), operator.outside.sent) == (400, True, [])


def test_operators_are_offered_to_test_as_themselves(operator: OperatorBrowser, profile: Profile) -> None:
    assert 'value="olivia.park@affino.example"' in operator.get(f"/tests/user?profile={profile.key}").text
