"""`affino-mcp profile`: profiles are created, shown, changed, switched and regenerated."""

from __future__ import annotations

import pytest

from affino_mcp import wiring
from affino_mcp.audit.log import AuditLog
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.profiles.profile import PROFILE_OPTIONS
from tests.unit.audit.rows import row
from tests.unit.cli.conftest import Terminal
from tests.unit.gate.world import headers


def create(terminal: Terminal, *words: str, name: str = "Newsroom") -> dict[str, object]:
    made: dict[str, object] = terminal.run_json("profile", "create", "--name", name, *words)
    return made


def test_create_shows_key_and_secret_once(terminal: Terminal) -> None:
    made = create(terminal, "--family", "accounts=read,write", "--family", "notes=read", "--rate", "300")
    assert made.keys() >= {"key", "secret", "rate", "burst"}
    assert (made["name"], made["rate"], made["burst"]) == ("Newsroom", 300, 30)
    assert made["families"] == {"accounts": ["read", "write"], "notes": ["read"]}
    shown = terminal.run("profile", "show", str(made["key"]))[0] + terminal.run("profile", "list")[0]
    assert str(made["secret"]) not in shown


def test_show_gives_the_secret_when_asked(terminal: Terminal) -> None:
    made = create(terminal)
    assert terminal.run_json("profile", "show", "newsroom", "--secret")["secret"] == made["secret"]


@pytest.mark.parametrize("by", ["key", "name"])
def test_set_changes_what_is_named_and_leaves_the_rest(terminal: Terminal, by: str) -> None:
    made = create(terminal, "--family", "accounts=read,write", "--family", "notes=read,write")
    words = ["--family", "contacts=read", "--family", "notes=off", "--rate", "600"]
    changed = terminal.run_json("profile", "set", str(made[by]), *words)
    assert changed["families"] == {"accounts": ["read", "write"], "contacts": ["read"]}
    assert (changed["rate"], changed["burst"], changed["enabled"]) == (600, 60, True)
    assert "secret" not in changed


@pytest.mark.parametrize("option", PROFILE_OPTIONS)
def test_an_option_is_off_until_it_is_asked_for(terminal: Terminal, option: str) -> None:
    key = str(create(terminal)["key"])
    assert terminal.run_json("profile", "show", key)[option] is False
    assert terminal.run_json("profile", "set", key, f"--{option}", "on")[option] is True
    assert terminal.run_json("profile", "set", key, "--rate", "5")[option] is True
    assert [one[option] for one in terminal.run_json("profile", "list")] == [True]
    assert terminal.run_json("profile", "set", key, f"--{option}", "off")[option] is False
    other = create(terminal, f"--{option}", "on", name="Small")
    shown = terminal.run_json("profile", "show", str(other["key"]))
    assert [name for name in PROFILE_OPTIONS if shown[name]] == [option]


def test_the_mode_of_the_list_is_full_until_it_is_asked_for(terminal: Terminal) -> None:
    key = str(create(terminal)["key"])
    assert terminal.run_json("profile", "show", key)["mode"] == "full"
    for mode in ("family", "compact", "full"):
        assert terminal.run_json("profile", "set", key, "--tools", mode)["mode"] == mode
        assert terminal.run_json("profile", "set", key, "--rate", "5")["mode"] == mode
    other = create(terminal, "--tools", "family", name="Small")
    assert terminal.run_json("profile", "show", str(other["key"]))["mode"] == "family"


def test_the_switch(terminal: Terminal) -> None:
    key = str(create(terminal)["key"])
    assert terminal.run_json("profile", "disable", key)["enabled"] is False
    assert "No call accepted since 2026-11-23 09:00:00 UTC." in terminal.run("profile", "disable", key)[1]
    assert [p["enabled"] for p in terminal.run_json("profile", "list")] == [False]
    assert terminal.run_json("profile", "set", key, "--rate", "5")["enabled"] is False
    assert terminal.run_json("profile", "enable", "Newsroom")["enabled"] is True


def test_regenerate_answers_the_new_secret(terminal: Terminal) -> None:
    made = create(terminal)
    again = terminal.run_json("profile", "regenerate", str(made["key"]), "--yes")
    assert again["key"] == made["key"]
    assert again["secret"] != made["secret"]
    assert terminal.run_json("profile", "show", str(made["key"]), "--secret")["secret"] == again["secret"]


def test_regenerate_with_an_overlap_and_its_end(terminal: Terminal) -> None:
    made, world = create(terminal), terminal.world
    person = world.create_person("Jane", "Doe", "Editors")
    terminal.run("profile", "regenerate", "Newsroom", "--overlap", "24h", "--yes")
    gate = wiring.build_gate(terminal.service.stores, world.settings, world.clock)
    token = world.sessions.create_session(person, str(made["key"])).access_token
    gate.admit(headers(str(made["key"]), str(made["secret"]), token), charge=True)
    shown = terminal.run_json("profile", "show", "Newsroom")
    assert shown["former"]["accepted_until"] == "2026-11-24T09:00:00.000000Z"
    assert [(use["name"], use["accepted"]) for use in shown["former"]["uses"]] == [("Jane Doe", True)]
    assert f"Jane Doe ({person}), accepted" in terminal.run("profile", "show", "Newsroom")[0]
    _, err = terminal.run("profile", "regenerate", "Newsroom", code=1)
    assert "still accepted" in err
    ended = terminal.run_json("profile", "end-overlap", "Newsroom")
    assert ended["former"]["accepted_until"] == "2026-11-23T09:00:00.000000Z"
    with pytest.raises(PreviousSecretRefused):
        gate.admit(headers(str(made["key"]), str(made["secret"]), token), charge=True)
    assert terminal.run_refused("profile", "end-overlap", "Newsroom")["type"] == "conflict"
    assert (
        terminal.run_refused("profile", "regenerate", "Newsroom", "--overlap", "8d", "--yes")["type"]
        == "validation_error"
    )


