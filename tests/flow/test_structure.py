"""An instance that begins empty: an operator makes its structure, and each change is obeyed on the next call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from affino_mcp.admin.starter_structure import STARTER_ENTRIES, lay_starter_structure
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.structure import STRUCTURE_KINDS
from affino_mcp.cli.service import Service
from affino_mcp.cli.structure_desk import open_desk
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.recording import RecordingDatabase
from affino_mcp.wiring import Stores
from tests.unit.cli.conftest import Terminal
from tests.world import World, WorldClient


class InterleavingDatabase(RecordingDatabase):
    """Does something else just before the next transaction."""

    meanwhile: Callable[[], object] | None = None

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        super().transact(ops, token)


@pytest.fixture
def terminal(world: World) -> Terminal:
    urls = ("http://127.0.0.1:1/mcp", "http://127.0.0.1:1/rest/demo/login")
    connection = Connection(*urls, "demo", stores=store_settings(world.settings))
    interleaving = InterleavingDatabase(world.database)
    return Terminal(world, Service(connection, Stores(interleaving, world.secrets, world.files), world.clock))


@pytest.fixture
def editor(world: World, handler: LambdaHandler, profile: Profile) -> WorldClient:
    return WorldClient(
        world, handler, world.log_in(profile, world.create_person("Pat", "Publisher", "Publishers", "Registered User"))
    )


def write_article(editor: WorldClient, section: int, **more: Any) -> int:
    given = {"Title": "Spring", "standardSectionCode": section} | more
    code: int = editor.call_tool("create_article", **given).result["Article"]["StandardItemCode"]
    return code


def operator_rows(terminal: Terminal) -> list[AuditRow]:
    rows = [AuditRow.from_document(row) for row in terminal.world.audit_rows()]
    return [row for row in rows if row.channel == "control"]


def test_an_article_and_a_thread_are_written_on_the_call_after_their_places_are_made(
    terminal: Terminal, editor: WorldClient
) -> None:
    assert editor.call_tool("create_article", Title="Spring", standardSectionCode=1).error["type"] == "not_found"
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    forum = terminal.run_json("forum", "create", "--name", "Ideas", "--post-group", "Everybody")["ForumItemCode"]
    category = terminal.run_json("category", "create", "--kind", "article", "--name", "Guides")["CategoryCode"]
    article = write_article(editor, section)
    added = editor.call_tool("add_article_categories", StandardItemCode=article, CategoryCodes=[category]).result
    assert added["Categories"][0]["Name"] == "Guides"
    thread = editor.call_tool("create_forum_thread", Title="Hello", ForumItemCode=forum, Body="<p>Hello.</p>")
    assert thread.result["Thread"]["ForumItemCode"] == forum


def test_a_closed_section_takes_nothing_and_still_shows_what_is_in_it(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    article = write_article(editor, section)
    terminal.run_json("section", "set", "News", "--open", "off", "--yes")
    refused = editor.call_tool("create_article", Title="Late", standardSectionCode=section).error
    assert refused["type"] == "permission_denied"
    assert editor.call_tool("get_article", StandardItemCode=article).result["Article"]["Title"] == "Spring"
    (shown,) = editor.call_tool("list_sections").result["Sections"]
    assert (shown["CanWrite"], shown["CanPublish"]) == (False, False)
    terminal.run_json("section", "set", "News", "--open", "on", "--yes")
    write_article(editor, section)


def test_a_closed_forum_takes_no_threads(terminal: Terminal, editor: WorldClient) -> None:
    forum = terminal.run_json("forum", "create", "--name", "Ideas", "--post-group", "Everybody")["ForumItemCode"]
    terminal.run_json("forum", "set", "Ideas", "--open", "off", "--yes")
    refused = editor.call_tool("create_forum_thread", Title="Hello", ForumItemCode=forum, Body="<p>Hello.</p>").error
    assert refused["type"] == "invalid_state"


def test_a_renamed_section_keeps_its_code_and_its_articles(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    write_article(editor, section)
    error = terminal.run_refused("section", "set", "News", "--name", "Reports")
    assert "Its name changes for 1 article." in error["message"]
    terminal.run_json("section", "set", "News", "--name", "Reports", "--yes")
    (shown,) = editor.call_tool("list_sections").result["Sections"]
    assert (shown["StandardSectionCode"], shown["Name"]) == (section, "Reports")
    row = operator_rows(terminal)[-1]
    assert row.arguments["before"] == {"Name": "News", "Path": "1/News"}
    assert row.arguments["after"] == {"Name": "Reports", "Path": "1/Reports"}


def test_sections_are_listed_in_the_order_that_operators_give_them(terminal: Terminal, editor: WorldClient) -> None:
    for name in ("One", "Two"):
        terminal.run_json("section", "create", "--name", name)
    terminal.run_json("section", "set", "Two", "--order", "1", "--yes")
    assert [row["Name"] for row in editor.call_tool("list_sections").result["Sections"]] == ["Two", "One"]


def test_a_group_that_is_taken_away_loses_the_section_at_once(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    article = write_article(editor, section)
    terminal.run_json("section", "set", "News", "--read-group", "Legal", "--yes")
    assert editor.call_tool("get_article", StandardItemCode=article).error["type"] == "not_found"
    assert editor.call_tool("list_articles").result["Items"] == []


def test_a_section_with_an_article_is_not_removed(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    article = write_article(editor, section)
    error = terminal.run_refused("section", "remove", "News", "--yes")
    assert (error["type"], "1 article" in error["message"]) == ("conflict", True)
    editor.call_tool("delete_article", StandardItemCode=article)
    assert terminal.run_json("section", "remove", "News", "--yes")["Removed"] is True
    assert editor.call_tool("create_article", Title="Late", standardSectionCode=section).error["type"] == "not_found"


def test_an_article_that_comes_in_during_a_removal_keeps_its_section(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    database = terminal.service.stores.database
    assert isinstance(database, InterleavingDatabase)
    database.meanwhile = lambda: write_article(editor, section)
    error = terminal.run_refused("section", "remove", "News", "--yes")
    assert "1 article" in error["message"]
    assert [row["Name"] for row in editor.call_tool("list_sections").result["Sections"]] == ["News"]
    write_article(editor, section)
    removed, restored = operator_rows(terminal)[-2:]
    assert (removed.changes[0]["record"], restored.changes[0]["record"]) == (f"sections#{section}",) * 2


def test_a_category_on_an_article_says_so_and_is_gone_from_it(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    category = terminal.run_json("category", "create", "--kind", "article", "--name", "Guides")["CategoryCode"]
    article = write_article(editor, section)
    editor.call_tool("add_article_categories", StandardItemCode=article, CategoryCodes=[category])
    error = terminal.run_refused("category", "remove", "Guides", "--kind", "article")
    assert "1 article" in error["message"]
    terminal.run_json("category", "remove", "Guides", "--kind", "article", "--yes")
    assert editor.call_tool("list_article_categories").result["Categories"] == []
    shown = editor.call_tool("get_article", StandardItemCode=article).result["Article"]
    assert [each.get("Name") for each in shown["Categories"]] in ([], [None])
    assert editor.call_tool("update_article", StandardItemCode=article, Title="Summer").result["Article"]


def test_a_security_in_use_is_not_removed(terminal: Terminal, editor: WorldClient) -> None:
    section = terminal.run_json("section", "create", "--name", "News")["StandardSectionCode"]
    terminal.run_json("security", "create", "--name", "Staff", "--read-group", "Publishers")
    write_article(editor, section, SecurityCode="Staff")
    assert "1 article" in terminal.run_refused("security", "remove", "Staff", "--yes")["message"]


def test_the_starter_structure_lets_people_write_and_is_laid_once(terminal: Terminal, editor: WorldClient) -> None:
    made = lay_starter_structure(open_desk(terminal.service))
    assert {kind.family for kind, _ in made} == set(STARTER_ENTRIES)
    assert write_article(editor, 1)
    assert list(lay_starter_structure(open_desk(terminal.service))) == []
    assert len(operator_rows(terminal)) == len(STARTER_ENTRIES)


def test_the_starter_structure_overwrites_nothing(terminal: Terminal) -> None:
    for family in STARTER_ENTRIES:
        kind = next(kind for kind in STRUCTURE_KINDS if kind.family == family)
        choice = ["--kind", kind.choice] if kind.choice else []
        terminal.run_json(kind.word, "create", "--name", "Ours", *choice)
    assert list(lay_starter_structure(open_desk(terminal.service))) == []


def test_no_tool_makes_structure(editor: WorldClient) -> None:
    names = editor.list_tool_names()
    made = {kind.deed(verb) for kind in STRUCTURE_KINDS for verb in ("create", "change", "update", "remove", "delete")}
    assert made.isdisjoint(names)
