"""Rules that every command keeps: help, errors, exit codes, connection."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from affino_mcp import VERSION
from affino_mcp.admin.record_files.file_kinds import FILE_KINDS
from affino_mcp.catalogue.structure import STRUCTURE_KINDS
from affino_mcp.cli.app import app
from affino_mcp.cli.output import print_table
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.settings import Settings
from tests.unit.cli.conftest import JANE, Terminal


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The words of every command."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(app)))
OF_A_STACK = {("stack", "check"), ("stack", "restore")}
"""Commands for a deployed stack alone."""


def test_the_commands() -> None:
    assert {" ".join(words) for words in ALL} == {
        *(f"profile {word}" for word in ("create", "list", "show", "set", "enable", "disable", "regenerate")),
        "profile end-overlap",
        *(f"person {word}" for word in ("create", "invite", "reset", "list", "set")),
        *(f"person {word}" for word in ("explain", "enable", "disable")),
        *(f"app {word}" for word in ("list", "add", "end", "remove")),
        "operator first",
        "profile adopt",
        "profile delete",
        *(f"session {word}" for word in ("list", "end")),
        *(f"local {word}" for word in ("up", "down", "status")),
        "connect",
        "doctor",
        *(f"{verb} {word}" for verb in ("import", "export") for word in FILE_KINDS),
        "housekeeping report",
        "login",
        *(f"log {word}" for word in ("chart", "tail", "export", "show", "digest", "verify", "missing")),
        "methods",
        "purge contact",
        "reindex",
        "record deleted",
        "record restore",
        "record show",
        "signing",
        "stack check",
        "stack restore",
        *(f"{kind.word} {word}" for kind in STRUCTURE_KINDS for word in ("list", "create", "set", "remove")),
        *(f"structure {word}" for word in ("export", "apply")),
        "test",
        "whatif",
    }


@pytest.mark.parametrize("words", [*ALL, ("log",)], ids=" ".join)
def test_help_holds_an_example_and_json_is_offered(words: tuple[str, ...]) -> None:
    shown = " ".join(CliRunner().invoke(app, [*words, "--help"], terminal_width=200).stdout.split())
    assert f"Example: affino-mcp {' '.join(words)}" in shown
    assert "--json" in shown
    assert ("--connection" in shown) is (words not in OF_A_STACK)


def test_a_missing_connection_file_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["profile", "list", "--connection", str(tmp_path / "none.json")])
    assert done.exit_code == 1
    assert "make run" in done.stderr
    assert "--connection FILE" in done.stderr


def test_the_connection_may_be_named_before_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--connection", str(tmp_path / "none.json"), "log"])
    assert str(tmp_path / "none.json") in done.stderr


def test_a_file_that_is_no_connection(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("[]")
    done = CliRunner().invoke(app, ["log", "--connection", str(tmp_path / "odd.json")])
    assert done.exit_code == 1
    assert "not a connection file" in done.stderr


@pytest.mark.parametrize(
    "more",
    [{"stores": {"a_setting_of_another_version": ""}}, {"stores": {}}, {"people": []}, {"mcp_url": "mcp"}],
    ids=["setting", "no stores", "people", "address"],
)
def test_a_connection_file_of_another_version(tmp_path: Path, more: dict[str, Any]) -> None:
    urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
    document = (
        asdict(Connection(*urls, "demo", stores=store_settings(Settings(aws_endpoint="http://127.0.0.1:1")))) | more
    )
    (tmp_path / "odd.json").write_text(json.dumps(document))
    done = CliRunner().invoke(app, ["person", "list", "--connection", str(tmp_path / "odd.json")])
    assert done.exit_code == 1
    assert "not a connection file" in done.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["profile", "create", "--name", "x", "--family", "acounts=read"], "--family", id="family"),
        pytest.param(["profile", "create", "--name", "x", "--family", "accounts=raed"], "--family", id="switch"),
        pytest.param(["profile", "create", "--name", "x", "--rate", "ten"], "--rate", id="number"),
        pytest.param(["whatif", "x", "--rate", "6001"], "--rate", id="bound"),
        pytest.param(["person", "create", *JANE, "--right", "contacts.read="], "--right", id="right"),
        pytest.param(["log", "--since", "yesterday"], "--since", id="since"),
        pytest.param(["log", "export", "--until", "22.11.2026"], "--until", id="until"),
        pytest.param(["log", "--record", "accounts"], "--record", id="record"),
        pytest.param(["doctor", "--profile", "x"], "--person", id="half a login"),
        pytest.param(["--stack", "", "profile", "list"], "--stack", id="empty stack"),
    ],
)
def test_a_misunderstood_option_is_named_in_words_and_in_json(terminal: Terminal, words: list[str], named: str) -> None:
    assert named in terminal.run(*words, code=2)[1]
    out, err = terminal.run(*words, "--json", code=2)
    assert named in err
    error = json.loads(out)["error"]
    assert error["type"] == "usage"
    assert named in error["message"]


def test_a_stack_before_the_command_and_a_file_after_it_contradict_each_other() -> None:
    for words in (["log"], ["log", "show", "x"], ["doctor"]):
        done = CliRunner().invoke(app, ["--stack", "x", *words, "--connection", "y"])
        assert done.exit_code == 2, done.output
        assert "not both" in done.stderr
    assert CliRunner().invoke(app, ["--stack", "x", "log", "--connection", "y", "show", "z"]).exit_code == 2


def test_what_this_machine_refuses_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["local", "up", "--state", str(tmp_path / "file")])
    assert done.exit_code == 1
    assert done.stderr.startswith("affino-mcp: This machine refused to read or write: File exists")
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_is_no_fault_of_the_service(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("affino_mcp.cli.profiles.print_json", full)
    assert "No space left on device" in terminal.run("profile", "list", "--json", code=1)[1]


def test_a_terminal_without_a_letter_is_no_fault() -> None:
    words = [sys.executable, "-m", "affino_mcp.cli", "profile", "create", "--name", "x", "--family", "Größe=read"]
    environment = {"PYTHONIOENCODING": "ascii:strict", "COLUMNS": "200"}
    done = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert rb"'Gr\xf6\xdfe=read'" in done.stderr


def test_bytes_that_are_no_text_are_refused_before_anything_is_done(terminal: Terminal) -> None:
    terminal.run_json("profile", "create", "--name", "x")
    out, err = terminal.run("profile", "set", "x", "--notes", "\udcff", "--json", code=2)
    assert "not UTF-8" in json.loads(out)["error"]["message"]
    assert "not UTF-8" in err
    assert terminal.run_json("profile", "show", "x")["notes"] == ""


def test_no_value_of_a_table_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Name", "Key"), [("N" * 500, "K" * 16)], "")
    shown = capsys.readouterr().out
    assert (shown.count("N"), shown.count("K")) == (1 + 500, 1 + 16)


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"affino-mcp {VERSION}\n"


@pytest.mark.parametrize("words", [["login"], ["connect", "codex", "--profile", "all"]], ids=["login", "connect"])
def test_where_there_is_no_demo_a_login_asks_whose(terminal: Terminal, words: list[str]) -> None:
    terminal.run_json("profile", "create", "--name", "all")
    assert "--person ADDRESS --profile NAME" in terminal.run_refused(*words)["message"]


def test_login_needs_a_service_that_answers(terminal: Terminal) -> None:
    terminal.run_json("profile", "create", "--name", "all")
    terminal.run_json("person", "create", "--name", "Jane Doe", "--email", "jane@orbital.example")
    words = ["login", "--person", "jane@orbital.example", "--password", "correct horse"]
    assert terminal.run_refused(*words)["type"] == "login_failed"
