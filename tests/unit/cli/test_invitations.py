"""`affino-mcp person invite`, `person reset`, `operator first`: links, asked-for contacts, and rows without secrets."""

from __future__ import annotations

import json

import pytest

from affino_mcp.gate.people.password_changes import PasswordChanges
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.crm.staff import enrol_staff
from tests.unit.cli.conftest import Terminal
from tests.world import WorldClient

JANE = ["--name", "Jane Doe", "--email", "jane@orbital.example"]
NEW = "seven quiet lanterns"


def token_of(link: str) -> str:
    return link.rpartition("#")[2]


def use_link(terminal: Terminal, link: str) -> None:
    world = terminal.world
    PasswordChanges(world.database, world.settings, world.clock).set_by_link(token_of(link), NEW)


def matches(terminal: Terminal, code: int, password: str) -> bool:
    return Passwords(terminal.world.database, terminal.world.settings).is_password(code, password)


def test_an_invitation_is_a_link_and_no_password(terminal: Terminal) -> None:
    made = terminal.run_json("person", "invite", *JANE, "--group", "Sales", "--group", "Legal")
    assert made["groups"] == ["Sales", "Legal"]
    assert made["expires"] == "2026-11-26T09:00:00.000000Z"
    assert "password" not in made
    use_link(terminal, made["link"])
    assert matches(terminal, made["user_code"], NEW)
    rows = terminal.run_json("log", "--method", "invite_person")
    assert [row["outcome"] for row in rows] == ["ok", "begun"]
    everything = json.dumps(rows) + str(terminal.world.database._tables)
    assert token_of(made["link"]).partition(".")[2] not in everything


def test_the_terminal_says_how_the_link_is_used(terminal: Terminal) -> None:
    out, err = terminal.run("person", "invite", *JANE, "--group", "Sales")
    assert "/hub/link#1." in out
    assert "works once" in err
    assert "in no group" not in err


def test_somebody_without_a_group_is_warned_of(terminal: Terminal) -> None:
    _, err = terminal.run("person", "invite", *JANE)
    assert "Jane Doe is in no group" in err
    assert "Sales Managers" in err


def test_a_reset_supersedes_the_link_and_ends_sessions_when_asked(terminal: Terminal) -> None:
    made = terminal.run_json("person", "invite", *JANE, "--group", "Sales")
    use_link(terminal, made["link"])
    session = terminal.world.sessions.create_session(made["user_code"], "key").session
    first = terminal.run_json("person", "reset", "jane@orbital.example")
    assert terminal.world.sessions.list_sessions(made["user_code"]) == [session]
    second = terminal.run_json("person", "reset", "jane@orbital.example", "--end-sessions")
    assert terminal.world.sessions.list_sessions(made["user_code"]) == []
    assert matches(terminal, made["user_code"], NEW)
    assert len({made["link"], first["link"], second["link"]}) == 3
    rows = terminal.run_json("log", "--method", "reset_password")
    assert [row["arguments"]["after"] for row in rows] == [{"end_sessions": True}, {"end_sessions": False}]
    assert {row["record"] for row in rows} == {f"people#{made['user_code']}"}


def test_a_disabled_person_gets_no_link(terminal: Terminal) -> None:
    terminal.run_json("person", "invite", *JANE)
    terminal.run("person", "disable", "1")
    assert terminal.run_refused("person", "reset", "1")["type"] == "invalid_state"


def test_an_address_of_a_contact_asks_first(terminal: Terminal) -> None:
    world = terminal.world
    world.create_person("Sam", "Rivers", "Sales")
    client = WorldClient(world, world.new_handler(), world.log_in(world.create_profile(), 1))
    made = client.call_tool("create_contact", FirstName="Jane", LastName="Doe", Email="jane@orbital.example").result
    code = made["Contact"]["UserCode"]
    for words in (["person", "invite"], ["person", "create", "--password", NEW], ["operator", "first"]):
        refused = terminal.run_refused(*words, *JANE)
        assert refused["message"] == (
            f"Jane Doe ({code}) is a contact already, made by Sam Rivers on 2026-11-23: make this contact a login?"
        )
        assert refused["details"]["next"] == "Say --existing to do so."
    assert [person["name"] for person in terminal.run_json("person", "list")] == ["Sam Rivers"]
    assert terminal.run_json("log", "--method", "invite_person") == []
    assert terminal.run_json("person", "invite", *JANE, "--existing")["user_code"] == code
    client.handler.close()


