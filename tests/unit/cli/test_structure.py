"""`affino-mcp section`, `forum`, `category`, ... and `structure`: the structure of an instance, made from a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from affino_mcp.audit.row import CONTROL_CHANNEL, AuditRow, Outcome
from affino_mcp.catalogue.structure import STRUCTURE_KINDS, StructureKind
from tests.unit.cli.conftest import Terminal

KINDS = pytest.mark.parametrize("kind", STRUCTURE_KINDS, ids=lambda kind: kind.noun)


def words(kind: StructureKind, verb: str, *more: str) -> list[str]:
    return [kind.word, verb, *more, *(["--kind", kind.choice] if kind.choice else [])]


def rows(terminal: Terminal) -> list[AuditRow]:
    return [AuditRow.from_document(row) for row in terminal.world.audit_rows()]


@KINDS
def test_create_needs_a_name_alone_and_answers_the_code(terminal: Terminal, kind: StructureKind) -> None:
    made = terminal.run_json(*words(kind, "create", "--name", "News"))
    assert isinstance(made[kind.record.code], int)
    assert made["Name"] == "News"
    assert terminal.run_json(*words(kind, "list")) == [made]
    (row,) = rows(terminal)
    assert (row.method, row.outcome, row.channel) == (kind.deed("create"), Outcome.OK, CONTROL_CHANNEL)
    assert row.record == f"{kind.family}#{made[kind.record.code]}"
    assert row.arguments["after"]["Name"] == "News"


@KINDS
def test_a_change_keeps_the_code_and_has_before_and_after(terminal: Terminal, kind: StructureKind) -> None:
    made = terminal.run_json(*words(kind, "create", "--name", "News"))
    changed = terminal.run_json(*words(kind, "set", "news", "--name", "Reports", "--order", "3", "--yes"))
    assert changed[kind.record.code] == made[kind.record.code]
    row = rows(terminal)[-1]
    assert (row.method, row.arguments["before"]["Name"]) == (kind.deed("change"), "News")
    assert row.arguments["after"]["Name"] == "Reports"
    again = terminal.run_json(*words(kind, "create", "--name", "News"))
    assert again[kind.record.code] != made[kind.record.code]


@KINDS
def test_a_dry_run_writes_nothing(terminal: Terminal, kind: StructureKind) -> None:
    terminal.run_json(*words(kind, "create", "--name", "News"))
    before = len(rows(terminal)), terminal.run_json(*words(kind, "list"))
    terminal.run_json(*words(kind, "create", "--name", "More", "--dry-run"))
    planned = terminal.run_json(*words(kind, "set", "News", "--name", "Reports", "--dry-run"))
    assert (planned["before"]["Name"], planned["after"]["Name"]) == ("News", "Reports")
    terminal.run_json(*words(kind, "remove", "News", "--dry-run"))
    assert (len(rows(terminal)), terminal.run_json(*words(kind, "list"))) == before


@KINDS
def test_a_removal_asks_and_frees_the_name(terminal: Terminal, kind: StructureKind) -> None:
    terminal.run_json(*words(kind, "create", "--name", "News"))
    assert terminal.run_refused(*words(kind, "remove", "News"))["type"] == "needs_confirmation"
    assert terminal.run_json(*words(kind, "remove", "News", "--yes"))["Removed"] is True
    assert rows(terminal)[-1].method == kind.deed("remove")
    assert terminal.run_json(*words(kind, "list")) == []
    terminal.run_json(*words(kind, "create", "--name", "News"))


@KINDS
def test_a_taken_name_is_refused_and_nothing_changes(terminal: Terminal, kind: StructureKind) -> None:
    made = terminal.run_json(*words(kind, "create", "--name", "News"))
    error = terminal.run_refused(*words(kind, "create", "--name", "NEWS"))
    assert (error["type"], error["details"]["existing"]) == ("conflict", {kind.record.code: made[kind.record.code]})
    assert len(terminal.run_json(*words(kind, "list"))) == 1


def test_an_unknown_group_is_refused_with_the_known_ones(terminal: Terminal) -> None:
    error = terminal.run_refused("section", "create", "--name", "News", "--read-group", "Editor")
    assert error["details"]["argument"] == "ReadGroups"
    assert {"Everybody", "Editors"} <= set(error["details"]["known"])
    assert terminal.run_json("section", "list") == []


def test_a_taken_away_group_asks_first(terminal: Terminal) -> None:
    terminal.run_json("section", "create", "--name", "News")
    error = terminal.run_refused("section", "set", "News", "--write-group", "Publishers")
    assert "Can no longer write in it: Editors." in error["message"]
    assert terminal.run_json("section", "list")[0]["WriteGroups"] == ["Editors", "Publishers"]
    changed = terminal.run_json("section", "set", "News", "--write-group", "none", "--yes")
    assert changed["WriteGroups"] == []


def test_moderators_are_people_who_can_log_in(terminal: Terminal) -> None:
    code = terminal.world.create_person("Mina", "Sato", "Community")
    made = terminal.run_json("forum", "create", "--name", "Support", "--moderator", "mina.sato@affino.example")
    assert made["Moderators"] == [code]
    terminal.world.people.disable(code)
    assert (
        terminal.run_refused("forum", "create", "--name", "Help", "--moderator", str(code))["type"]
        == "validation_error"
    )
    assert terminal.run_json("forum", "set", "Support", "--moderator", "none", "--yes")["Moderators"] == []


@pytest.mark.parametrize(("word", "most"), [("section", 90), ("forum", 90), ("security", 40)])
def test_the_limit_is_told_before_it_is_met(terminal: Terminal, word: str, most: int) -> None:
    for number in range(most):
        _, err = terminal.run(word, "create", "--name", f"Place {number}")
        assert ("one instance can hold" in err) == (number >= most - 10), number
    error = terminal.run_refused(word, "create", "--name", "One more")
    assert (error["type"], str(most) in error["message"]) == ("conflict", True)


def test_a_second_instance_is_made_like_the_first(terminal: Terminal, tmp_path: Path) -> None:
    for kind in STRUCTURE_KINDS:
        terminal.run_json(*words(kind, "create", "--name", "Köln: news & more"))
        terminal.run_json(*words(kind, "create", "--name", "yes"))
    file = tmp_path / "structure.yaml"
    terminal.run("structure", "export", str(file))
    same = terminal.run_json("structure", "apply", str(file))
    assert (same["new"], same["changed"], same["same"]) == ([], [], 2 * len(STRUCTURE_KINDS))
    terminal.run_json("forum", "set", "yes", "--description", "Other", "--yes")
    planned = terminal.run_json("structure", "apply", str(file), "--dry-run")
    assert [entry["name"] for entry in planned["changed"]] == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("sections:\n- Name: A\n- Name: a\n", 3, "line 2 already"),
        ("sections:\n- Path: A\n", 2, "no field 'Path'"),
        ("rooms: []\n", 1, "no kind of structure"),
        ("forums:\n- Name: A\n  Open: perhaps\n", 3, "true or false"),
        ("forums:\n- Name: A\n  Name: B\n", 3, "twice"),
        ("forums: &a\n- Name: A\nsections: *a\n", 3, "Aliases"),
        ("forums: [\n", 2, "not YAML"),
        ("sections:\n- Name: A\n  ReadGroups: [Nobodies]\n", 2, "no security group"),
        ("sections:\n- Comments: open\n", 2, "Name is missing"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_changes(
    terminal: Terminal, tmp_path: Path, text: str, line: int, says: str
) -> None:
    file = tmp_path / "structure.yaml"
    file.write_text(text, encoding="utf-8")
    error = terminal.run_refused("structure", "apply", str(file), "--yes")
    assert (error["details"]["line"], says in error["message"]) == (line, True), error
    assert rows(terminal) == []
