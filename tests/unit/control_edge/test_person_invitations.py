"""People in the browser: added by a link, asked about when they are a contact, reset, renamed, disabled after a question."""

from __future__ import annotations

import html
import re

import pytest
from httpx2 import Response

from affino_mcp.gate.people.password_changes import PasswordChanges
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.sessions.web_sessions import CONTROL_CENTRE
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient

JANE = {"name": "Jane Doe", "email": "jane@orbital.example"}
NEW = "seven quiet lanterns"


def link_in(page: Response) -> str:
    (link,) = re.findall(r'<code id="password-link">([^<]+)</code>', page.text)
    return html.unescape(link)


def use_link(desk: OperatorBrowser, link: str) -> None:
    world = desk.world
    PasswordChanges(world.database, world.settings, world.clock).set_by_link(link.rpartition("#")[2], NEW)


def matches(desk: OperatorBrowser, code: int, password: str) -> bool:
    return Passwords(desk.world.database, desk.world.settings).is_password(code, password)


@pytest.fixture
def edith(operator: OperatorBrowser) -> int:
    return operator.person("Edith", "Moreau", "Publishers")


def test_a_person_is_added_by_a_link(operator: OperatorBrowser) -> None:
    assert "Add a person" in text_of(operator.get("/people"))
    made = operator.send("/people/new", group=["Editors", "Nonsense"], **JANE)
    assert (made.status_code, made.headers["cache-control"], made.headers["referrer-policy"]) == (
        200,
        "no-store",
        "no-referrer",
    )
    link = link_in(made)
    assert link.startswith("http://127.0.0.1:8642/hub/link#2.")
    assert "not used yet; it works until 2026-11-26 09:00:00 UTC (in 3 days)" in text_of(operator.get("/people/2"))
    assert "Invite again" in text_of(operator.get("/people/2"))
    use_link(operator, link)
    assert matches(operator, 2, NEW)
    assert "used on 2026-11-23" in text_of(operator.get("/people/2"))
    assert "Reset password" in text_of(operator.get("/people/2"))
    (row,) = operator.operator_rows()
    assert (row["method"], row["outcome"]) == ("invite_person", "ok")
    assert row["arguments"]["after"] == {**JANE, "groups": ["Editors"]}
    assert link.rpartition(".")[2] not in str(operator.world.database._tables)


def test_nobody_is_left_without_a_group_unseen(operator: OperatorBrowser) -> None:
    asked = operator.send("/people/new", **JANE)
    assert (asked.status_code, "Without a group Jane Doe may do nothing" in text_of(asked)) == (400, True)
    assert (operator.world.people.find_by_email(JANE["email"]), operator.operator_rows()) == (None, [])
    made = operator.send("/people/new", asked, **JANE)
    assert link_in(made)
    assert "is in no group and may do nothing yet" in text_of(operator.get("/people/2"))


def test_a_contact_is_made_a_login_when_the_operator_says_so(operator: OperatorBrowser) -> None:
    world = operator.world
    seller = world.create_person("Sam", "Rivers", "Sales")
    client = WorldClient(world, world.new_handler(), world.log_in(world.create_profile(), seller))
    client.call_tool("create_contact", FirstName="Jane", LastName="Doe", Email=JANE["email"])
    client.handler.close()
    asked = operator.send("/people/new", group="Sales", **JANE)
    assert asked.status_code == 409
    assert "Jane Doe (3) is a contact already Made by Sam Rivers on 2026-11-23." in text_of(asked)
    assert operator.send("/people/new", group="Sales", contact="4", **JANE).status_code == 409
    assert operator.operator_rows() == []
    made = operator.send("/people/new", asked, group="Sales", **JANE)
    assert link_in(made).partition("#")[2].startswith("3.")
    assert operator.operator_rows()[-1]["arguments"]["after"]["existing"] is True


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"email": "edith.moreau@affino.example"}, 409, "Open Edith Moreau"),
        ({"email": "nobody"}, 400, "e-mail address is not valid"),
        ({"name": ""}, 400, "The name must be"),
        ({"name": "x" * 300}, 400, "The name must be"),
    ],
    ids=["somebody's address", "no address", "no name", "a long name"],
)
def test_what_cannot_be_made_is_told_and_nothing_changes(
    operator: OperatorBrowser, edith: int, given: dict[str, str], status: int, said: str
) -> None:
    shown = operator.send("/people/new", group="Sales", **{**JANE, **given})
    assert (shown.status_code, said in text_of(shown)) == (status, True)
    assert len(operator.world.people.list_people()) == edith
    assert operator.world.records.load_record("contacts", edith + 1) is None


