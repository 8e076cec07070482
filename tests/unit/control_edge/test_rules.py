"""No person without the right sees a screen, tried at every address; and no log line contains a secret."""

from __future__ import annotations

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.control_edge.app import SCREENS
from affino_mcp.control_edge.record_files.file_pages import FILE_PAGES
from affino_mcp.control_edge.screen_request import FILES_PATH
from tests.unit.control_edge.desk import PASSWORD, OperatorBrowser, hidden_fields

ALL = [pytest.param(path, method, id=f"{method} {path or '(none)'}") for path, method, _, _ in SCREENS]
WITH_RIGHT = [
    pytest.param(path, method, id=f"{method} {path}") for path, method, _, rule in SCREENS if rule.right is not None
]
ROW = "/logs/{profile}/{id}"
LOGS_ONLY = {"", "/", "/sign-out", "/logs", "/logs/export", ROW, f"{ROW}/take-back", "/help/crm", "/help/user"}


def address(desk: OperatorBrowser, path: str) -> str:
    key = next((state.profile.key for state in desk.world.profiles.list_profiles()), "none")
    known = {"key": key, "code": 1, "profile": key, "family": "accounts", "kind": "sections", "part": "1"}
    return f"/control{path}".format(**known, id="01M83T4CM060710PCYHWFH0XZP", client=f"app_{'a' * 24}")


@pytest.fixture
def staffed(desk: OperatorBrowser) -> OperatorBrowser:
    """An operator, an editor, and a profile named Newsroom."""
    desk.person("Olivia", "Park", "Operators")
    desk.person("Edith", "Moreau", "Editors")
    desk.world.create_profile("Newsroom", {Family.NOTES: frozenset({Access.READ})})
    return desk


@pytest.mark.parametrize(("path", "method"), ALL)
def test_strangers_are_sent_to_the_door(staffed: OperatorBrowser, path: str, method: str) -> None:
    before = staffed.world.database.list_rows(staffed.world.settings.gate_table)
    answer = staffed.browser.request(method, address(staffed, path), content=b"csrf=0")
    assert (answer.status_code, answer.text) == (303, "")
    assert answer.headers["location"].startswith("/control/sign-in?next=")
    assert staffed.world.database.list_rows(staffed.world.settings.gate_table) == before


@pytest.mark.parametrize(("path", "method"), WITH_RIGHT)
def test_without_the_right_nothing_is_shown_and_nothing_happens(
    staffed: OperatorBrowser, path: str, method: str
) -> None:
    staffed.sign_in("edith.moreau@affino.example")
    fields = hidden_fields(staffed.get("/help/user").text)
    before = staffed.world.database.list_rows(staffed.world.settings.gate_table)
    answer = staffed.browser.request(method, address(staffed, path), data=fields)
    assert answer.status_code == 403
    assert not [text for text in ("Newsroom", "Olivia") if text in answer.text]
    assert staffed.world.database.list_rows(staffed.world.settings.gate_table) == before
    assert staffed.operator_rows() == []


def test_every_other_screen_is_named_here() -> None:
    """The pages of files ask for the right of their kind themselves (test_record_files.py)."""
    files = {f"{FILES_PATH}{path}" for path, _, _ in FILE_PAGES}
    assert {path for path, _, _, rule in SCREENS if rule.right is None} == LOGS_ONLY | files


def test_every_form_wants_its_token(operator: OperatorBrowser) -> None:
    profile = operator.world.create_profile("Newsroom")
    for path, method, _, _ in SCREENS:
        if method == "POST":
            answer = operator.browser.post(address(operator, path), content=b"csrf=0")
            assert answer.status_code == 403, path
    assert operator.world.profiles.get(profile.key).profile == profile
    assert operator.operator_rows() == []


def test_no_log_line_tells_a_secret(staffed: OperatorBrowser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    staffed.sign_in("olivia.park@affino.example")
    staffed.sign_in("olivia.park@affino.example", "a wrong and long password")
    staffed.send("/profiles/new", name="Made", rate="60", burst="", notes="", grid=["articles.read"])
    (made,) = [state.profile for state in staffed.world.profiles.list_profiles() if state.profile.name == "Made"]
    given = {"profile": made.key, "email": "edith.moreau@affino.example", "password": PASSWORD}
    staffed.send("/tests/crm", staffed.get(f"/tests/crm?profile={made.key}"), method="list_articles", **given)
    staffed.send(f"/profiles/{made.key}/regenerate")
    told = "\n".join(str(vars(record)) for record in caplog.records) + str(staffed.world.audit_rows())
    new = staffed.world.profiles.get(made.key).profile.secret
    visit = staffed.browser.cookies["affino-control"].strip('"').split(".")[1]
    assert [secret for secret in (made.secret, new, visit, PASSWORD, "wrong and long") if secret in told] == []
