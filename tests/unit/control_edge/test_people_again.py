"""People in the browser: faulty forms, and rights and sessions that have expired."""

from __future__ import annotations

import re

import pytest

from tests.unit.control_edge.desk import OperatorBrowser, text_of


@pytest.fixture
def edith(operator: OperatorBrowser) -> int:
    return operator.person("Edith", "Moreau", "Editors")


@pytest.mark.parametrize("until", ["2026-11-22", "soon", "2026-13-01"])
def test_a_wrong_last_day_is_said_beside_it_and_what_was_chosen_is_kept(
    operator: OperatorBrowser, edith: int, until: str
) -> None:
    page = operator.send(f"/people/{edith}/grant", operator.get(f"/people/{edith}"), right="tasks.read", until=until)
    assert page.status_code == 400
    assert "<option selected>tasks.read</option>" in page.text
    assert f'value="{until}" aria-invalid="true" aria-describedby="until-wrong" autofocus' in page.text
    assert re.search(r'id="until-wrong">[^<]*last day of a right', page.text)
    person = operator.world.people.get(edith)
    assert person is not None
    assert person.rights == {}


def test_a_right_that_ran_out_stays_listed_as_over(operator: OperatorBrowser, edith: int) -> None:
    operator.world.people.change(edith, rights={"tasks.read": "2026-11-23"})
    operator.world.clock.move(minutes=16 * 60)
    operator.sign_in("olivia.park@affino.example")
    assert "tasks.read 2026-11-23 over" in text_of(operator.get(f"/people/{edith}"))
    operator.send(f"/people/{edith}/grant", operator.get(f"/people/{edith}"), right="notes.read", until="")
    person = operator.world.people.get(edith)
    assert person is not None
    assert person.rights == {"tasks.read": "2026-11-23", "notes.read": None}


def test_a_session_that_is_over_already_is_said_where_the_sessions_stand(operator: OperatorBrowser, edith: int) -> None:
    one = operator.world.sessions.create_session(edith, "key").session.fingerprint
    page = operator.get(f"/people/{edith}")
    operator.send(f"/people/{edith}/end-session", page, session=one)
    again = operator.send(f"/people/{edith}/end-session", page, session=one)
    assert ("This session is over already." in again.text, "<h1>Edith Moreau" in again.text) == (True, True)
