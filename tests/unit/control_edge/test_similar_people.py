"""A person filter of the API Logs that names nobody says so beside the result, with whom it may have meant."""

from __future__ import annotations

import pytest

from affino_mcp.gate.identity import row_keys
from affino_mcp.store.ops import Put
from tests.unit.control_edge.desk import OperatorBrowser, text_of


@pytest.fixture
def staffed(operator: OperatorBrowser) -> OperatorBrowser:
    operator.person("Edith", "Moreau", "Editors")
    operator.person("Zoë", "Ångström", "Editors")
    return operator


@pytest.mark.parametrize(
    ("given", "text", "link"),
    [
        ("edyth", "No person has 'edyth' in the name. Nearest: Edith Moreau (2)", 2),
        ("angstromm", "No person has 'angstromm' in the name. Nearest: Zoë Ångström (3)", 3),
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


@pytest.mark.parametrize("given", ["edith", "MOREAU", "oreau edi", "angstrom", "ångstr", "zoe", "moreau@affino"])
def test_any_part_of_any_word_finds_people(staffed: OperatorBrowser, given: str) -> None:
    assert "No person" not in text_of(staffed.get("/logs", person=given))


@pytest.mark.parametrize("given", ["4711", "nobody@affino.example", "edith.moreau@affino.example", "2"])
def test_codes_and_addresses_are_not_searched(staffed: OperatorBrowser, given: str) -> None:
    assert "in the name" not in text_of(staffed.get("/logs", person=given))


def test_who_may_not_read_the_log_is_told_no_name(staffed: OperatorBrowser) -> None:
    staffed.browser.cookies.clear()
    assert staffed.sign_in("edith.moreau@affino.example").status_code == 303
    assert "in the name" not in text_of(staffed.get("/logs", person="olivia"))


def test_people_from_before_the_list_had_names_are_found(staffed: OperatorBrowser) -> None:
    world = staffed.world
    for code in (1, 2, 3):
        row = {**row_keys.person_code_key(code)._asdict(), "user_code": code}
        world.database.put(Put(world.settings.gate_table, row))
    assert "No person" not in text_of(staffed.get("/logs", person="moreau"))
    world.people.change(2, name="Edith Smith")
    assert "No person" not in text_of(staffed.get("/logs", person="smith"))


def test_a_list_of_a_thousand_people_is_looked_through(staffed: OperatorBrowser) -> None:
    for code in range(1000, 2000):
        row = {**row_keys.person_code_key(code)._asdict(), "user_code": code, "name": f"Some Body{code}", "email": ""}
        staffed.world.database.put(Put(staffed.world.settings.gate_table, row))
    assert len(staffed.count_store_calls("/logs?person=body1999")) <= 5
    assert "No person" not in text_of(staffed.get("/logs", person="body1999"))
