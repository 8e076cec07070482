"""`affino-mcp section`, `forum`, `category`, ... and `structure`: the structure of an instance, made from a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, STRUCTURE_KINDS, Removal, StructureKind
from tests.unit.cli.conftest import Terminal

SECTION_KIND = KINDS_BY_FAMILY["sections"]
KINDS = pytest.mark.parametrize("kind", STRUCTURE_KINDS, ids=lambda kind: kind.noun)
RENAMED = pytest.mark.parametrize(
    "kind", [kind for kind in STRUCTURE_KINDS if kind.is_ordered], ids=lambda kind: kind.noun
)
NEEDED = {"permissions": ("--statement", "I agree to this.")}


def words(kind: StructureKind, verb: str, *more: str) -> list[str]:
    needed = NEEDED.get(kind.family, ()) if verb == "create" else ()
    return [kind.word, verb, *more, *needed, *(["--kind", kind.choice] if kind.choice else [])]


def rows(terminal: Terminal) -> list[AuditRow]:
    return [AuditRow.from_document(row) for row in terminal.world.audit_rows()]


def names(terminal: Terminal, kind: StructureKind) -> list[str]:
    return [str(entry["Name"]) for entry in terminal.run_json(*words(kind, "list"))]


@KINDS
def test_create_needs_a_name_alone_and_answers_the_code(terminal: Terminal, kind: StructureKind) -> None:
    made = terminal.run_json(*words(kind, "create", "--name", "News"))
    assert isinstance(made[kind.record.code], int)
    assert made["Name"] == "News"
    assert made in terminal.run_json(*words(kind, "list"))
    (row,) = rows(terminal)
    assert (row.method, row.outcome, row.channel) == (kind.deed("create"), Outcome.OK, CONTROL_CHANNEL)
    assert row.record == f"{kind.family}#{made[kind.record.code]}"
    assert row.arguments["after"]["Name"] == "News"


@RENAMED
def test_a_change_keeps_the_code_and_has_before_and_after(terminal: Terminal, kind: StructureKind) -> None:
    made = terminal.run_json(*words(kind, "create", "--name", "News"))
    changed = terminal.run_json(*words(kind, "set", "news", "--name", "Reports", "--order", "3", "--yes"))
    assert changed[kind.record.code] == made[kind.record.code]
    row = rows(terminal)[-1]
    assert (row.method, row.arguments["before"]["Name"]) == (kind.deed("change"), "News")
    assert row.arguments["after"]["Name"] == "Reports"
    again = terminal.run_json(*words(kind, "create", "--name", "News"))
    assert again[kind.record.code] != made[kind.record.code]


def test_a_group_keeps_its_name_and_changes_its_rights(terminal: Terminal) -> None:
    terminal.run_json("group", "create", "--name", "Auditors", "--right", "logs.read")
    assert "keeps its name" in terminal.run_refused("group", "set", "Auditors", "--name", "Others")["message"]
    changed = terminal.run_json("group", "set", "Auditors", "--right", "none", "--yes")
    assert changed["Rights"] == []
    row = rows(terminal)[-1]
    assert (row.method, row.arguments) == (
        "change_group",
        {"before": {"Rights": ["logs.read"]}, "after": {"Rights": []}},
    )


@RENAMED
def test_a_dry_run_writes_nothing(terminal: Terminal, kind: StructureKind) -> None:
    terminal.run_json(*words(kind, "create", "--name", "News"))
    before = len(rows(terminal)), terminal.run_json(*words(kind, "list"))
    terminal.run_json(*words(kind, "create", "--name", "More", "--dry-run"))
    planned = terminal.run_json(*words(kind, "set", "News", "--name", "Reports", "--dry-run"))
    assert (planned["before"]["Name"], planned["after"]["Name"]) == ("News", "Reports")
    terminal.run_json(*words(kind, "remove", "News", "--dry-run"))
    assert (len(rows(terminal)), terminal.run_json(*words(kind, "list"))) == before


@KINDS
def test_a_removal_asks_and_frees_the_name_or_switches_off(terminal: Terminal, kind: StructureKind) -> None:
    terminal.run_json(*words(kind, "create", "--name", "News"))
    assert terminal.run_refused(*words(kind, "remove", "News"))["type"] == "needs_confirmation"
    done = terminal.run_json(*words(kind, "remove", "News", "--yes"))
    row = rows(terminal)[-1]
    assert (row.method, row.outcome) == (kind.deed("remove"), Outcome.OK)
    if kind.removal is Removal.SWITCHED_OFF:
        assert (done["Active"], "News" in names(terminal, kind)) == (False, True)
        assert (row.arguments["before"], row.arguments["after"]) == ({"Active": True}, {"Active": False})
    else:
        assert (done["Removed"], "News" in names(terminal, kind)) == (True, False)
        assert (row.arguments["before"]["Name"], row.arguments["after"]) == ("News", {})
        terminal.run_json(*words(kind, "create", "--name", "News"))


@KINDS
def test_a_taken_name_is_refused_and_nothing_changes(terminal: Terminal, kind: StructureKind) -> None:
    terminal.run_json(*words(kind, "create", "--name", "News"))
    before = names(terminal, kind)
    assert terminal.run_refused(*words(kind, "create", "--name", "NEWS"))["type"] == "conflict"
    assert names(terminal, kind) == before


def test_a_topic_is_put_below_another_by_its_name(terminal: Terminal) -> None:
    above = terminal.run_json("topic", "create", "--name", "Products")["TopicCode"]
    assert terminal.run_json("topic", "create", "--name", "Boats", "--parent", "products")["ParentCode"] == above


def test_a_section_is_moved_to_another_channel(terminal: Terminal) -> None:
    terminal.run_json("channel", "create", "--name", "Intranet")
    terminal.run_json("section", "create", "--name", "News")
    assert terminal.run_json("section", "create", "--name", "News", "--channel", "intranet")["Channel"] == "Intranet"
    terminal.run_json("section", "create", "--name", "Blog")
    moved = terminal.run_json("section", "set", "Blog", "--channel", "Intranet", "--yes")
    assert (moved["ChannelCode"], moved["Path"]) == (2, "2/Blog")
    error = terminal.run_refused("section", "create", "--name", "X", "--channel", "Nowhere")
    assert error["details"]["known"] == ["Intranet", "Website"]
    terminal.run_json("channel", "set", "Website", "--name", "Site", "--yes")
    assert [row["Channel"] for row in terminal.run_json("section", "list")] == ["Site", "Intranet", "Intranet"]
    terminal.run_json("section", "set", "1", "--name", "Updates", "--yes")


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


def test_applying_a_file_again_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    for kind in STRUCTURE_KINDS:
        terminal.run_json(*words(kind, "create", "--name", "Köln: news & more"))
    file = tmp_path / "structure.yaml"
    terminal.run("structure", "export", str(file))
    before = len(rows(terminal))
    same = terminal.run_json("structure", "apply", str(file))
    assert (same["new"], same["changed"], same["left_alone"]) == ([], [], [])
    assert len(rows(terminal)) == before


def test_a_file_shows_the_difference_and_asks_before_it_writes(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run_json("section", "create", "--name", "News")
    file = tmp_path / "structure.yaml"
    file.write_text(
        "sections:\n- Name: news\n  WriteGroups: [Scribes]\n- Name: Blog\n  Channel: Intranet\n"
        "channels:\n- Name: Intranet\nsecurity_groups:\n- Name: Scribes\n  Rights: [articles.read, articles.write]\n"
        "topics:\n- Name: Boats\n  Parent: Products\n- Name: Products\n",
        encoding="utf-8",
    )
    planned = terminal.run_json("structure", "apply", str(file), "--dry-run")
    assert [each["name"] for each in planned["new"]] == ["Scribes", "Intranet", "Blog", "Boats", "Products"]
    assert terminal.run_refused("structure", "apply", str(file))["type"] == "needs_confirmation"
    assert names(terminal, SECTION_KIND) == ["News"]
    terminal.run_json("structure", "apply", str(file), "--yes")
    assert terminal.run_json("section", "list")[0]["WriteGroups"] == ["Scribes"]
    topics = {topic["Name"]: topic for topic in terminal.run_json("topic", "list")}
    assert topics["Boats"]["ParentCode"] == topics["Products"]["TopicCode"]
    again = terminal.run_json("structure", "apply", str(file))
    assert (again["new"], again["changed"]) == ([], [])


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
        ("topics:\n- Name: A\n  Parent: B\n", 2, "there is no 'B'"),
        ("[" * 5000, 1, "nested too deeply"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_changes(
    terminal: Terminal, tmp_path: Path, text: str, line: int, says: str
) -> None:
    file = tmp_path / "structure.yaml"
    file.write_text(text, encoding="utf-8")
    error = terminal.run_refused("structure", "apply", str(file), "--yes")
    assert (error["details"].get("line", 1), says in error["message"]) == (line, True), error
    assert rows(terminal) == []