def test_use_is_shown(terminal: Terminal) -> None:
    made, world = create(terminal), terminal.world
    before = terminal.run_json("profile", "show", "Newsroom")
    assert (before["type"], before["calls_today"], before["last_used"]) == ("AI", 0, None)
    token = world.sessions.create_session(world.create_person("Jane", "Doe"), str(made["key"])).access_token
    gate = wiring.build_gate(terminal.service.stores, world.settings, world.clock)
    gate.admit(headers(str(made["key"]), str(made["secret"]), token), charge=True)
    (listed,) = terminal.run_json("profile", "list")
    assert (listed["calls_today"], listed["last_used"]) == (1, "2026-11-23T09:00:00.000000Z")
    assert "just now" in terminal.run("profile", "list")[0]


def test_showing_the_secret_is_recorded(terminal: Terminal) -> None:
    made = create(terminal)
    terminal.run("profile", "show", "Newsroom")
    terminal.run("profile", "show", "Newsroom", "--secret")
    rows = [(row["method"], row["outcome"]) for row in terminal.world.audit_rows()]
    assert rows == [(deed, outcome) for deed in ("create_profile", "show_secret") for outcome in ("begun", "ok")]
    assert str(made["secret"]) not in str(terminal.world.audit_rows())


def test_regenerate_without_yes_says_who_uses_the_profile_and_changes_nothing(terminal: Terminal) -> None:
    made = create(terminal)
    log = AuditLog(terminal.world.database, terminal.world.settings.audit_table)
    log.write_row(row(terminal.world.clock(), profile_key=made["key"], person_code=7, person_name="Jane Doe"))
    out, err = terminal.run("profile", "regenerate", str(made["key"]), code=1)
    assert out == ""
    assert "Jane Doe (7)" in err
    assert "--yes" in err
    assert terminal.run_json("profile", "show", "Newsroom", "--secret")["secret"] == made["secret"]


def test_write_without_read_is_allowed_with_a_note(terminal: Terminal) -> None:
    _, err = terminal.run("profile", "create", "--name", "Odd", "--family", "notes=write")
    assert "notes may be written but not read" in err


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["show", "nowhere"], "not_found"),
        (["disable", "nowhere"], "not_found"),
        (["create", "--name", "newsroom"], "conflict"),
        (["create", "--name", ""], "validation_error"),
        (["create", "--name", "\ufdfa" * 100], "validation_error"),
        (["show", ""], "not_found"),
        (["show", "x" * 5000], "not_found"),
        (["regenerate", "newsroom", "--overlap", "8d", "--yes"], "validation_error"),
    ],
    ids=str,
)
def test_refusals_end_with_1(terminal: Terminal, words: list[str], kind: str) -> None:
    create(terminal)
    assert terminal.run_refused("profile", *words)["type"] == kind


@pytest.mark.parametrize(
    "words",
    [
        ["create"],
        ["create", "--name", "x", "--rate", "0"],
        ["create", "--name", "x", "--rate", "6001"],
        ["create", "--name", "x", "--burst", "6001"],
        ["create", "--name", "x", "--family", "accounts=read", "--family", "accounts=write"],
        ["create", "--name", "x", "--family", "bogus=read"],
        ["create", "--name", "x", "--family", "accounts"],
        ["create", "--name", "x", "--family", "accounts=delete"],
        ["create", "--name", "x", "--family", "always=read"],
        ["set"],
        ["set", "x"],
        ["explode"],
    ],
    ids=str,
)
def test_misunderstood_commands_end_with_2(terminal: Terminal, words: list[str]) -> None:
    terminal.run("profile", *words, code=2)
    assert terminal.run_json("profile", "list") == []


def test_an_unknown_profile_is_named_as_one_says_it_with_what_to_do(terminal: Terminal) -> None:
    error = "No API Profile with this key or name can be found. 'affino-mcp profile list' shows them all."
    assert error in terminal.run("profile", "disable", "nowhere", code=1)[1]


def test_a_key_is_its_profile_also_when_another_is_called_like_it(terminal: Terminal) -> None:
    key = str(create(terminal)["key"])
    create(terminal, name=key)
    assert terminal.run_json("profile", "show", key)["name"] == "Newsroom"
    assert terminal.run_json("profile", "show", "newsroom")["key"] == key


def test_nothing_to_change_leaves_no_row_and_no_new_version(terminal: Terminal) -> None:
    key = str(create(terminal)["key"])
    before = terminal.run_json("profile", "show", key)
    assert "say what to change" in terminal.run("profile", "set", key, code=2)[1]
    assert terminal.run_json("profile", "show", key) == before
    assert {row["method"] for row in terminal.world.audit_rows()} == {"create_profile"}


def test_the_question_before_a_new_secret_says_the_overlap_as_it_was_given(terminal: Terminal) -> None:
    create(terminal)
    for overlap, told in {"25h": "in 25h", "0": "at once", "0h": "at once"}.items():
        err = terminal.run("profile", "regenerate", "Newsroom", "--overlap", overlap, code=1)[1]
        assert f"The old secret would stop working {told}." in err


def test_stores_that_are_down_end_with_1(terminal: Terminal) -> None:
    terminal.world.watched.broken = {("query", terminal.world.settings.gate_table)}
    assert terminal.run_refused("profile", "list")["type"] == "unavailable"
