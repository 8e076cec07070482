"""The test tools: a real login and a real call through the public endpoints, in three checks with reason and fix."""

from __future__ import annotations

import re

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, text_of

BOTH = frozenset(Access)
EDITH = "edith.moreau@affino.example"


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    operator.person("Edith", "Moreau", "Editors")
    return operator.world.create_profile("Content Editor Agent", {Family.ARTICLES: BOTH, Family.TASKS: BOTH}, 300)


def lamps(desk: OperatorBrowser, profile: Profile, /, tool: str = "crm", **given: str) -> tuple[list[str], str]:
    """The tones of the three checks, and the page's text."""
    path = f"/tests/{tool}?profile={profile.key}"
    values = {"email": EDITH, "password": PASSWORD, "method": "list_articles", "arguments": "", "profile": profile.key}
    answer = desk.send(f"/tests/{tool}", desk.get(path), **{**values, **given})
    for secret in filter(None, (profile.secret, given.get("password", PASSWORD), given.get("token"))):
        assert secret not in answer.text + str(desk.operator_rows())
    return re.findall(r'class="lamp (\w+)"', answer.text), text_of(answer)


def test_the_first_method_to_choose_lists_a_familys_records(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.get(f"/tests/crm?profile={profile.key}").text
    assert re.findall(r'<option value="([a-z_]+)"', page)[0] == "list_articles"


def test_the_editors_profile_is_green(operator: OperatorBrowser, profile: Profile) -> None:
    found, page = lamps(operator, profile)
    assert found == ["good", "good", "good"]
    assert "Works: Content Editor Agent, Edith Moreau, list_articles" in page
    assert '"Items"' in page
    row = next(row for row in operator.world.audit_rows() if row["method"] == "list_articles")
    assert (row["person_name"], row["profile_name"], row["status"]) == ("Edith Moreau", "Content Editor Agent", 200)


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        pytest.param(
            {"password": "not the password"}, ["good", "bad", "off"], "password is wrong", id="wrong password"
        ),
        pytest.param({"email": "nobody@affino.example"}, ["good", "bad", "off"], "password is wrong", id="nobody"),
        pytest.param({"method": "list_accounts"}, ["good", "good", "bad"], "Switch the family on", id="family is off"),
        pytest.param({"method": "list_tasks"}, ["good", "good", "bad"], "the person lacks the right", id="no right"),
        pytest.param({"method": "get_article"}, ["good", "good", "good"], "get_article is enabled", id="bad argument"),
        pytest.param({"method": "create_article"}, ["good", "good", "good"], "is enabled", id="a write, as a dry run"),
    ],
)
def test_a_lamp_names_its_reason(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str], expected: list[str], text: str
) -> None:
    found, page = lamps(operator, profile, **given)
    assert (found, text in page) == (expected, True), page
    assert ("The session of this test is ended." in page) == (found[1] == "good")


def test_a_profile_that_is_off(operator: OperatorBrowser, profile: Profile) -> None:
    operator.world.profiles.disable(profile.key)
    found, page = lamps(operator, profile)
    assert found == ["bad", "off", "off"]
    assert "switched off" in page


def test_a_person_who_is_off(operator: OperatorBrowser, profile: Profile) -> None:
    (edith,) = [p.user_code for p in operator.world.people.list_people() if p.email == EDITH]
    operator.world.people.disable(edith)
    found, page = lamps(operator, profile)
    assert found == ["good", "bad", "off"]
    assert "This person's account is disabled" in page
    assert "What to do: Enable the person" in page


@pytest.mark.parametrize(
    ("given"), [{"email": "nobody"}, {"password": "x" * 1025}], ids=["no e-mail address", "a password without end"]
)
def test_what_cannot_be_a_login_is_not_the_profiles_fault(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str]
) -> None:
    assert lamps(operator, profile, **given)[0] == ["good", "bad", "off"]


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (502, '{"message": "Internal server error"}', "answered 502"),
        (200, "<html>", "answered 200, and not as MCP"),
        (200, '{"error": "no object"}', "answered 200, and not as MCP"),
        (
            200,
            '{"result": {"structuredContent": {"error": {"type": "unexpected", "message": "Our fault."}}}}',
            "Our fault.",
        ),
    ],
    ids=["a gateway's fault", "no JSON", "no object", "an unexpected error"],
)
def test_only_an_answer_lights_the_lamp(
    operator: OperatorBrowser, profile: Profile, status: int, body: str, text: str
) -> None:
    operator.outside.instead["/mcp"] = status, body
    found, page = lamps(operator, profile)
    assert (found, text in page) == (["good", "good", "bad"], True), page
    assert "Not yet" in page


