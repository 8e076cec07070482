"""A person filter of the API Logs that names nobody says so beside the result, with whom it may have meant."""

from __future__ import annotations

import pytest

from tests.unit.control_edge.desk import OperatorBrowser, text_of


@pytest.fixture
def staffed(operator: OperatorBrowser) -> OperatorBrowser:
    operator.person("Edith", "Moreau", "Editors")
    operator.person("Zoë", "Ångström", "Editors")
    return operator


@pytest.mark.parametrize(
    ("given", "text", "link"),
    [
        ("edith", "'edith' is no e-mail address and no code. People with it in the name: Edith Moreau (2)", 2),
        ("Moreau Edith", "People with it in the name: Edith Moreau (2)", 2),
        ("edyth", "No person has 'edyth' in the name. The nearest: Edith Moreau (2)", 2),
        ("angstrom", "No person has 'angstrom' in the name. The nearest: Zoë Ångström (3)", 3),
        ("xqxq", "No person has 'xqxq' in the name.", 0),
        ("<b>", "No person has '<b>' in the name.", 0),
    ],
    ids=str,
)
def test_whom_it_may_have_meant(staffed: OperatorBrowser, given: str, text: str, link: int) -> None:
    page = staffed.get("/logs", person=given)
    assert text in text_of(page)
    assert (f'href="/control/logs?person={link}"' in page.text) == bool(link)
    assert "<b>" not in page.text


@pytest.mark.parametrize("given", ["4711", "nobody@affino.example", "edith.moreau@affino.example", "2"])
def test_codes_and_addresses_are_not_searched(staffed: OperatorBrowser, given: str) -> None:
    assert "in the name" not in text_of(staffed.get("/logs", person=given))


def test_who_may_not_read_the_log_is_told_no_name(staffed: OperatorBrowser) -> None:
    staffed.browser.cookies.clear()
    assert staffed.sign_in("edith.moreau@affino.example").status_code == 303
    assert "in the name" not in text_of(staffed.get("/logs", person="olivia"))


def test_what_was_not_looked_at_is_not_denied(staffed: OperatorBrowser) -> None:
    for code in range(1000, 1500):
        staffed.world.people.create(code, "Somebody", f"s{code}@affino.example")
    page = staffed.count_store_calls("/logs?person=xqxq")
    assert len(page) < 16
    assert "Among the first 500: No person has 'xqxq' in the name." in text_of(staffed.get("/logs", person="xqxq"))
