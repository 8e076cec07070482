"""What was typed is kept: over a reload of the secret's page, over the end of a session, and over a template's switches."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import pytest
from httpx2 import Response

from affino_mcp.admin.display import describe_capability
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.control_edge.profile_templates import PROFILE_TEMPLATES
from tests.unit.control_edge.desk import OperatorBrowser, hidden_fields, text_of

FORM: Final[dict[str, Any]] = {
    "name": "Newsroom",
    "rate": "60",
    "burst": "",
    "notes": "of the <b>desk</b>",
    "grid": ["articles.read", "tasks.write"],
}
PATH = "/profiles/new"


def post(desk: OperatorBrowser, path: str, fields: dict[str, Any], site: str = "same-origin") -> Response:
    """Sends a form as a browser of these days does, which says where it stood."""
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site}
    found: Response = desk.browser.post(f"/control{path}", content=urlencode(fields, doseq=True), headers=headers)
    return found


def test_the_same_form_again_is_the_made_profile(operator: OperatorBrowser) -> None:
    page = operator.get(PATH)
    operator.send(PATH, page, **FORM)
    again = operator.send(PATH, page, **FORM)
    (state,) = operator.world.profiles.list_profiles()
    assert (again.status_code, state.profile.secret in again.text) == (200, True)
    assert "Nothing was done again" in text_of(again)
    assert [row["method"] for row in operator.operator_rows()] == ["create_profile", "create_profile", "show_secret"]
    assert [row["status"] for row in operator.operator_rows()] == [200, 409, 200]


@pytest.mark.parametrize("what", ["later", "another visit", "another form", "changed since"])
def test_it_is_not_shown_again_otherwise(operator: OperatorBrowser, what: str) -> None:
    page = operator.get(PATH)
    operator.send(PATH, page, **FORM)
    (state,) = operator.world.profiles.list_profiles()
    given = FORM | ({"notes": "others"} if what == "another form" else {})
    if what == "later":
        operator.world.clock.move(minutes=6)
    elif what == "another visit":
        operator.browser.cookies.clear()
        operator.sign_in("olivia.park@affino.example")
        page = operator.get(PATH)
    elif what == "changed since":
        operator.world.profiles.change(state.profile.key, rate=90)
    again = operator.send(PATH, page, **given)
    assert (again.status_code, state.profile.secret in again.text) == (409, False)
    assert "A profile of this name exists, made by you" in text_of(again)
    assert f'href="/control/profiles/{state.profile.key}/regenerate"' in again.text


def test_a_reload_after_regenerating_shows_the_same_secret(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Newsroom")
    path = f"/profiles/{profile.key}/regenerate"
    page = operator.get(path)
    first, again = operator.send(path, page, overlap="0"), operator.send(path, page, overlap="0")
    now = operator.world.profiles.get(profile.key).profile
    assert now.secret != profile.secret
    assert [now.secret in answer.text for answer in (first, again)] == [True, True]
    operator.world.clock.move(minutes=6)
    assert now.secret not in operator.send(path, page, overlap="0").text


def test_a_session_that_ends_loses_nothing_that_was_typed(operator: OperatorBrowser) -> None:
    fields = {**hidden_fields(operator.get(PATH).text), **FORM, "password": "typed here"}
    operator.browser.cookies.clear()
    door = post(operator, PATH, fields)
    assert (door.status_code, "what you typed is kept" in text_of(door)) == (401, True)
    assert "typed+here" not in door.text
    assert fields["csrf"] not in door.text.partition('name="kept"')[2]
    wrong = operator.send("/sign-in", door, email="olivia.park@affino.example", password="no")
    kept = operator.send("/sign-in", wrong, email="olivia.park@affino.example", password="a calm and long password")
    assert "Nothing has been done yet" in text_of(kept)
    assert "of the <b>desk</b>" in text_of(kept)
    assert operator.world.profiles.list_profiles() == []
    made = post(operator, PATH, hidden_fields(kept.text) | {"grid": FORM["grid"]})
    assert made.status_code == 200
    (state,) = operator.world.profiles.list_profiles()
    assert (state.profile.name, state.profile.notes) == ("Newsroom", "of the <b>desk</b>")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_another_site_filled_in_is_not_kept(operator: OperatorBrowser, site: str) -> None:
    operator.browser.cookies.clear()
    answer = post(operator, PATH, FORM, site)
    assert answer.headers["location"] == "/control/sign-in?next=/profiles/new&lost=yes"


@pytest.mark.parametrize("name", PROFILE_TEMPLATES)
def test_a_template_sets_the_switches_and_saves_nothing(operator: OperatorBrowser, name: str) -> None:
    page = operator.send(PATH, fill=name, **FORM)
    assert f"The switches are set to: {name}. Nothing is saved yet." in text_of(page)
    ticked = {
        part.split('"')[0] for part in page.text.split('name="grid" value="')[1:] if "checked" in part.split(">")[0]
    }
    assert ticked == PROFILE_TEMPLATES[name]
    assert 'value="Newsroom"' in page.text
    assert operator.world.profiles.list_profiles() == []


READ, BOTH = frozenset({Access.READ}), frozenset(Access)
CRM = PROFILE_TEMPLATES["CRM reading"]


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (dict.fromkeys(SWITCHED_FAMILIES, BOTH), ["all families: read and write"]),
        (dict.fromkeys(SWITCHED_FAMILIES, READ), ["all families: read"]),
        (
            dict.fromkeys(SWITCHED_FAMILIES, READ) | {Family.TASKS: BOTH},
            ["all families but Tasks: read", "Tasks: read and write"],
        ),
        ({name.partition(".")[0]: READ for name in CRM}, ["all CRM families: read"]),
        (
            {Family.ARTICLES: BOTH, Family.MEDIA_ITEMS: BOTH, Family.TASKS: READ},
            ["Tasks: read", "Articles, Media Items: read and write"],
        ),
        ({}, []),
    ],
    ids=["everything", "all read", "one also written", "CRM", "two kinds", "nothing"],
)
def test_a_profile_is_told_in_words(families: dict[str, frozenset[Access]], words: list[str]) -> None:
    assert describe_capability(Capability({str(name): access for name, access in families.items()})) == words


@pytest.mark.parametrize("words", ["edit", "GENT edi", "tor con", "ägent"])
def test_profiles_and_people_are_found_by_any_part_of_any_word(operator: OperatorBrowser, words: str) -> None:
    operator.world.create_profile("Content Editor Ägent")
    operator.world.create_profile("CRM Sales")
    page = text_of(operator.get("/profiles", q=words))
    assert ("Content Editor" in page, "CRM Sales" in page) == (True, False)


def test_people_are_found_beyond_the_first_page(operator: OperatorBrowser) -> None:
    for code in range(1000, 1150):
        operator.world.people.create(code, f"Somebody {code}", f"s{code}@affino.example")
    operator.world.people.create(2000, "Zoë Moreau", "zoe@affino.example")
    for words in ("oreau", "ZOE mor", "moreau zoe@"):
        page = text_of(operator.get("/people", q=words))
        assert ("Zoë Moreau" in page, "Somebody" in page) == (True, False)
    assert len(operator.count_store_calls("/people?q=moreau")) <= 3
