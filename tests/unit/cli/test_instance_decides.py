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
