"""API Profiles in the browser: repeated actions, cleared fields, concurrent changes, and limited rights."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from affino_mcp.admin.tool_price import price_always_listed, price_families
from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    return operator.world.create_profile("Newsroom", {Family.ARTICLES: frozenset(Access)}, 300)


@pytest.mark.parametrize("deed", ["disable", "enable"])
def test_a_switch_that_stood_there_already_is_logged_as_it_was(
    operator: OperatorBrowser, profile: Profile, deed: str
) -> None:
    for _ in range(2):
        operator.send(f"/profiles/{profile.key}/{deed}", operator.get(f"/profiles/{profile.key}"))
    befores = [row["arguments"]["before"]["enabled"] for row in operator.operator_rows()]
    assert befores == ([True, False] if deed == "disable" else [True, True])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("agent 57", ["Agent 57"]),
        ("57 GENT", ["Agent 57"]),
        ("ＡＧＥＮＴ 59", ["Agent 59"]),
        (" newsroom ", ["Newsroom"]),
        ("{key}", ["Newsroom"]),
        ("room", ["Newsroom"]),
        ("agent room", []),
        ("x" * 500, []),
        ("%", []),
    ],
)
def test_profiles_are_found_by_any_words_of_the_name_or_by_key(
    operator: OperatorBrowser, profile: Profile, wanted: str, found: list[str]
) -> None:
    for number in range(60):
        operator.world.create_profile(f"Agent {number:02}")
    page = operator.get("/profiles", q=wanted.format(key=profile.key))
    assert re.findall(r'profiles/\w{16}">([^<]+)<', page.text) == found
    assert ("No profile has these words or this key." in text_of(page)) == (found == [])
    assert len(operator.count_store_calls("/profiles?q=a")) == 3
    (link,) = re.findall(r'href="/control(/profiles\?[^"]+)" rel="next"', operator.get("/profiles?q=a").text)
    assert "Agent 59" in operator.get(link.replace("&amp;", "&")).text


def test_a_page_behind_the_last_profile_leads_back(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.get("/profiles?after=zzz")
    assert ("No more profiles" in page.text, profile.name in page.text) == (True, False)


def test_a_burst_that_is_cleared_follows_the_rate_again(operator: OperatorBrowser, profile: Profile) -> None:
    operator.world.profiles.change(profile.key, burst=99)
    path = f"/profiles/{profile.key}/edit"
    assert 'value="99"' in operator.get(path).text
    grid = re.findall(r'value="([a-z_]+\.[a-z]+)" data-price="[0-9]+" checked', operator.get(path).text)
    assert operator.send(path, name="Mine", rate="400", burst="", notes="", grid=grid).status_code == 303
    changed = operator.world.profiles.get(profile.key).profile
    assert (changed.rate, changed.burst) == (400, 40)
    assert operator.operator_rows()[-1]["arguments"]["after"]["burst"] == 40


def test_rows_of_the_log_want_their_right_here_too(operator: OperatorBrowser, profile: Profile) -> None:
    operator.send(f"/profiles/{profile.key}/enable", operator.get(f"/profiles/{profile.key}"))
    assert "enable_profile" in operator.get(f"/profiles/{profile.key}").text
    operator.world.people.change(1, groups=["Editors"], rights={"profiles.manage": None})
    page = operator.get(f"/profiles/{profile.key}")
    assert (page.status_code, "enable_profile" in page.text) == (200, False)
    assert "people with the right logs.read" in text_of(page)


def save(desk: OperatorBrowser, profile: Profile, page: Response | None = None, **given: object) -> Response:
    """Sends the form of the profile with its present values, except those given."""
    grid = [f"{family}.{access}" for family, on in profile.capability.to_json().items() for access in on]
    values = {"name": profile.name, "rate": str(profile.rate), "burst": "", "notes": profile.notes, "grid": grid}
    return desk.send(f"/profiles/{profile.key}/edit", page, **values | given)


def test_every_fault_is_marked_at_once_and_the_first_has_the_focus(operator: OperatorBrowser) -> None:
    page = operator.send("/profiles/new", name="", rate="ten", burst="-1", notes="x" * 2001)
    assert page.status_code == 400
    assert set(re.findall(r'aria-invalid="true" aria-describedby="(\w+)-wrong" autofocus', page.text)) == {
        "name",
        "rate",
        "burst",
        "notes",
    }
    assert text_of(page).count("must be a whole number from 1 to 6,000.") == 2
    assert "<title>Not saved: Add a profile" in page.text
    assert operator.operator_rows() == []


def test_saving_without_a_change_changes_nothing(operator: OperatorBrowser, profile: Profile) -> None:
    answer = save(operator, profile)
    assert "Nothing was changed" in text_of(operator.get(answer.headers["location"].removeprefix("/control")))
    assert (operator.world.profiles.get(profile.key).profile, operator.operator_rows()) == (profile, [])


def test_a_form_overtaken_by_another_says_what_is_there_now_and_can_be_saved_over_it(
    operator: OperatorBrowser, profile: Profile
) -> None:
    old = operator.get(f"/profiles/{profile.key}/edit")
    reads = frozenset({Access.READ})
    operator.world.profiles.change(
        profile.key, notes="theirs", families={"articles": reads, "tasks": reads}, rate=600, confirm=True
    )
    page = save(operator, profile, old, name="Mine <b>")
    assert page.status_code == 409
    said = text_of(page)
    assert "Now it has:" in said
    for line in ("Name: Newsroom", "Calls a minute: 600", "Notes: theirs", "Families: Tasks: read, Articles: read"):
        assert line in said
    assert ("Options: Confirmation" in said, "Calls at once" in said.split("Saving again")[0]) == (True, False)
    assert 'value="Mine &lt;b&gt;"' in page.text
    assert "What would change?" in save(operator, profile, page, name="Mine <b>").text
    assert save(operator, profile, page, name="Mine <b>", sure="yes").headers["location"].endswith("done=saved")
    now = operator.world.profiles.get(profile.key).profile
    assert (now.name, now.rate, now.capability) == ("Mine <b>", 300, profile.capability)


def test_a_reloaded_secret_page_says_where_the_profile_is(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.send("/profiles/new", name="newsroom", rate="60", burst="", notes="")
    assert page.status_code == 409
    assert "A profile of this name exists, made 0 seconds ago: open it" in text_of(page)
    assert f'href="/control/profiles/{profile.key}"' in page.text
    assert "of this name exists" not in save(operator, profile, name="").text


def test_a_name_that_one_took_oneself_says_when(operator: OperatorBrowser) -> None:
    given = {"name": "Desk", "rate": "60", "burst": "", "notes": ""}
    assert operator.send("/profiles/new", **given).status_code == 200
    operator.world.clock.move(seconds=10)
    said = text_of(operator.send("/profiles/new", **given | {"notes": "another"}))
    assert "A profile of this name exists, made by you 10 seconds ago: open it" in said
    assert "Its secret is not shown again" in said


@pytest.mark.parametrize(
    ("ticked", "families"), [([], []), (["articles.read"], [Family.ARTICLES]), (["nonsense"], [])], ids=str
)
def test_the_sum_of_the_tokens_needs_no_script(
    operator: OperatorBrowser, ticked: list[str], families: list[Family]
) -> None:
    page = operator.send("/profiles/new", name="", rate="60", burst="", notes="", grid=ticked)
    tokens = price_always_listed() + sum(price_families()[family][Access.READ] for family in families)
    assert re.findall(r"<output[^>]*>([0-9,]+)</output>", page.text) == [f"{tokens:,}"]


def test_each_button_to_copy_is_named_after_what_it_copies(operator: OperatorBrowser) -> None:
    page = operator.send("/profiles/new", name="New", rate="60", burst="", notes="")
    named = re.findall(r'data-copy="([a-z-]+)" hidden><span>Copy</span><span class="hidden"> ([^<]+)<', page.text)
    assert named == [
        ("api-key", "API Key"),
        ("api-secret", "API Secret"),
        ("mcp-url", "MCP endpoint"),
        ("login-url", "Login"),
    ]


@pytest.mark.parametrize("path", ["/profiles/nobody", "/people/999", "/logs/nobody/01M83T4CM060710PCYHWFH0XZP"])
def test_what_is_not_there_leaves_the_menu_in_place(operator: OperatorBrowser, path: str) -> None:
    page = operator.get(path)
    assert page.status_code == 404
    assert ('aria-label="Control Centre"' in page.text, "Control Centre · demo" in page.text) == (True, True)
    assert "Control Centre ·" not in text_of(operator.get("/nowhere"))


def test_a_form_from_before_the_last_sign_in_leads_back_to_its_page(
    operator: OperatorBrowser, profile: Profile
) -> None:
    old = operator.get(f"/profiles/{profile.key}/edit")
    operator.sign_in("olivia.park@affino.example")
    page = save(operator, profile, old, name="Other")
    assert page.status_code == 403
    assert f'href="/control/profiles/{profile.key}/edit">Open its page again' in page.text
    assert operator.world.profiles.get(profile.key).profile == profile
