"""What holds for every command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from affino_mcp import VERSION
from affino_mcp.cli.app import app
from tests.unit.cli.conftest import Terminal


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(app)))


def test_the_commands() -> None:
    assert {" ".join(words) for words in ALL} == {
        *(f"profile {word}" for word in ("create", "list", "show", "set", "enable", "disable", "regenerate")),
        "profile end-overlap",
        *(f"person {word}" for word in ("create", "list", "set", "explain", "enable", "disable")),
        *(f"session {word}" for word in ("list", "end")),
        *(f"local {word}" for word in ("up", "down", "status")),
        "connect",
        "doctor",
        "login",
        *(f"log {word}" for word in ("chart", "tail", "export", "show")),
        "methods",
        "signing",
        "test",
        "whatif",
    }


@pytest.mark.parametrize("words", [*ALL, ("log",)], ids=" ".join)
def test_help_holds_an_example_and_json_is_offered(words: tuple[str, ...]) -> None:
    shown = " ".join(CliRunner().invoke(app, [*words, "--help"], terminal_width=200).stdout.split())
    assert f"Example: affino-mcp {' '.join(words)}" in shown.replace("--stack affino-mcp ", "")
    assert "--json" in shown
    assert "--connection" in shown


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


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"affino-mcp {VERSION}\n"


def test_login_needs_a_service_that_answers(terminal: Terminal) -> None:
    terminal.json("profile", "create", "--name", "all")
    terminal.json("person", "create", "--name", "Jane Doe", "--email", "jane@orbital.example")
    words = ["login", "--person", "jane@orbital.example", "--password", "correct horse"]
    assert terminal.refused(*words)["type"] == "login_failed"