def test_a_reset_is_a_link_and_ends_sessions_when_asked(operator: OperatorBrowser, edith: int) -> None:
    session = operator.world.sessions.create_session(edith, "key").session
    path = f"/people/{edith}/reset"
    assert "1 live AccessToken" in text_of(operator.get(path))
    first = link_in(operator.send(path))
    assert operator.world.sessions.list_sessions(edith) == [session]
    second = link_in(operator.send(path, end="yes"))
    assert (first != second, operator.world.sessions.list_sessions(edith)) == (True, [])
    use_link(operator, second)
    assert matches(operator, edith, NEW)
    assert [row["arguments"]["after"] for row in operator.operator_rows()] == [
        {"end_sessions": False},
        {"end_sessions": True},
    ]


def test_links_want_a_recent_password(operator: OperatorBrowser, edith: int) -> None:
    operator.world.clock.move(CONTROL_CENTRE.proof_lifetime)
    for path in ("/people/new", f"/people/{edith}/reset"):
        assert operator.get(path).headers["location"].startswith("/control/prove")


def test_a_disabled_person_gets_no_link(operator: OperatorBrowser, edith: int) -> None:
    page = operator.get(f"/people/{edith}/reset")
    operator.world.people.disable(edith)
    shown = operator.send(f"/people/{edith}/reset", page)
    assert (shown.status_code, "Enable the person first" in shown.text) == (409, True)
    assert "Reset password" not in operator.get(f"/people/{edith}").text


def test_disabling_asks_once_and_says_what_stops(operator: OperatorBrowser, edith: int) -> None:
    operator.world.sessions.create_session(edith, "key")
    person = operator.get(f"/people/{edith}")
    assert f'href="/control/people/{edith}/disable"' in person.text
    question = operator.get(f"/people/{edith}/disable")
    assert "1 live session stops working at once" in text_of(question)
    assert operator.world.people.get(edith).active  # type: ignore[union-attr]
    assert operator.send(f"/people/{edith}/disable", question).status_code == 303
    stored = operator.world.records.load_record("contacts", edith)
    assert stored is not None
    assert (operator.world.people.get(edith).active, stored.document.system["Disabled"]) == (False, True)  # type: ignore[union-attr]


def test_name_and_address_are_changed_with_the_contact(operator: OperatorBrowser, edith: int) -> None:
    path = f"/people/{edith}/account"
    done = operator.send(path, name="Edith Roe", email="roe@orbital.example")
    assert done.headers["location"].endswith("done=account")
    assert operator.world.people.find_user_code("roe@orbital.example") == edith
    stored = operator.world.records.load_record("contacts", edith)
    assert stored is not None
    assert stored.document.values["Email"] == "roe@orbital.example"
    taken = operator.send(path, name="Edith Roe", email="olivia.park@affino.example")
    assert (taken.status_code, "exists already" in taken.text) == (409, True)
    assert operator.send(path, name="Edith Roe", email="roe@orbital.example").headers["location"].endswith("done=same")
    row = operator.operator_rows()[0]
    assert row["arguments"] == {
        "before": {"name": "Edith Moreau", "email": "edith.moreau@affino.example"},
        "after": {"name": "Edith Roe", "email": "roe@orbital.example"},
    }


def test_people_of_another_instance_are_not_made_here(operator: OperatorBrowser, edith: int) -> None:
    object.__setattr__(operator.world.settings, "instance_url", "https://people.example")
    assert "Add a person" not in text_of(operator.get("/people"))
    for path in ("/people/new", f"/people/{edith}/reset"):
        shown = operator.send(path, operator.get("/people"))
        assert (shown.status_code, "those of https://people.example" in shown.text) == (409, True)
