"""`affino-mcp person`: people are created, changed, explained, disabled and enabled."""

from __future__ import annotations

import pytest

from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.website.website_records import upsert_section
from tests.unit.cli.conftest import Terminal

JANE = ["--name", "Jane Doe", "--email", "jane@orbital.example"]


def matches(terminal: Terminal, code: int, password: str) -> bool:
    return Passwords(terminal.world.database, terminal.world.settings).is_password(code, password)


def test_create_without_a_password_is_an_invitation(terminal: Terminal) -> None:
    made = terminal.run_json("person", "create", *JANE, "--group", "Sales", "--right", "contacts.consent=2026-12-31")
    assert made["groups"] == ["Sales"]
    assert made["rights"] == {"contacts.consent": "2026-12-31"}
    assert "password" not in made
    assert made["link"].startswith(f"http://127.0.0.1:1/hub/link#{made['user_code']}.")


def test_a_given_password_is_not_shown(terminal: Terminal) -> None:
    out, _ = terminal.run("person", "create", *JANE, "--password", "correct horse")
    assert "correct horse" not in out
    assert matches(terminal, terminal.run_json("person", "list")[0]["user_code"], "correct horse")


def test_people_are_members_of_staff_of_the_instance(terminal: Terminal) -> None:
    made = terminal.run_json("person", "create", *JANE)
    stored = terminal.world.records.load_record("contacts", made["user_code"])
    assert stored is not None
    assert stored.document.values["Email"] == "jane@orbital.example"
    assert stored.document.system["Staff"] is True


@pytest.mark.parametrize("who", ["code", "jane@orbital.example", "JANE@orbital.example"])
def test_set_changes_what_is_named(terminal: Terminal, who: str) -> None:
    made = terminal.run_json("person", "create", *JANE, "--group", "Sales", "--right", "contacts.consent")
    person = str(made["user_code"]) if who == "code" else who
    words = ["--group", "Editors", "--group", "Legal", "--right", "logs.read", "--right", "contacts.consent=off"]
    changed = terminal.run_json("person", "set", person, *words, "--password", "another one")
    assert (changed["name"], changed["groups"], changed["rights"]) == (
        "Jane Doe",
        ["Editors", "Legal"],
        {"logs.read": None},
    )
    assert matches(terminal, made["user_code"], "another one")
    assert terminal.run_json("person", "set", person, "--no-groups")["groups"] == []


def test_a_person_gets_a_time_zone_and_loses_it(terminal: Terminal) -> None:
    terminal.run_json("person", "create", *JANE)
    assert (
        terminal.run_json("person", "set", "jane@orbital.example", "--zone", "Europe/London")["zone"] == "Europe/London"
    )
    assert terminal.run_json("person", "set", "jane@orbital.example", "--name", "Jane Roe")["zone"] == "Europe/London"
    assert terminal.run_json("person", "set", "jane@orbital.example", "--zone", "")["zone"] == ""
    _, wrong = terminal.run("person", "set", "jane@orbital.example", "--zone", "London", code=1)
    assert "time zone" in wrong


def test_disable_and_enable(terminal: Terminal) -> None:
    terminal.run_json("person", "create", *JANE)
    assert terminal.run_json("person", "disable", "jane@orbital.example")["active"] is False
    assert terminal.run_json("person", "enable", "jane@orbital.example")["active"] is True


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["create", *JANE], "conflict"),
        (["create", "--name", "X", "--email", "nobody"], "validation_error"),
        (["create", "--name", "X", "--email", "x@orbital.example", "--group", "Gods"], "validation_error"),
        (["create", "--name", "X" * 300, "--email", "x@orbital.example"], "validation_error"),
        (["create", "--name", "X", "--email", "x@y.example", "--right", "logs.read=2020-01-01"], "validation_error"),
        (["set", "jane@orbital.example", "--right", "logs.read=2020-01-01"], "validation_error"),
        (["set", "jane@orbital.example", "--right", "fly"], "validation_error"),
        (["set", "jane@orbital.example", "--password", "another one", "--group", "Gods"], "validation_error"),
        (["disable", "x" * 3000], "not_found"),
        (["disable", "9" * 5000], "not_found"),
        (["disable", "4711"], "not_found"),
        (["disable", "nobody@orbital.example"], "not_found"),
    ],
    ids=str,
)
def test_refusals_end_with_1_and_change_nothing(terminal: Terminal, words: list[str], kind: str) -> None:
    terminal.run_json("person", "create", *JANE, "--password", "correct horse")
    before = terminal.run_json("person", "list")
    assert terminal.run_refused("person", *words)["type"] == kind
    assert terminal.run_json("person", "list") == before
    assert matches(terminal, 1, "correct horse")
    assert terminal.world.records.load_record("contacts", 2) is None


