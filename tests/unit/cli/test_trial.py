"""`affino-mcp test`: three checks, each with its reason."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import PASSWORD, Terminal

JANE = "jane@orbital.example"
PROFILE, USER, METHOD = 0, 1, 2


def lamps(terminal: Terminal, *words: str, password: str = PASSWORD, email: str = JANE) -> list[str]:
    given = ["test", "Newsroom", "--email", email, "--password", password, *words, "--json"]
    out, _ = terminal.run(*given, code=1)
    found = json.loads(out)
    assert not found["green"]
    assert all(lamp["reason"] for lamp in found["lamps"])
    assert all(lamp["fix"] for lamp in found["lamps"] if lamp["tone"] == "red")
    return [lamp["tone"] for lamp in found["lamps"]]


def test_all_green(served: Terminal) -> None:
    out, _ = served.run(*("test", "Newsroom", "--email", JANE, "--password", PASSWORD, "--method", "list_articles"))
    assert out.count("green") == 3
    assert served.run_json("session", "list", JANE) == []
    assert served.run_json("log", "--method", "list_articles")[0]["person"] == "Jane Doe"
    (test,) = served.run_json("log", "--method", "run_test", "--outcome", "ok")
    assert test["arguments"]["after"] == {"email": JANE, "method": "list_articles", "arguments": {"PageSize": 3}}
    assert PASSWORD not in json.dumps(served.run_json("log"))


def test_a_write_without_arguments_is_a_dry_run(served: Terminal) -> None:
    lamps(served, "--method", "delete_article")
    (test,) = served.run_json("log", "--method", "run_test", "--outcome", "ok")
    assert test["arguments"]["after"]["arguments"]["DryRun"] is True


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param(["--method", "list_accounts"], ["green", "green", "red"], id="a family that is off"),
        pytest.param(
            ["--method", "delete_article", "--arguments", '{"StandardItemCode": 1, "DryRun": true}'],
            ["green", "green", "red"],
            id="a right that the person lacks",
        ),
    ],
)
def test_a_method_that_is_not_enabled(served: Terminal, words: list[str], found: list[str]) -> None:
    assert lamps(served, *words) == found


def test_a_wrong_password_is_the_users(served: Terminal) -> None:
    assert lamps(served, password="another horse") == ["green", "red", "off"]


def test_somebody_unknown_is_the_users(served: Terminal) -> None:
    assert lamps(served, email="nobody@orbital.example") == ["green", "red", "off"]


def test_a_disabled_profile_is_the_profiles(served: Terminal) -> None:
    served.run("profile", "disable", "Newsroom")
    assert lamps(served)[PROFILE] == "red"


def test_nothing_answers(terminal: Terminal) -> None:
    terminal.run_json("profile", "create", "--name", "Newsroom")
    assert lamps(terminal)[PROFILE] == "red"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--method", "fly"], id="no such method"),
        pytest.param(["--arguments", "[]"], id="no JSON object"),
        pytest.param(["--method", "create_article", "--arguments", "{}"], id="a write that would write"),
    ],
)
def test_misunderstood(terminal: Terminal, words: list[str]) -> None:
    terminal.run_json("profile", "create", "--name", "Newsroom")
    given = ["test", "Newsroom", "--email", JANE, "--password", PASSWORD, *words]
    assert terminal.run_refused(*given)["type"] == "validation_error"


def test_an_access_token_instead_of_a_login(served: Terminal) -> None:
    token = served.world.sessions.create_session(1, "key").access_token
    out, _ = served.run("test", "Newsroom", "--token-stdin", "--method", "list_articles", input=f"{token}\n")
    assert out.startswith("Works: Newsroom, Jane Doe, list_articles\n")
    assert token not in out + json.dumps(served.run_json("log"))
    assert len(served.run_json("session", "list", JANE)) == 1
    for words in (["--token-stdin", "--email", JANE], []):
        served.run("test", "Newsroom", *words, input=f"{token}\n", code=2)
