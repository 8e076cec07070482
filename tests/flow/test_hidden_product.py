"""For every tool that names a record, from the catalogue: a hidden record is answered exactly like a missing one."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

import pytest

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.media import png
from tests.flow.website import Website
from tests.security.figures import Figures
from tests.world import World, WorldClient

MISSING: Final = 98_765
PARTS: Final = (
    "StandardItemCode",
    "StandardStepByStepCode",
    "CommentCode",
    "ArticleMediaCode",
    "MediaFileItemCode",
    "MediaFileCode",
    "ForumItemCode",
    "TargetForumItemCode",
    "ForumThreadCode",
    "ForumPostCode",
)
KINDS: Final = {
    "articles": "StandardItemCode",
    "article_steps": "StandardStepByStepCode",
    "article_comments": "CommentCode",
    "article_media": "ArticleMediaCode",
    "media_items": "MediaFileItemCode",
    "media_files": "MediaFileCode",
    "forums": "ForumItemCode",
    "forum_threads": "ForumThreadCode",
    "forum_posts": "ForumPostCode",
}
CASES: Final = [(m, field) for m in METHODS.values() for field in m.all_arguments if field.name in PARTS]
MORE: Final = {"TargetForumItemCode": {"Action": "move"}}
ATTACHING: Final = ("attach_article_media", "MediaFileItemCode")
"""It needs a place too: an article or a step, which are not required one by one."""


class Closed:
    """A website with one record of every kind that is closed to the editor, and one that is open."""

    def __init__(self, world: World, handler: LambdaHandler, profile: Profile) -> None:
        self.site = Website(world, handler, profile)
        code = world.create_person("Pia", "Publisher", "Publishers", "Registered User", "Community")
        self.publisher = WorldClient(world, handler, world.log_in(profile, code))
        other = world.create_person("Ed", "Editor", "Editors", "Registered User", "Community")
        world.people.change(other, rights={"articles.delete": None, "media_items.delete": None})
        self.editor = WorldClient(world, handler, world.log_in(profile, other))
        groups = {"hidden": ("Publishers",), "open": ("Everybody",)}
        self.codes = {state: self._stock(world, state, code, names) for state, names in groups.items()}
        opened = _of(self.codes["open"], "ForumItemCode")
        assert self.publisher.call_tool("add_forum_moderator", **opened, UserCode=other).result

    def _stock(self, world: World, state: str, moderator: int, groups: tuple[str, ...]) -> dict[str, int]:
        hidden = state == "hidden"
        forum = upsert_forum(world.records, f"Forum {state}", world.clock(), read=groups, post=groups)
        section = self.site.board if hidden else self.site.marketing
        made = {"ForumItemCode": forum, "TargetForumItemCode": forum, "UserCode": moderator, "Version": 1}
        secured = {"SecurityCode": self.site.secret} if hidden else {}
        made |= self._made("create_article", Title="A", standardSectionCode=section)
        made |= self._made("create_article_step", **_of(made, "StandardItemCode"), Title="S")
        made |= self._made("create_article_comment", **_of(made, "StandardItemCode"), Body="C")
        made |= self._made("create_media_item", Title="M", **secured)
        text = base64.b64encode(png()).decode()
        made |= self._made("attach_media_file", **_of(made, "MediaFileItemCode"), FileName="a.png", ContentBase64=text)
        made |= self._made("attach_article_media", **_of(made, "StandardItemCode", "MediaFileItemCode"))
        made |= self._made("create_forum_thread", ForumItemCode=forum, Title="T", Body="<p>x</p>")
        return made | self._made("create_forum_post", **_of(made, "ForumThreadCode"), Body="<p>y</p>")

    def _made(self, tool: str, **values: Any) -> dict[str, int]:
        answer = self.publisher.call_tool(tool, **values).result
        parts = [part for part in answer.values() if isinstance(part, dict)]
        return {name: part[name] for part in parts for name in PARTS if part.get(name)}

    def asked(self, method: Method, field: Field) -> dict[str, Any]:
        """The other arguments that the tool needs, about open records."""
        wanted = [f for f in method.all_arguments if f.required and f.name != field.name]
        either = ["StandardItemCode"] if (method.name, field.name) == ATTACHING else []
        more = _of(self.codes["open"], *either) | (
            {"Sha256": "0" * 64} if method.name == "request_media_upload" else {}
        )
        return {f.name: self.codes["open"].get(f.name, _some(f)) for f in wanted} | more | MORE.get(field.name, {})


def _of(made: dict[str, int], *names: str) -> dict[str, int]:
    return {name: made[name] for name in names}


def _some(field: Field) -> Any:
    """A value that the field accepts."""
    schema = field.kind.schema
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1, "array": [1], "boolean": True, "number": 1}.get(schema.get("type", ""), "x")


@pytest.fixture(scope="module")
def closed() -> Iterator[Closed]:
    world = World()
    handler = world.new_handler()
    yield Closed(world, handler, world.create_profile())
    handler.close()


@pytest.mark.parametrize(("method", "field"), CASES, ids=[f"{method.name}-{field.name}" for method, field in CASES])
def test_a_hidden_record_answers_as_a_missing_one(
    closed: Closed, method: Method, field: Field, figures: Figures
) -> None:
    given = closed.asked(method, field)
    answers = [
        closed.editor.call_tool(method.name, **given, **{field.name: code}).document
        for code in (closed.codes["hidden"][field.name], MISSING)
    ]
    assert answers[0] == answers[1]
    found = answers[0]["result"]["structuredContent"]
    assert found["error"]["type"] == "not_found", found
    figures.record("hidden against missing codes", tried=1, of=len(CASES))


@pytest.mark.parametrize("tool", ["list_record_history", "undo_change"])
@pytest.mark.parametrize("kind", KINDS)
def test_so_does_its_history(closed: Closed, kind: str, tool: str, figures: Figures) -> None:
    more = {"Version": 1} if tool == "undo_change" else {}
    hidden, missing = (
        closed.editor.call_tool(tool, Family=kind, Code=code, **more).error
        for code in (closed.codes["hidden"][KINDS[kind]], MISSING)
    )
    assert hidden == missing
    assert hidden["type"] == "not_found"
    assert closed.publisher.call_tool(
        "list_record_history", Family=kind, Code=closed.codes["hidden"][KINDS[kind]]
    ).result["Items"]
    figures.record("histories of hidden against missing codes", tried=1, of=2 * len(KINDS))


def test_every_kind_that_can_be_hidden_is_here() -> None:
    crm = {"accounts", "contacts", "contact_lists", "account_lists", "opportunities", "tasks", "notes"}
    assert set(KINDS) == set(HISTORY_FAMILIES) - crm


def test_nothing_hidden_is_in_any_list(closed: Closed) -> None:
    """The codes and texts of hidden records appear in no list, search or summary without arguments."""
    hidden = closed.codes["hidden"]
    for name, method in METHODS.items():
        if name.startswith("list_") and not any(field.required for field in method.all_arguments):
            rows = [
                row
                for part in closed.editor.call_tool(name).document["result"]["structuredContent"].values()
                if isinstance(part, list)
                for row in part
            ]
            codes = {(key, row[key]) for row in rows if isinstance(row, dict) for key in PARTS if key in row}
            assert codes.isdisjoint(hidden.items()), name