@pytest.mark.parametrize(
    "words",
    [
        pytest.param([], id="nothing to change"),
        pytest.param(["--group", "Sales", "--no-groups"], id="groups and none"),
        pytest.param(["--right", "contacts.consent="], id="an end that was forgotten"),
    ],
)
def test_a_misunderstood_change_changes_nothing(terminal: Terminal, words: list[str]) -> None:
    terminal.run_json("person", "create", *JANE, "--group", "Editors")
    before, rows = terminal.run_json("person", "list"), len(terminal.world.audit_rows())
    terminal.run("person", "set", "jane@orbital.example", *words, code=2)
    assert terminal.run_json("person", "list") == before
    assert len(terminal.world.audit_rows()) == rows


@pytest.mark.parametrize(
    "words", [["create", "--name", "X", "--email", "x@orbital.example"], ["set", "jane@orbital.example"]]
)
def test_a_short_password_is_misunderstood_and_changes_nothing(terminal: Terminal, words: list[str]) -> None:
    terminal.run_json("person", "create", *JANE, "--password", "correct horse")
    terminal.run("person", *words, "--password", "short", code=2)
    assert [person["name"] for person in terminal.run_json("person", "list")] == ["Jane Doe"]
    assert matches(terminal, 1, "correct horse")


def test_explain_says_what_somebody_may_do_where(terminal: Terminal) -> None:
    records, at = terminal.world.records, terminal.world.clock()
    upsert_section(records, "Marketing", at, read=["Everybody"], write=["Publishers"], publish=["Publishers"])
    terminal.run_json("person", "create", *JANE, "--group", "Publishers")
    (section,) = terminal.run_json("person", "explain", "jane@orbital.example")["places"]["sections"]
    assert (section["code"], section["name"]) == (1, "Marketing")
    assert section["deeds"][2] == {"deed": "publish", "held": True, "because": ["group Publishers"]}
    lines = [line.split() for line in terminal.run("person", "explain", "jane@orbital.example")[0].splitlines()]
    assert ["Marketing", "publish", "yes", "group", "Publishers"] in lines


def test_explain_says_which_group_gives_what(terminal: Terminal) -> None:
    given = ["--name", "Jane Doe", "--email", "jane@orbital.example", "--group", "Publishers"]
    terminal.run("person", "create", *given, "--right", "contacts.consent=2026-12-31")
    found = terminal.run_json("person", "explain", "jane@orbital.example")["rights"]
    assert found["articles.publish"] == ["group Publishers"]
    assert found["contacts.consent"] == ["granted directly until 2026-12-31"]
    assert "accounts.read" not in found
    assert "group Publishers" in terminal.run("person", "explain", "jane@orbital.example")[0]
    terminal.run("person", "disable", "jane@orbital.example")
    assert "is disabled" in terminal.run("person", "explain", "jane@orbital.example")[1]


def test_the_contact_says_whether_the_person_is_disabled(terminal: Terminal) -> None:
    code = terminal.run_json("person", "create", *JANE)["user_code"]
    for word, disabled in (("disable", True), ("disable", True), ("enable", False)):
        terminal.run("person", word, str(code))
        stored = terminal.world.records.load_record("contacts", code)
        assert stored is not None
        assert stored.document.system["Disabled"] is disabled