def test_a_call_that_must_wait_says_how_long(operator: OperatorBrowser, profile: Profile) -> None:
    body = '{"error": {"message": "Too fast.", "data": {"retry_after": 57, "next": "Wait for retry_after seconds."}}}'
    operator.outside.instead["/mcp"] = 429, body
    found, page = lamps(operator, profile)
    assert (found, "429, retry_after 57" in page) == (["good", "good", "bad"], True), page


def test_a_login_without_its_stores_is_not_the_profiles_fault(operator: OperatorBrowser, profile: Profile) -> None:
    login = f"/rest/{operator.world.settings.instance}/login"
    operator.outside.instead[login] = 503, '{"error": {"code": "-1", "message": "Try again."}}'
    found, page = lamps(operator, profile)
    assert found == ["bad", "off", "off"]
    assert "What to do: Look at the service's health and its log" in page


@pytest.mark.parametrize("tool", ["crm", "user"])
def test_every_profile_can_be_tested_however_many_there_are(
    operator: OperatorBrowser, profile: Profile, tool: str
) -> None:
    for number in range(51):
        operator.world.create_profile(f"Agent {number:02}")
    page = operator.get(f"/tests/{tool}?profile={profile.key}")
    assert f'<option value="{profile.key}" selected>Content Editor Agent</option>' in page.text
    assert "Only some profiles are listed here" in page.text
    assert lamps(operator, profile, tool=tool)[0] == ["good", "good", "good"]
    assert len(operator.count_store_calls(f"/tests/{tool}?profile={profile.key}")) <= 3


def test_endpoints_that_do_not_answer(operator: OperatorBrowser, profile: Profile) -> None:
    operator.outside.down = True
    found, page = lamps(operator, profile)
    assert found == ["bad", "off", "off"]
    assert "did not answer" in page


def test_the_user_test_tool_says_whom_the_service_takes_them_for(operator: OperatorBrowser, profile: Profile) -> None:
    found, page = lamps(operator, profile, tool="user")
    assert found == ["good", "good", "good"]
    assert '"Name": "Edith Moreau"' in page


def test_the_session_of_a_test_is_ended_and_nothing_goes_astray(operator: OperatorBrowser, profile: Profile) -> None:
    lamps(operator, profile)
    (edith,) = [p.user_code for p in operator.world.people.list_people() if p.email == EDITH]
    assert operator.world.sessions.list_sessions(edith) == []
    assert {request.url.host for request in operator.outside.sent} == {"127.0.0.1"}


def test_a_test_is_in_the_log_without_a_password(operator: OperatorBrowser, profile: Profile) -> None:
    lamps(operator, profile)
    (row,) = operator.operator_rows()
    assert (row["method"], row["profile_key"]) == ("run_test", profile.key)
    assert row["arguments"]["after"] == {"email": EDITH, "method": "list_articles", "arguments": {"PageSize": 3}}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"arguments": "not JSON"}, "must be a JSON object"),
        ({"arguments": "[1]"}, "must be a JSON object"),
        ({"arguments": '{"PageSize": 1e999}'}, "must be a JSON object"),
        ({"arguments": r'{"Name": "\ud800"}'}, "must be a JSON object"),
        ({"arguments": "[" * 20_000}, "must be a JSON object"),
        ({"method": "create_article", "arguments": "{}"}, "a write must say"),
        ({"method": "nothing"}, "Choose a method"),
        ({"profile": "nobody"}, "Choose a profile"),
    ],
    ids=[
        "no JSON",
        "no object",
        "no number",
        "no character",
        "no end",
        "a write that would write",
        "no method",
        "no profile",
    ],
)
def test_a_faulty_form_tries_nothing(
    operator: OperatorBrowser, profile: Profile, given: dict[str, str], text: str
) -> None:
    found, page = lamps(operator, profile, **given)
    assert (found, text in page, operator.outside.sent) == ([], True, [])


def test_the_form_asks_the_stores_three_times(operator: OperatorBrowser, profile: Profile) -> None:
    assert len(operator.count_store_calls(f"/tests/crm?profile={profile.key}")) <= 3


def test_only_operators_test(desk: OperatorBrowser) -> None:
    desk.person("Edith", "Moreau", "Editors")
    desk.sign_in(EDITH)
    assert [desk.get(f"/tests/{tool}").status_code for tool in ("crm", "user")] == [403, 403]
