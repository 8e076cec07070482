"""`affino-mcp reindex`: rows of layout 1 become the current ones; what was done is said, and only that is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.instance.builtin.engine.document import document_from_row, record_key
from affino_mcp.instance.builtin.engine.index import LAYOUT
from affino_mcp.instance.builtin.engine.layout_rows import LAYOUT_KEY
from affino_mcp.store.faults import AccessRefused
from affino_mcp.store.ops import Item, Key, Put, QueryPage
from affino_mcp.store.testing import memory_database
from tests.former_layout import (
    codes_by_list,
    former_records,
    record_refs,
    records_by_word,
)
from tests.unit.cli.conftest import make_terminal
from tests.unit.cli.former_service import client_of, former, found_codes, made_index, stored_index


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of few rows, so that a reindex of few records has many."""
    monkeypatch.setattr(memory_database, "TABLE_PAGE_ROWS", 40)


LISTS = {
    "accounts": ("list_accounts", "AccountCode"),
    "contacts": ("list_contacts", "UserCode"),
    "notes": ("list_notes", "NoteCode"),
    "tasks": ("list_tasks", "AppUserTaskCode"),
    "opportunities": ("list_opportunities", "OpportunityCode"),
    "articles": ("list_articles", "StandardItemCode"),
    "media_items": ("list_media_items", "MediaFileItemCode"),
}


def test_every_list_is_as_before() -> None:
    terminal = former()
    terminal.run("reindex")
    found: dict[str, list[int]] = {}
    for table, pk, _ in stored_index(terminal.world):
        if table == terminal.world.settings.records_table:
            found.setdefault(pk, [])
    for (table, pk, _), row in stored_index(terminal.world).items():
        if table == terminal.world.settings.records_table:
            found[pk].append(row["code"])
    assert {pk: sorted(codes) for pk, codes in found.items()} == codes_by_list()


