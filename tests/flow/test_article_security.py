"""No call reveals anything of an article in a section or under a security that is closed to the person."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.instance.builtin.website import website_records
from tests.flow.website import fake_media_item
from tests.world import Response, World, WorldClient

GROUPS = ("Registered User", "Editors", "Publishers")
OPENING = st.sets(st.sampled_from((*GROUPS, "Everybody")), max_size=2)
MISSING = 9_999
ITEM, STEP, COMMENT, MEDIA = "StandardItemCode", "StandardStepByStepCode", "CommentCode", "ArticleMediaCode"


@dataclass(frozen=True)
class Planned:
    """An article to create: its section by position, and the groups of its own security."""

    section: int
    security: frozenset[str] | None
    live: bool


@dataclass
class Made:
    """An article with one step, one comment and one attachment, each of which holds the article's canary word."""

    canary: str
    hidden: bool
    shown: bool
    codes: dict[str, int]


PLANS = st.lists(
    st.builds(Planned, st.integers(0, 2), st.none() | OPENING.map(frozenset), st.booleans()), min_size=1, max_size=5
)


def _is_open(groups: set[str], named: Any) -> bool:
    return named is None or bool(set(named) & {*groups, "Everybody"})


class Scene:
    """Three sections, some articles, and one person with some groups who tries every call."""

    def __init__(self, sections: list[set[str]], plans: list[Planned], groups: set[str], writes: bool) -> None:
        self.world = World()
        self.handler = self.world.new_handler()
        self.profile = self.world.create_profile()
        fake_media_item(self.world, 7, "Cover")
        at = self.world.clock()
        self.sections = [
            website_records.upsert_section(
                self.world.records,
                f"Section {n}",
                at,
                read=[*named, "Legal"],
                write=["Everybody"],
                publish=["Everybody"],
            )
            for n, named in enumerate(sections)
        ]
        self.maker = self._client("Mia", "Maker", {*GROUPS, "Legal"}, ())
        self.articles = [self._article(n, plan, sections, groups, writes) for n, plan in enumerate(plans)]
        rights = ("read", "comment", "moderate", "all", "delete", "publish") + (("write",) if writes else ())
        self.person = self._client("Pip", "Person", groups, rights)

    def _client(self, first: str, last: str, groups: set[str], rights: tuple[str, ...]) -> WorldClient:
        code = self.world.create_person(first, last, *sorted(groups))
        self.world.people.change(code, rights={f"articles.{right}": None for right in rights})
        return WorldClient(self.world, self.handler, self.world.log_in(self.profile, code))

    def _article(self, n: int, plan: Planned, sections: list[set[str]], groups: set[str], writes: bool) -> Made:
        canary, at = f"canary{n}x", self.world.clock()
        given: dict[str, Any] = {"Title": canary, "Teaser": canary, "Body": canary, "Live": plan.live}
        if plan.security is not None:
            readers = [*plan.security, "Legal"]
            given["SecurityCode"] = website_records.upsert_security(self.world.records, f"S{n}", at, read=readers)
        made = self._make("create_article", standardSectionCode=self.sections[plan.section], **given)
        codes = {ITEM: made[ITEM]}
        codes |= {STEP: self._make("create_article_step", Title=canary, Body=canary, **codes)[STEP]}
        codes |= {COMMENT: self._make("create_article_comment", Body=canary, StandardItemCode=made[ITEM])[COMMENT]}
        attached = {"Caption": canary, "MediaFileItemCode": 7, ITEM: made[ITEM]}
        codes |= {MEDIA: self._make("attach_article_media", **attached)[MEDIA]}
        guards_open = _is_open(groups, sections[plan.section]) and _is_open(groups, plan.security)
        drafts = writes or bool(groups & {"Editors", "Publishers"})
        return Made(canary, not guards_open, guards_open and (plan.live or drafts), codes)

    def _make(self, tool: str, **arguments: Any) -> dict[str, Any]:
        found = self.maker.call_tool(tool, **arguments).result
        return next(part for name, part in found.items() if name != "Warnings")

    def attempts(self, codes: dict[str, int]) -> Iterator[Response]:
        """Every call that names one article, its step, its comment or its attachment."""
        item, step, comment, media = ({name: code} for name, code in codes.items())
        for tool in ("get_article", "list_article_steps", "list_article_categories", "list_article_comments"):
            yield self.person.call_tool(tool, **item)
        yield self.person.call_tool("list_article_media", **item)
        yield self.person.call_tool("list_article_comments", Status="all", **item)
        yield self.person.call_tool("get_article_step", **step)
        yield self.person.call_tool("update_article", Teaser="x", **item)
        yield self.person.call_tool("create_article_step", Title="x", **item)
        yield self.person.call_tool("update_article_step", Title="x", **step)
        yield self.person.call_tool("reorder_article_steps", StandardStepByStepCodes=[1], **item)
        yield self.person.call_tool("add_article_categories", CategoryCodes=[1], **item)
        yield self.person.call_tool("create_article_comment", Body="x", **item)
        yield self.person.call_tool("create_article_comment", Body="x", ParentCommentCode=codes[COMMENT], **item)
        yield self.person.call_tool("update_article_comment", Body="x", **comment)
        yield self.person.call_tool("moderate_article_comment", Action="hide", **comment)
        yield self.person.call_tool("attach_article_media", MediaFileItemCode=7, **step)
        yield self.person.call_tool("detach_article_media", **media)
        yield self.person.call_tool("delete_article_comment", **comment)
        yield self.person.call_tool("delete_article_step", **step)
        yield self.person.call_tool("delete_article", **item)

    def pages(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list."""
        more: dict[str, Any] = {}
        while True:
            page = self.person.call_tool("list_articles", PageSize=1, **filters, **more).result
            yield page
            if page["NextCursor"] is None:
                return
            more = {"Cursor": page["NextCursor"]}


def _texts(response: Response) -> str:
    return json.dumps(response.document)


def _error(response: Response) -> Any:
    found = response.document["result"]["structuredContent"].get("error")
    return found and {key: value for key, value in found.items() if key != "request_id"}


def _decoded(cursor: str | None) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if cursor else b""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sections=st.lists(OPENING, min_size=3, max_size=3),
    plans=PLANS,
    groups=st.sets(st.sampled_from(GROUPS), max_size=2),
    writes=st.booleans(),
)
def test_nothing_hidden_is_revealed(
    sections: list[set[str]], plans: list[Planned], groups: set[str], writes: bool
) -> None:
    scene = Scene(sections, plans, groups, writes)
    hidden = [made for made in scene.articles if not made.shown]
    visible = sorted(made.codes[ITEM] for made in scene.articles if made.shown)
    for filters in ({}, {"SortBy": "Title"}, {"Search": "canary"}, {"SortBy": "Updated", "SortOrder": "desc"}):
        whole = scene.person.call_tool("list_articles", PageSize=100, **filters).result
        assert sorted(row[ITEM] for row in whole["Items"]) == visible
        assert whole["TotalRecords"] == len(visible)
        pages = list(scene.pages(**filters))
        assert [row[ITEM] for page in pages for row in page["Items"]] == [row[ITEM] for row in whole["Items"]]
        assert len(pages) == max(1, len(visible))
        assert not any(b"canary" in _decoded(page["NextCursor"]) for page in pages)
    for made in hidden:
        assert scene.person.call_tool("list_articles", Search=made.canary).result["TotalRecords"] == 0
        section = scene.sections[plans[scene.articles.index(made)].section]
        listed = scene.person.call_tool("list_articles", standardSectionCode=section)
        assert made.canary not in _texts(listed)
        nothing = dict.fromkeys(made.codes, MISSING)
        for answer, missing in zip(scene.attempts(made.codes), scene.attempts(nothing), strict=True):
            assert made.canary not in _texts(answer)
            assert _error(answer) == _error(missing)
    names = {row["Name"] for row in scene.person.call_tool("list_sections").result["Sections"]}
    assert names == {f"Section {n}" for n, named in enumerate(sections) if _is_open(groups, named)}
    scene.handler.close()


def test_lists_out_of_some_sections_are_whole_and_in_order() -> None:
    scene = Scene([{"Editors"}, {"Everybody"}, set()], [], {"Editors"}, writes=True)
    made: dict[int, str] = {}
    for n in range(150):
        section = scene.sections[n % 3]
        title = f"Title {(n * 37) % 150:03d}"
        code = scene._make("create_article", Title=title, standardSectionCode=section)[ITEM]
        if n % 3 < 2:
            made[code] = title
    by_title = sorted(made, key=lambda code: made[code])
    for filters, wanted in (
        ({}, sorted(made)),
        ({"SortBy": "Title"}, by_title),
        ({"SortBy": "Title", "SortOrder": "desc"}, by_title[::-1]),
        ({"StartCode": 75}, [code for code in sorted(made) if code > 75]),
    ):
        found: list[int] = []
        more: dict[str, Any] = {}
        for _ in range(-(-len(wanted) // 7)):
            page = scene.person.call_tool("list_articles", PageSize=7, **filters, **more).result
            found += [row[ITEM] for row in page["Items"]]
            more = {"Cursor": page["NextCursor"]}
        assert (found, page["NextCursor"]) == (wanted, None)
    scene.handler.close()
