"""The pages of structure: made, changed, moved and removed in a browser; nothing at one click that others depend on."""

from __future__ import annotations

import pytest

from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS, Removal, StructureKind
from affino_mcp.control_edge.app import SCREENS
from tests.unit.control_edge.desk import OperatorBrowser

KINDS = pytest.mark.parametrize("kind", STRUCTURE_KINDS, ids=lambda kind: kind.noun)
RENAMED = pytest.mark.parametrize(
    "kind", [kind for kind in STRUCTURE_KINDS if kind.is_ordered], ids=lambda kind: kind.noun
)
SENT = {
    "Open": "on",
    "Active": "on",
    "Channel": "Website",
    "Comments": "open",
    "Statement": "I agree.",
    "Probability": "10",
}
ROUTES = [(path, method) for path, method, _, _ in SCREENS if path.startswith("/structure")]


@pytest.fixture
def browser() -> OperatorBrowser:
    return OperatorBrowser().operator()


def rows(browser: OperatorBrowser) -> list[AuditRow]:
    return [AuditRow.from_document(row) for row in browser.world.audit_rows()]


def create(browser: OperatorBrowser, kind: StructureKind, name: str, **more: object) -> None:
    page = browser.get(f"/structure/{kind.family}/new")
    assert page.status_code == 200
    given = {**SENT, **more}
    fields = {field.name for field in kind.fields}
    sent = {name: value for name, value in given.items() if name in fields}
    answer = browser.send(f"/structure/{kind.family}/new", page, Name=name, **sent)
    assert answer.status_code == 303, answer.text


def newest_code(browser: OperatorBrowser, kind: StructureKind) -> int:
    """The code of the entry that was made last."""
    return int(rows(browser)[-1].record.partition("#")[2])


@RENAMED
def test_an_entry_is_made_shown_and_changed(browser: OperatorBrowser, kind: StructureKind) -> None:
    create(browser, kind, "R&D <news>")
    page = browser.get(f"/structure/{kind.family}", done="created")
    assert "R&amp;D &lt;news&gt;" in page.text
    code = newest_code(browser, kind)
    form = browser.get(f"/structure/{kind.family}/{code}")
    assert 'value="R&amp;D &lt;news&gt;"' in form.text
    fields = {field.name for field in kind.fields}
    sent = {name: value for name, value in SENT.items() if name in fields}
    answer = browser.send(f"/structure/{kind.family}/{code}", form, Name="Plain", **sent)
    if answer.status_code == 200:  # others depend on it: agree
        answer = browser.send(f"/structure/{kind.family}/{code}", answer)
    assert answer.status_code == 303, answer.text
    created, changed = rows(browser)
    assert (created.method, changed.method) == (kind.deed("create"), kind.deed("change"))
    assert (created.person_name, created.record) == ("Olivia Park", f"{kind.family}#{code}")
    assert (changed.arguments["before"]["Name"], changed.arguments["after"]["Name"]) == ("R&D <news>", "Plain")


@KINDS
def test_a_removal_is_a_question_first(browser: OperatorBrowser, kind: StructureKind) -> None:
    create(browser, kind, "News")
    path = f"/structure/{kind.family}/{newest_code(browser, kind)}/remove"
    page = browser.get(path)
    assert "Nothing is saved yet" in page.text
    assert browser.send(path, page).status_code == 303
    listed = browser.get(f"/structure/{kind.family}").text
    assert (">News</a>" in listed) == (kind.removal is Removal.SWITCHED_OFF)
    assert rows(browser)[-1].method == kind.deed("remove")


@RENAMED
def test_an_entry_moves_up_and_down(browser: OperatorBrowser, kind: StructureKind) -> None:
    for name in ("One", "Two", "Three"):
        create(browser, kind, name)
    listed = browser.get(f"/structure/{kind.family}")
    path = f"/structure/{kind.family}/{newest_code(browser, kind)}/move"
    assert browser.send(path, listed, step="up").status_code == 303
    text = browser.get(f"/structure/{kind.family}").text
    assert text.index(">One</a>") < text.index(">Three</a>") < text.index(">Two</a>")