@pytest.mark.parametrize("family", LISTS)
def test_every_word_finds_what_it_found(family: str) -> None:
    terminal = former()
    client = client_of(terminal.world)
    terminal.run("reindex")
    tool, code = LISTS[family]
    listed = found_codes(client, tool, code)
    words = [word for known, word in records_by_word() if known == family and len(word) > 1]
    assert sorted(listed) == codes_by_list()[f"F#{family}#all"]
    assert len(words) > 3
    for word in words[:: max(1, len(words) // 8)]:
        expected = {
            n for (f, w), codes in records_by_word().items() if f == family and w.startswith(word) for n in codes
        }
        assert set(found_codes(client, tool, code, Search=word)) == expected, word


def test_long_texts_of_before_are_found() -> None:
    terminal = former()
    world, key = terminal.world, record_key("articles", 1)
    row = world.database.get(world.settings.records_table, key)
    assert row is not None
    article = document_from_row(row)
    kept = {"Text": "d1", "Parts": 1, "Length": 5000}
    was = replace(article, values={**article.values, "Body": kept})
    text = {"pk": key.pk, "sk": "T#d1#000", "text": "<p>Zaragoza</p>" * 400}
    for item in (was.to_row(), text):
        world.database.put(Put(world.settings.records_table, item))
    terminal.run("reindex")
    assert found_codes(client_of(world), "list_articles", "StandardItemCode", Search="zaragoza") == [1]
    now = world.database.get(world.settings.records_table, key)
    assert now is not None
    assert (now["version"], document_from_row(now).values) == (was.version + 1, was.values)
    assert terminal.run_json("reindex")["written"] == 0


def test_what_was_done_is_said_and_is_in_the_log() -> None:
    terminal = former()
    said = terminal.run_json("reindex")
    made, before = made_index(terminal.world), former_records()
    had = stored_index(former().world)
    assert said["outcome"] == "done"
    assert said["layout"] == {"before": 1, "now": LAYOUT}
    assert said["records"] == len(record_refs())
    assert said["written"] == sum(had.get(key) != row for key, row in made.items())
    assert said["removed"] == sum(row["pk"].startswith("W#") for row in before)
    begun, done = terminal.world.audit_rows()
    assert [begun["outcome"], done["outcome"]] == ["begun", "ok"]
    assert done["method"] == "reindex"
    assert done["channel"] == "control"
    assert done["arguments"] == {"before": {"layout": 1}, "after": {"layout": LAYOUT}}


def test_a_second_run_has_nothing_to_do() -> None:
    terminal = former()
    terminal.run("reindex")
    rows = stored_index(terminal.world)
    out, err = terminal.run("reindex")
    assert "Nothing was to do" in out
    assert "going through the records" in err
    assert stored_index(terminal.world) == rows == made_index(terminal.world)
    said = terminal.run_json("reindex")
    assert (said["outcome"], said["written"], said["removed"]) == ("nothing_to_do", 0, 0)


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    terminal = former()
    tables = (terminal.world.settings.records_table, terminal.world.settings.words_table)
    before = [terminal.world.database.list_rows(table) for table in tables]
    rehearsed = terminal.run_json("reindex", "--dry-run")
    assert [terminal.world.database.list_rows(table) for table in tables] == before
    assert terminal.world.audit_rows() == []
    real = terminal.run_json("reindex")
    assert rehearsed["outcome"] == "dry_run"
    assert {n: rehearsed[n] for n in ("records", "written", "removed")} == {
        n: real[n] for n in ("records", "written", "removed")
    }


def test_doctor_is_red_until_then() -> None:
    terminal = former()

    def finding() -> dict[str, Any]:
        done = terminal.run_any("doctor")
        return next(one for one in done if one["name"] == "layout of the records' rows")

    assert finding()["ok"] is False
    assert "affino-mcp reindex" in finding()["fix"]
    terminal.run("reindex")
    assert finding()["ok"] is True


def test_an_empty_service_notes_its_layout_at_its_first_operator() -> None:
    terminal = make_terminal()
    upkeep = terminal.service.index_upkeep
    assert upkeep.read_layout().is_current
    terminal.run("operator", "first", "--name", "Olivia Park", "--email", "olivia@orbital.example")
    assert terminal.world.database.get(terminal.world.settings.records_table, LAYOUT_KEY)
    assert upkeep.read_layout().is_current


def stale_row(table: str, pk: str, sk: str, code: int) -> Put:
    return Put(table, {"pk": pk, "sk": sk, "code": code, "facets": [], "name": "n", "created": "c", "updated": "u"})


@pytest.mark.parametrize(
    ("in_words", "pk", "sk", "code"),
    [
        pytest.param(False, "F#notes#all", f"{999:016d}", 999, id="a list's, of a record that never was"),
        pytest.param(False, "F#notes#all", f"{6:016d}", 6, id="a list's, of a deleted record"),
        pytest.param(False, "F#notes#colour=3", f"{1:016d}", 1, id="of a facet that there is no longer"),
        pytest.param(False, "F#webinars#all", f"{1:016d}", 1, id="of a family that there is no longer"),
        pytest.param(False, "W#notes", f"word#{1:016d}", 1, id="a word among the records"),
        pytest.param(True, "W#notes#zz", f"zzz#{1:016d}", 1, id="a word that the record has no longer"),
        pytest.param(True, "W#notes#zz", f"zzz#{999:016d}", 999, id="a word of a record that never was"),
        pytest.param(True, "W#notes", f"first#{1:016d}", 1, id="a word in another partition"),
    ],
)
def test_a_row_that_no_record_makes_is_removed(*, in_words: bool, pk: str, sk: str, code: int) -> None:
    terminal = former()
    terminal.run("reindex")
    rows = stored_index(terminal.world)
    names = terminal.world.settings
    table = names.words_table if in_words else names.records_table
    terminal.world.database.put(stale_row(table, pk, sk, code))
    said = terminal.run_json("reindex")
    assert (said["outcome"], said["written"], said["removed"]) == ("done", 0, 1)
    assert stored_index(terminal.world) == rows


@pytest.mark.parametrize("wrong", [0, 99])
def test_members_are_counted_anew(wrong: int) -> None:
    terminal = former()
    key = Key("contact_lists#1", "N")
    table = terminal.world.settings.records_table
    live = {f"{r.family}#{r.code}" for r in record_refs()}
    rows = [row for row in former_records() if row["pk"] == key.pk and row["sk"].startswith("M#")]
    count = sum(f"contacts#{int(row['sk'][2:])}" in live for row in rows)
    terminal.world.database.put(Put(table, {**key._asdict(), "count": wrong}))
    assert count > 3
    terminal.run("reindex")
    assert (terminal.world.database.get(table, key) or {})["count"] == count
    client = client_of(terminal.world)
    assert client.call_tool("get_contact_list", ContactListCode=1).result["ContactList"]["MemberCount"] == count


class RefusedReader:
    """A reader whose credentials may not read tables whole."""

    @staticmethod
    def read_page(table: str, start: Item | None = None) -> QueryPage:
        """See TableReader."""
        raise AccessRefused("AccessDeniedException")


def test_credentials_that_may_not_are_told_what_is_missing() -> None:
    terminal = former()
    refused = replace(terminal.service, stores=replace(terminal.service.stores, tables=RefusedReader()))
    error = replace(terminal, service=refused).run_refused("reindex")
    assert "dynamodb:Scan" in error["message"]
    assert error["details"]["next"].endswith("it goes on where this one ended.")
    assert [row["outcome"] for row in terminal.world.audit_rows()] == ["begun", "error"]
    assert terminal.service.index_upkeep.read_layout().stored == 1


def test_the_help_has_an_example() -> None:
    out, _ = former().run("reindex", "--help")
    assert "affino-mcp reindex --dry-run" in " ".join(out.split())
