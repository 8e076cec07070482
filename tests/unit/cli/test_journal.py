"""Operators' actions from a shell are in the API Log, with values before and after, and never with a secret."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import JANE, Terminal

HER = "jane@orbital.example"


@pytest.fixture
def ready(terminal: Terminal) -> Terminal:
    terminal.run("profile", "create", "--name", "Newsroom", "--family", "articles=read")
    terminal.run("person", "create", *JANE)
    terminal.world.clock.move(seconds=1)
    return terminal


@pytest.mark.parametrize(
    ("words", "deed", "after"),
    [
        pytest.param(["profile", "disable", "Newsroom"], "disable_profile", {"enabled": False}, id="profile off"),
        pytest.param(["profile", "enable", "Newsroom"], "enable_profile", {"enabled": True}, id="profile on"),
        pytest.param(
            ["profile", "set", "Newsroom", "--rate", "7"], "change_profile", {"rate": 7}, id="profile changed"
        ),
        pytest.param(["profile", "regenerate", "Newsroom", "--yes"], "regenerate_profile", {}, id="secret"),
        pytest.param(["person", "set", HER, "--group", "Sales"], "change_person", {"groups": ["Sales"]}, id="groups"),
        pytest.param(["person", "disable", HER], "disable_person", {"active": False}, id="person off"),
        pytest.param(["person", "enable", HER], "enable_person", {"active": True}, id="person on"),
        pytest.param(["session", "end", HER], "end_all_sessions", {}, id="logged out"),
    ],
)
def test_every_action_is_a_row(ready: Terminal, words: list[str], deed: str, after: dict[str, object]) -> None:
    ready.run(*words)
    row = ready.run_json("log", "--limit", "1")[0]
    assert (row["method"], row["channel"], row["outcome"]) == (deed, "control", "ok")
    assert "(shell)" in row["person"]
    told = json.dumps(row["arguments"])
    assert all(json.dumps(value) in told.replace("\\", "") or str(value) in told for value in after.values())


def test_who_and_what_are_shown_like_any_call(ready: Terminal) -> None:
    ready.run("profile", "disable", "Newsroom")
    row = ready.run_json("log", "--limit", "1")[0]
    assert row["person"] in ready.run("log", "--limit", "1")[0]
    assert row["changes"][0]["fields"] == {"enabled": {"before": True, "after": False}}
    shown = " ".join(ready.run("log", "show", row["id"])[0].split())
    assert f"Record Field Before After API Profile {row['profile_key']} enabled yes no" in shown


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        pytest.param(
            ["profile", "set", "Newsroom", "--rate", "7", "--family", "articles=off", "--family", "notes=read"],
            {
                "rate": {"before": 60, "after": 7},
                "families articles": {"before": "read", "after": ""},
                "families notes": {"before": "", "after": "read"},
            },
            id="profile",
        ),
        pytest.param(
            ["person", "set", HER, "--name", "Jane Roe", "--password", "another fine horse"],
            {"name": {"before": "Jane Doe", "after": "Jane Roe"}, "password": {"after": "[withheld]"}},
            id="person",
        ),
    ],
)
def test_a_change_tells_what_changed_and_nothing_that_stays(
    ready: Terminal, words: list[str], fields: dict[str, object]
) -> None:
    ready.run(*words)
    (change,) = ready.run_json("log", "--limit", "1")[0]["changes"]
    assert change["fields"] == fields


def test_a_burst_that_follows_the_rate_is_told(ready: Terminal) -> None:
    ready.run("profile", "set", "Newsroom", "--rate", "600")
    fields = ready.run_json("log", "--limit", "1")[0]["changes"][0]["fields"]
    assert fields == {"rate": {"before": 60, "after": 600}, "burst": {"before": 10, "after": 60}}
    ready.run("profile", "set", "Newsroom", "--burst", "7")
    ready.world.clock.move(seconds=1)
    ready.run("profile", "set", "Newsroom", "--rate", "900")
    fields = ready.run_json("log", "--limit", "1")[0]["changes"][0]["fields"]
    assert fields == {"rate": {"before": 600, "after": 900}}


def test_making_is_told_too(ready: Terminal) -> None:
    assert {row["method"] for row in ready.run_json("log")} == {"create_profile", "create_person"}


def test_no_secret_is_told(ready: Terminal) -> None:
    ready.run("person", "set", HER, "--password", "another fine horse")
    ready.run("profile", "regenerate", "Newsroom", "--yes")
    told = json.dumps(ready.run_json("log"))
    secret = ready.run_json("profile", "show", "Newsroom", "--secret")["secret"]
    assert not [word for word in (secret, "another fine horse", "correct horse") if word in told]


def test_what_fails_is_told_as_not_done(ready: Terminal) -> None:
    ready.run_refused("profile", "create", "--name", "newsroom")
    rows = ready.run_json("log", "--limit", "2")
    assert [row["outcome"] for row in rows] == ["error", "begun"]
    assert (rows[0]["status"], rows[0]["error"]["message"].startswith("Not done: ")) == (409, True)
    assert rows[0]["request_id"] == rows[1]["request_id"]


def test_nothing_is_done_without_its_row(ready: Terminal) -> None:
    ready.world.watched.broken.add(("transact", ready.world.settings.audit_table))
    assert ready.run_refused("profile", "set", "Newsroom", "--rate", "7")["type"] == "log_unavailable"
    ready.world.watched.broken.clear()
    assert ready.run_json("profile", "show", "Newsroom")["rate"] != 7


def test_what_shows_leaves_no_row(ready: Terminal) -> None:
    before = len(ready.run_json("log"))
    ready.run("profile", "list")
    ready.run("person", "explain", HER)
    ready.run("session", "list", HER)
    assert len(ready.run_json("log")) == before


def test_a_row_says_how_its_deed_stands(terminal: Terminal) -> None:
    terminal.run("profile", "create", "--name", "Newsroom")
    out, _ = terminal.run("log", "--outcome", "begun")
    assert "begun; another row of this request says how it ended" in " ".join(out.split())
    (row,) = terminal.run_json("log", "--outcome", "begun")
    shown = terminal.run("log", "show", row["id"])[0]
    assert "outcome" in shown
    assert "begun; another row of this request" in " ".join(shown.split())
    assert shown.rstrip().endswith("ok")