def test_taking_a_group_away_asks_first_and_writes_nothing_until_then(browser: OperatorBrowser) -> None:
    kind = KINDS_BY_FAMILY["sections"]
    create(browser, kind, "News", ReadGroups=["Everybody"], WriteGroups=["Editors", "Publishers"])
    form = browser.get("/structure/sections/1")
    sent = {"Name": "News", "Open": "on", "Channel": "Website", "Comments": "open", "ReadGroups": "Everybody"}
    asked = browser.send("/structure/sections/1", form, WriteGroups="Publishers", **sent)
    assert asked.status_code == 200
    assert "Can no longer write in it: Editors." in asked.text
    assert len(rows(browser)) == 1
    saved = browser.send("/structure/sections/1", asked)
    assert saved.status_code == 303, saved.text
    assert rows(browser)[-1].arguments["after"] == {"WriteGroups": ["Publishers"]}


def test_a_form_of_an_older_version_is_refused(browser: OperatorBrowser) -> None:
    create(browser, KINDS_BY_FAMILY["article_categories"], "Guides")
    form = browser.get("/structure/article_categories/1")
    assert browser.send("/structure/article_categories/1", form, Name="First").status_code == 303
    answer = browser.send("/structure/article_categories/1", form, Name="Second")
    assert (answer.status_code, "changed meanwhile" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("name", "more", "status", "says"),
    [
        ("", {}, 400, "must not be empty"),
        ("x" * 151, {}, 400, "150"),
        ("News", {"ReadGroups": "Ghosts"}, 400, "no security group"),
        ("News", {"Comments": "perhaps"}, 400, "Comments"),
        ("News", {"Channel": "Elsewhere"}, 400, "no channel"),
    ],
)
def test_a_wrong_form_says_what_and_writes_nothing(
    browser: OperatorBrowser, name: str, more: dict[str, str], status: int, says: str
) -> None:
    sent = {"Open": "on", "Channel": "Website", "Comments": "open"} | more
    answer = browser.send("/structure/sections/new", None, Name=name, **sent)
    assert (answer.status_code, says in answer.text) == (status, True)
    assert "There are no sections yet" in browser.get("/structure/sections").text


@pytest.mark.parametrize(("path", "method"), ROUTES)
@KINDS
def test_without_the_right_nothing_is_shown_or_changed(kind: StructureKind, path: str, method: str) -> None:
    browser = OperatorBrowser().operator()
    create(browser, kind, "News")
    browser.person("Edith", "Moreau", "Editors", "Publishers")
    browser.send("/sign-out", browser.get("/structure/sections/new"))
    browser.sign_in("edith.moreau@affino.example")
    page = browser.get("/logs")
    assert "/structure" not in page.text
    settings = browser.world.settings
    before = [browser.world.database.list_rows(table) for table in (settings.records_table, settings.gate_table)]
    where = path.replace("{kind}", kind.family).replace("{code}", "1")
    answer = browser.get(where) if method == "GET" else browser.send(where, page, Name="Taken over", step="up")
    assert answer.status_code == 403
    assert "News" not in answer.text
    after = [browser.world.database.list_rows(table) for table in (settings.records_table, settings.gate_table)]
    assert after == before
    assert len(rows(browser)) == 1


def test_a_topic_is_put_below_another(browser: OperatorBrowser) -> None:
    kind = KINDS_BY_FAMILY["topics"]
    create(browser, kind, "Products")
    above = newest_code(browser, kind)
    create(browser, kind, "Boats", ParentCode=str(above))
    assert rows(browser)[-1].arguments["after"]["ParentCode"] == above


def test_nobody_takes_their_own_access_away(browser: OperatorBrowser) -> None:
    browser.person("Oscar", "Plum", "Operators")
    browser.world.people.change(2, rights={"control.access": None, "profiles.manage": None, "structure.manage": None})
    form = browser.get("/structure/security_groups/8")
    assert 'value="Operators"' in form.text
    answer = browser.send("/structure/security_groups/8", form, Name="Operators", Rights=["logs.read"])
    assert answer.status_code == 409
    assert "You cannot take the right" in answer.text


@pytest.mark.parametrize("path", ["/structure/rooms", "/structure/sections/7", "/structure/sections/x/remove"])
def test_what_is_not_there_is_a_page_that_says_so(browser: OperatorBrowser, path: str) -> None:
    assert browser.get(path).status_code == 404
