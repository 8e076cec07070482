"""Commands where the records are in an instance elsewhere: those about records name it, and the own store is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from affino_mcp.admin.record_files.file_kinds import FILE_KINDS
from affino_mcp.catalogue.families.lists import SECURITY_GROUP
from affino_mcp.catalogue.structure import STRUCTURE_KINDS
from affino_mcp.instance.elsewhere_ports import OPERATOR_CODES
from tests.unit.cli.conftest import Terminal, make_terminal
from tests.world import INSTANCE_URL, REMOTE

STRUCTURE = [
    " ".join([kind.word, "list", *(["--kind", kind.choice] if kind.choice else [])])
    for kind in STRUCTURE_KINDS
    if kind.record is not SECURITY_GROUP
]
COMMANDS = [
    *STRUCTURE,
    "section create --name News",
    "section set 1 --name News",
    "section remove 1 --yes",
    "structure export",
    "record deleted",
    "record show accounts#1",
    "record restore accounts#1 --yes",
    "purge contact 1 --yes",
    "reindex --dry-run",
    *(f"export {kind} --as sal.seller@affino.example --output OUT" for kind in FILE_KINDS if kind != "list-members"),
    *(f"import {kind} FILE --as sal.seller@affino.example" for kind in FILE_KINDS),
]


@pytest.fixture
def gateway() -> Terminal:
    made = make_terminal(REMOTE)
    made.world.create_person("Sal", "Seller", "Sales")
    return made


def records_calls(terminal: Terminal) -> list[tuple[str, str]]:
    settings = terminal.world.settings
    own = {settings.records_table, settings.words_table}
    return [call for call in terminal.world.watched.calls if own & set(call[1].split("+"))]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_about_records_names_the_instance(gateway: Terminal, command: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("Name\nOrbital\n", encoding="utf-8")
    words = [{"FILE": str(file), "OUT": str(tmp_path / "out.csv")}.get(word, word) for word in command.split()]
    refused = gateway.run_refused(*words)
    assert (refused["type"], INSTANCE_URL in refused["message"]) == ("instance_decides", True)
    assert records_calls(gateway) == []


def test_people_and_groups_are_this_services_own(gateway: Terminal) -> None:
    assert [each["Name"] for each in gateway.run_json("group", "list")]
    gateway.run_json("person", "set", "sal.seller@affino.example", "--name", "Sally Seller")
    gateway.run_json("person", "disable", "sal.seller@affino.example")
    assert records_calls(gateway) == []


def test_the_first_operator_is_none_of_the_instances_people(gateway: Terminal) -> None:
    made = gateway.run_json("operator", "first", "--name", "Olivia Park", "--email", "olivia@orbital.example")
    assert (made["user_code"] in OPERATOR_CODES, made["structure"]) == (True, [])
    assert records_calls(gateway) == []


KEY, SECRET = "5kJ2mQ8xYb", "demoSecretNotReal0000000000001"
ADOPT = ("profile", "adopt", KEY, "--name", "Newsroom", "--family", "articles=read,write")


def test_a_profile_has_the_key_and_secret_that_it_has_at_the_instance(gateway: Terminal) -> None:
    out, err = gateway.run(*ADOPT, "--json", input=f"{SECRET}\n")
    assert SECRET not in out + err
    found = gateway.world.profiles.get(KEY).profile
    assert (found.name, found.secret) == ("Newsroom", SECRET)
    gateway.run("profile", "adopt", KEY, input="another" * 5)
    assert gateway.world.profiles.get(KEY).profile.secret == "another" * 5
    rows = gateway.world.audit_rows()
    assert [row["method"] for row in rows] == ["create_profile", "regenerate_profile"]
    assert not any(word in str(rows) for word in (SECRET, "another" * 5))


@pytest.mark.parametrize("words", [("create", "--name", "Second"), ("regenerate", KEY, "--yes")])
def test_a_secret_that_is_drawn_here_is_unknown_at_the_instance(gateway: Terminal, words: tuple[str, ...]) -> None:
    gateway.run(*ADOPT, input=f"{SECRET}\n")
    _, err = gateway.run("profile", *words)
    assert (f"{INSTANCE_URL} refuses this profile" in err, "profile adopt" in err) == (True, True)


@pytest.mark.parametrize(
    ("words", "given", "argument"),
    [
        pytest.param((*ADOPT[:2], "a-b", *ADOPT[3:]), SECRET, "key", id="key"),
        pytest.param(ADOPT, "short", "secret", id="secret"),
        pytest.param(ADOPT, "", "secret", id="no secret"),
        pytest.param(("profile", "adopt", KEY), SECRET, "name", id="no name"),
    ],
)
def test_what_cannot_be_adopted_is_told(gateway: Terminal, words: tuple[str, ...], given: str, argument: str) -> None:
    out, _ = gateway.run(*words, "--json", code=1, input=given)
    assert f'"argument": "{argument}"' in out
    assert gateway.world.profiles.list_profiles() == []


def test_a_service_with_records_of_its_own_adopts_none(terminal: Terminal) -> None:
    out, _ = terminal.run(*ADOPT, "--json", code=1, input=SECRET)
    assert "profile create" in out
    assert terminal.world.profiles.list_profiles() == []
