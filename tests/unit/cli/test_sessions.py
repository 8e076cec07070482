"""`affino-mcp session`: sessions are listed and ended."""

from __future__ import annotations

import pytest

from affino_mcp.errors import SessionUnknown
from tests.unit.cli.conftest import Terminal

JANE = ["--name", "Jane Doe", "--email", "jane@orbital.example", "--password", "correct horse"]


@pytest.fixture
def tokens(terminal: Terminal) -> list[str]:
    code = terminal.run_json("person", "create", *JANE)["user_code"]
    return [terminal.world.sessions.create_session(code, name).access_token for name in ("one", "two")]


def live(terminal: Terminal, tokens: list[str]) -> list[bool]:
    found = []
    for token in tokens:
        try:
            found.append(bool(terminal.world.sessions.resolve_token(token)))
        except SessionUnknown:
            found.append(False)
    return found


def test_list_names_sessions_and_never_a_token(terminal: Terminal, tokens: list[str]) -> None:
    found = terminal.run_json("session", "list", "jane@orbital.example")
    assert sorted(session["profile"] for session in found) == ["one", "two"]
    assert {session["last_use"] for session in found} == {None}
    assert not [token for token in tokens if token in terminal.run("session", "list", "jane@orbital.example")[0]]


def test_a_session_names_its_profile_also_when_that_is_off(terminal: Terminal, tokens: list[str]) -> None:
    key = terminal.run_json("profile", "create", "--name", "Newsroom")["key"]
    terminal.world.sessions.create_session(1, key)
    terminal.run("profile", "disable", "Newsroom")
    found = terminal.run_json("session", "list", "jane@orbital.example")
    assert sorted(session["profile"] for session in found) == ["Newsroom", "one", "two"]


def test_end_one(terminal: Terminal, tokens: list[str]) -> None:
    found = {s["profile"]: s["session"] for s in terminal.run_json("session", "list", "jane@orbital.example")}
    assert terminal.run_json("session", "end", "jane@orbital.example", "--session", found["one"])["ended"] == 1
    assert live(terminal, tokens) == [False, True]
    assert (
        terminal.run_refused("session", "end", "jane@orbital.example", "--session", found["one"])["type"] == "not_found"
    )


def test_end_all(terminal: Terminal, tokens: list[str]) -> None:
    assert terminal.run_json("session", "end", "jane@orbital.example")["ended"] == 2
    assert live(terminal, tokens) == [False, False]
    assert "no live sessions" in terminal.run("session", "list", "jane@orbital.example")[0]


def test_a_new_password_ends_them(terminal: Terminal, tokens: list[str]) -> None:
    terminal.run_json("person", "set", "jane@orbital.example", "--password", "another horse")
    assert live(terminal, tokens) == [False, False]
