"""The focus of a new page: on the field to fill in, or on the first faulty one."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from tests.unit.control_edge.desk import OperatorBrowser


def focused(page: Response) -> str:
    """The first field with autofocus, which is the one that browsers obey; "" for none."""
    found = re.search(r"<(?:input|select|textarea)\b[^>]*? name=\"(\w+)\"[^>]*? autofocus", page.text)
    return found[1] if found else ""


def title(page: Response) -> str:
    return page.text.partition("<title>")[2].partition(" ·")[0]


def test_signing_in_begins_with_the_address_and_goes_on_with_the_password(desk: OperatorBrowser) -> None:
    desk.person("Olivia", "Park", "Operators")
    page = desk.get("/sign-in")
    assert (focused(page), title(page)) == ("email", "Sign in")
    again = desk.sign_in("olivia.park@affino.example", "not the password")
    assert (focused(again), title(again)) == ("password", "Not signed in")
    desk.sign_in("olivia.park@affino.example")
    assert focused(desk.get("/prove")) == "password"


@pytest.mark.parametrize(
    ("path", "form", "where"),
    [
        pytest.param("/profiles/new", {"name": "New", "rate": "0", "burst": "0"}, "rate", id="a profile's limit"),
        pytest.param("/profiles/new", {"name": "New", "rate": "1", "notes": "x" * 2001}, "notes", id="its notes"),
        pytest.param("/tests/crm", {"profile": "gone"}, "profile", id="no profile"),
        pytest.param("/tests/crm", {"method": "gone"}, "method", id="no method"),
        pytest.param("/tests/crm", {"method": "list_tasks", "arguments": "[1]"}, "arguments", id="no arguments"),
        pytest.param(
            "/people/1/grant", {"right": "tasks.read", "until": "2020-01-01"}, "until", id="a day that is over"
        ),
    ],
)
def test_after_a_fault_the_cursor_stands_at_it(
    operator: OperatorBrowser, path: str, form: dict[str, str], where: str
) -> None:
    profile = operator.world.create_profile("Newsroom")
    given = {"profile": profile.key, "email": "x@affino.example", "password": "-"} | form
    page = operator.send(path, operator.get("/people/1"), **given)
    assert (page.status_code, focused(page)) == (400, where)
    assert f'id="{where}-wrong"' in page.text


def test_what_concerns_the_whole_form_has_the_cursor_itself(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Newsroom")
    note = re.compile(r'<div class="note bad" role="alert" tabindex="-1" autofocus>')
    path = f"/profiles/{profile.key}/edit"
    old = operator.get(path)
    operator.world.profiles.change(profile.key, notes="theirs")
    page = operator.send(path, old, name="Mine", rate="60", burst="", notes="")
    assert (page.status_code, bool(note.search(page.text)), focused(page)) == (409, True, "")
    own = operator.send("/people/1/groups", operator.get("/people/1"))
    assert (own.status_code, bool(note.search(own.text))) == (409, True)
    again = operator.send(f"/profiles/{profile.key}/regenerate", overlap="8d")
    assert (again.status_code, bool(note.search(again.text))) == (400, True)


def test_a_wrong_password_asked_for_again_speaks_of_the_password_alone(operator: OperatorBrowser) -> None:
    page = operator.send("/prove", password="not the password")
    assert (page.status_code, "The password is wrong." in page.text, "e-mail address" in page.text) == (
        401,
        True,
        False,
    )


def test_a_search_that_cannot_be_made_has_the_cursor_at_its_fault(operator: OperatorBrowser) -> None:
    assert focused(operator.get("/logs", status="ten", record="none")) == "status"
    assert focused(operator.get("/logs", family="none")) == "family"
    assert focused(operator.get("/logs")) == ""
