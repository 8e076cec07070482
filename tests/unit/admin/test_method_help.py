"""The help pages show what the catalogue says."""

from __future__ import annotations

import re

import pytest

from affino_mcp.admin import method_help
from affino_mcp.admin.display import render_family_title
from affino_mcp.admin.method_help import HelpRow
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.kinds import line_kind
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from tests.unit.control_edge.desk import OperatorBrowser, text_of


def methods(page: str) -> list[str]:
    return re.findall(r'<details class="method" id="(\w+)"', page)


def test_every_method_of_every_family_is_there(operator: OperatorBrowser) -> None:
    page = operator.get("/help/crm").text
    assert sorted(methods(page)) == sorted(METHODS)
    assert all(
        render_family_title(family) in page
        for family in SWITCHED_FAMILIES
        if any(m.family == family for m in METHODS.values())
    )


def test_a_method_shows_all_that_the_guide_promises(operator: OperatorBrowser) -> None:
    page = text_of(operator.get("/help/crm", q="create_account"))
    for text in (
        "Create an account.",
        "Example. Orbital Labs",
        "Name text, at most 255 Required 255",
        "accounts.write",
    ):
        assert text in page, text
    assert "validation_error (-10)" in page
    assert "AccountCode" in page


def test_what_every_write_takes_is_said_too(operator: OperatorBrowser) -> None:
    page = text_of(operator.get("/help/crm", q="create_account"))
    assert "DryRun true or false true: checks and shows, changes nothing" in page
    assert "the same key never writes twice" in page


@pytest.mark.parametrize(
    ("words", "some", "none"),
    [
        ("link contact", "link_contact_to_account", "list_notes"),
        ("standardSectionCode", "create_article", "list_tasks"),
        ("nothing at all of this", None, "list_accounts"),
    ],
)
def test_search_finds_names_fields_and_texts(
    operator: OperatorBrowser, words: str, some: str | None, none: str
) -> None:
    found = methods(operator.get("/help/crm", q=words).text)
    assert none not in found
    assert some is None or some in found


def test_a_confirming_profiles_help_says_what_is_to_be_confirmed(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Careful", {Family.NOTES: frozenset(Access)})
    for confirm in (False, True):
        operator.world.profiles.change(profile.key, confirm=confirm)
        page = text_of(operator.get("/help/crm", profile=profile.key, q="delete_note"))
        assert ("Confirm true or false" in page, "confirmation_required (-132)" in page) == (confirm, confirm)


def test_a_profiles_help_is_what_its_agent_sees(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Reader", {Family.NOTES: frozenset({Access.READ})})
    found = methods(operator.get("/help/crm", profile=profile.key).text)
    assert "list_notes" in found
    assert not {"create_note", "list_accounts"} & set(found)


def test_another_ones_profile_is_not_told_without_the_right(desk: OperatorBrowser) -> None:
    profile = desk.world.create_profile("Secret plans", {Family.NOTES: frozenset({Access.READ})})
    desk.person("Edith", "Moreau", "Editors")
    desk.sign_in("edith.moreau@affino.example")
    page = desk.get("/help/crm", profile=profile.key)
    assert "Secret plans" not in page.text
    assert sorted(methods(page.text)) == sorted(METHODS)


def test_a_line_tells_the_length() -> None:
    assert HelpRow.from_field(Field("Name", line_kind(255), "the name"), required=True) == HelpRow(
        "Name", "text, at most 255", True, "255", "the name"
    )


def test_user_help_signs_an_example(operator: OperatorBrowser) -> None:
    page = text_of(operator.get("/help/user"))
    assert "POST /rest/demo/login" in page
    assert re.search(r"\b[0-9A-F]{128}\b", page)
    assert re.search(r"\b[0-9A-F]{32}\b", page)


def test_help_costs_one_store_call(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Reader", {Family.NOTES: frozenset({Access.READ})})
    for path in ("/help/crm", f"/help/crm?profile={profile.key}", "/help/user"):
        assert len(operator.count_store_calls(path)) == 1
    assert method_help.list_family_help(None)