def test_a_broken_off_invitation_goes_on_without_a_question(terminal: Terminal) -> None:
    world = terminal.world
    code = enrol_staff(world.records, "Jane", "Doe", "jane@orbital.example", world.clock())
    assert terminal.run_json("person", "invite", *JANE)["user_code"] == code


def test_a_script_gives_a_password_on_standard_input(terminal: Terminal) -> None:
    out, _ = terminal.run("person", "create", *JANE, "--password-stdin", "--json", input=f"{NEW}\n")
    made = json.loads(out)
    assert "link" not in made
    assert NEW not in out
    assert matches(terminal, made["user_code"], NEW)
    terminal.run("person", "set", "1", "--password-stdin", input="another one here\n")
    assert matches(terminal, 1, "another one here")
    terminal.run("person", "set", "1", "--password-stdin", input="short\n", code=2)
    terminal.run("person", "set", "1", "--password-stdin", "--password", NEW, input="another one\n", code=2)


@pytest.mark.parametrize("command", ["create", "set", "invite", "reset"])
def test_no_help_offers_a_password_on_the_command_line(terminal: Terminal, command: str) -> None:
    shown = terminal.run("person", command, "--help")[0]
    assert "--password " not in shown


def test_name_and_address_change_with_the_contact(terminal: Terminal) -> None:
    terminal.run_json("person", "invite", *JANE, "--group", "Sales")
    terminal.world.create_person("Sam", "Rivers", "Sales")
    changed = terminal.run_json("person", "set", "1", "--name", "Jane Roe", "--email", "Roe@orbital.example")
    assert (changed["name"], changed["email"]) == ("Jane Roe", "Roe@orbital.example")
    stored = terminal.world.records.load_record("contacts", 1)
    assert stored is not None
    assert [stored.document.values[name] for name in ("LastName", "Email")] == ["Roe", "Roe@orbital.example"]
    people = terminal.world.people
    assert (people.find_user_code("jane@orbital.example"), people.find_user_code("roe@orbital.example")) == (None, 1)
    for taken in ("sam.rivers@affino.example", "SAM.Rivers@affino.example"):
        assert terminal.run_refused("person", "set", "1", "--email", taken)["type"] == "conflict"
    assert terminal.run_refused("person", "set", "1", "--email", "nobody")["type"] == "validation_error"
    assert people.find_user_code("roe@orbital.example") == 1
    terminal.run_json("person", "set", "1", "--email", "ROE@orbital.example")
    assert people.find_user_code("roe@orbital.example") == 1


OLIVIA = ["--name", "Olivia Park", "--email", "olivia@orbital.example"]


def test_the_first_operator_of_an_empty_service(terminal: Terminal) -> None:
    made = terminal.run_json("operator", "first", *OLIVIA)
    assert made["groups"] == ["Operators"]
    assert [entry["Name"] for entry in made["structure"]] == ["News", "General", "Announcements", "Images", "Article"]
    assert [section["Name"] for section in terminal.run_json("section", "list")] == ["News"]
    assert made["control_centre"].endswith("/control")
    use_link(terminal, made["link"])
    refused = terminal.run_refused("operator", "first", "--name", "Eve Second", "--email", "eve@orbital.example")
    assert refused["type"] == "operator_exists"
    assert refused["message"] == "Olivia Park (1) is an operator already. Nothing was done."
    assert "affino-mcp person reset 1" in refused["details"]["next"]
    assert len(terminal.run_json("person", "list")) == 1


def test_a_disabled_operator_does_not_count(terminal: Terminal) -> None:
    terminal.run_json("operator", "first", *OLIVIA, "--no-structure")
    terminal.run("person", "disable", "1")
    again = ["--name", "Eve Second", "--email", "eve@orbital.example"]
    assert terminal.run_json("operator", "first", *again)["user_code"] == 2
