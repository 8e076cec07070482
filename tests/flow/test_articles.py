"""Articles: drafts, publishing, ownership, HTML, long bodies, keys and conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.token_estimate import estimate_tokens
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.website import Website, codes
from tests.world import World, WorldClient


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def titles(client: WorldClient, **filters: Any) -> list[str]:
    return [row["Title"] for row in client.call_tool("list_articles", **filters).result["Items"]]


def test_lists_narrow_by_everything_that_is_offered(site: Website) -> None:
    guide = site.article(Title="Guide", ArticleTypeCode="how-to", TopicCodes=[2], Live=True)
    site.article(site.editor, Title="News")
    site.publisher.call_tool(
        "add_article_categories", StandardItemCode=guide["StandardItemCode"], CategoryCodes=[site.guides]
    )
    assert titles(site.editor) == ["Guide", "News"]
    assert titles(site.editor, SortBy="Title", SortOrder="desc") == ["News", "Guide"]
    assert titles(site.editor, Mine=True) == ["News"]
    for narrow in (
        {"ArticleTypeCode": "How-to"},
        {"ArticleTypeCode": site.howto},
        {"CategoryCode": "guides"},
        {"TopicCodes": [2, 3]},
        {"Live": True},
        {"Search": "gui"},
    ):
        assert titles(site.editor, **narrow) == ["Guide"], narrow
    assert titles(site.editor, Live=False, standardSectionCode=site.marketing) == ["News"]
    closed = site.editor.call_tool("list_articles", standardSectionCode=site.board).error
    assert (closed["type"], closed["details"]["argument"]) == ("not_found", "standardSectionCode")


def test_readers_see_live_articles_only_from_their_date_to_their_end(world: World, site: Website) -> None:
    site.article(Title="Draft")
    site.article(Title="Later", Live=True, LiveDate="2026-11-24T09:00:00Z")
    site.article(Title="Now", Live=True, ExpiryDate="2026-11-25T09:00:00Z")
    assert titles(site.reader) == ["Now"]
    world.clock.move(days=1, minutes=1)
    reader = site.client("Ria", "Reader", "Registered User")
    assert titles(reader) == ["Later", "Now"]
    world.clock.move(days=1)
    reader = site.client("Ron", "Reader", "Registered User")
    assert titles(reader) == ["Later"]
    assert reader.call_tool("get_article", StandardItemCode=1).error["type"] == "not_found"


def test_an_editor_changes_drafts_but_not_what_is_live(site: Website) -> None:
    code = site.article()["StandardItemCode"]
    changed = site.editor.call_tool("update_article", StandardItemCode=code, Title="Summer", Live=True).result
    assert (changed["Article"]["Title"], changed["Article"]["Live"]) == ("Summer", False)
    assert codes(changed["Warnings"]) == ["LIVE_NOT_PERMITTED"]
    live = site.publisher.call_tool("update_article", StandardItemCode=code, Live=True).result["Article"]
    assert (live["Live"], live["LiveDate"]) == (True, "2026-11-23T09:00:00.000000Z")
    for tool, more in (
        ("update_article", {"Title": "x"}),
        ("update_article", {"Live": False}),
        ("create_article_step", {"Title": "x"}),
        ("add_article_categories", {"CategoryCodes": [site.news]}),
    ):
        refused = site.editor.call_tool(tool, StandardItemCode=code, **more).error
        assert (refused["code"], refused["details"]["rule"]) == (-110, "articles.publish"), tool


@pytest.mark.parametrize(
    ("groups", "rights", "rule"),
    [
        (("Registered User",), {}, "articles.write"),
        (("Editors",), {}, None),
        (("Registered User",), {"articles.write": None, "articles.all": None}, "articles.write"),
    ],
    ids=["no right", "editor", "right, but the section names no group of theirs"],
)
def test_who_may_change_an_others_draft(
    world: World, site: Website, groups: tuple[str, ...], rights: dict[str, None], rule: str | None
) -> None:
    code = site.article()["StandardItemCode"]
    person = site.world.create_person("Una", "Unknown", *groups)
    world.people.change(person, rights=rights)
    client = WorldClient(world, site.handler, world.log_in(site.profile, person))
    answer = client.call_tool("update_article", StandardItemCode=code, Teaser="mine now")
    assert (answer.error["details"]["rule"] if rule else answer.result["Article"]["Teaser"]) == (rule or "mine now")


def test_own_or_all(world: World, site: Website) -> None:
    first, second = (world.create_person(name, "Writer", "Registered User", "Legal") for name in ("Ann", "Ben"))
    site.section("Open", ("Everybody",), write=("Registered User",))
    section = 3
    for person in (first, second):
        world.people.change(person, rights={"articles.write": None})
    ann, ben = (WorldClient(world, site.handler, world.log_in(site.profile, code)) for code in (first, second))
    own = site.article(ann, standardSectionCode=section)["StandardItemCode"]
    assert ann.call_tool("update_article", StandardItemCode=own, Title="Mine").result["Article"]["Title"] == "Mine"
    refused = ben.call_tool("update_article", StandardItemCode=own, Title="Yours").error
    assert refused["details"]["rule"] == "articles.all"
    assert "publish" not in refused["message"]


@pytest.mark.parametrize(
    ("arguments", "argument", "kind"),
    [
        ({"standardSectionCode": 99}, "standardSectionCode", "not_found"),
        ({"standardSectionCode": 2}, "standardSectionCode", "not_found"),
        ({"ArticleTypeCode": "Poem"}, "ArticleTypeCode", "validation_error"),
        ({"SecurityCode": "Publishers only"}, "SecurityCode", "validation_error"),
        ({"AuthorCode": 99}, "AuthorCode", "not_found"),
        ({"Body": "x" * 200_001}, "Body", "validation_error"),
        ({"LiveDate": "2026-12-02", "ExpiryDate": "2026-12-01"}, "ExpiryDate", "validation_error"),
    ],
    ids=[
        "no section",
        "hidden section",
        "no type",
        "hidden security",
        "no author",
        "too long",
        "ends before it begins",
    ],
)
def test_what_a_create_refuses(site: Website, arguments: dict[str, Any], argument: str, kind: str) -> None:
    given = {"Title": "x", "standardSectionCode": site.marketing} | arguments
    refused = site.editor.call_tool("create_article", **given).error
    assert (refused["type"], refused["details"]["argument"]) == (kind, argument)


@pytest.mark.parametrize(
    ("given", "stored", "warned"),
    [
        ("<p>Fine &amp; well</p>", "<p>Fine &amp; well</p>", False),
        ("<p onclick='x()'>Hi<script>x</script></p>", "<p>Hi</p>", True),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>", True),
        ('<img src="data:text/html,x" alt="a">', '<img alt="a">', True),
        ("<svg><style><img src=x onerror=alert(1)></style></svg>", '<img src="x">', True),
        (
            '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
            "",
            True,
        ),
        ("<iframe src='https://x.example'></iframe>text", "text", True),
        ("<p style='position:fixed'>x</p>", "<p>x</p>", True),
        ("a < b and c > d", "a &lt; b and c &gt; d", False),
    ],
    ids=["clean", "script", "javascript url", "data url", "svg", "mutation", "frame", "style", "plain text"],
)
def test_html_is_cleaned_with_a_warning(site: Website, given: str, stored: str, warned: bool) -> None:
    answer = site.editor.call_tool("create_article", Title="x", standardSectionCode=site.marketing, Body=given).result
    body = answer["Article"]["Body"]
    assert ("HTML_SANITISED" in codes(answer["Warnings"])) == warned
    assert body == stored
    step = site.editor.call_tool("create_article_step", StandardItemCode=1, Title="x", Body=given).result
    assert (step["Step"]["Body"], "HTML_SANITISED" in codes(step["Warnings"])) == (body, warned)


def test_long_bodies_are_stored_whole_and_answered_in_parts(world: World, site: Website) -> None:
    long = "".join(f"<p>Absatz {n}: äöü €</p>" for n in range(8_000))[:199_996] + "</p>"
    long = long[: long.rindex("<p>")]
    made = site.publisher.call_tool(
        "create_article", Title="Long", standardSectionCode=1, Body=long, IdempotencyKey="k"
    )
    assert (made.result["Article"]["BodyLength"], codes(made.result["Warnings"])) == (len(long), [])
    text = ""
    start: int | None = 0
    while start is not None:
        part = site.publisher.call_tool("get_article", StandardItemCode=1, BodyFrom=start).result
        assert estimate_tokens(part) <= 20_000
        text += part["Article"]["Body"]
        start = part["Article"].get("BodyNext")
        assert ("TRUNCATED" in codes(part["Warnings"])) == (start is not None)
    assert text == long
    assert site.publisher.call_tool("update_article", StandardItemCode=1, Body=long[:-4] + "!</p>").result
    largest = max(len(str(row)) for row in world.database.list_rows(world.settings.records_table))
    assert largest < 100_000
    again = site.publisher.call_tool(
        "create_article", Title="Long", standardSectionCode=1, Body=long, IdempotencyKey="k"
    )
    assert again.result["Article"]["StandardItemCode"] == 1
    assert "REPLAYED" in codes(again.result["Warnings"])


def test_stale_updates_conflict_and_deleted_articles_are_gone(world: World, site: Website) -> None:
    made = site.article()
    code, seen = made["StandardItemCode"], made["UpdatedDate"]
    world.clock.move(minutes=1)
    assert site.publisher.call_tool("update_article", StandardItemCode=code, Title="Newer", IfUpdated=seen).result
    assert (
        site.publisher.call_tool("update_article", StandardItemCode=code, Title="Old", IfUpdated=seen).error["code"]
        == -130
    )
    assert site.editor.call_tool("delete_article", StandardItemCode=code).error["details"]["rule"] == "articles.delete"
    step = site.step(code, "One")["StandardStepByStepCode"]
    assert site.publisher.call_tool("delete_article", StandardItemCode=code).result["Deleted"] is True
    assert titles(site.publisher) == []
    assert site.publisher.call_tool("get_article_step", StandardStepByStepCode=step).error["type"] == "not_found"


def test_sections_and_types_show_what_is_open(site: Website) -> None:
    def seen(client: WorldClient, **more: Any) -> list[tuple[str, bool, bool]]:
        rows = client.call_tool("list_sections", **more).result["Sections"]
        return [(row["Name"], row["CanWrite"], row["CanPublish"]) for row in rows]

    assert seen(site.reader) == [("Marketing", False, False)]
    assert seen(site.reader, WritableOnly=True) == []
    assert seen(site.editor) == [("Marketing", True, False)]
    assert seen(site.publisher) == [("Marketing", True, True), ("Board", True, True)]
    assert seen(site.publisher, Search="boa") == [("Board", True, True)]
    assert site.publisher.call_tool("list_sections", ChannelCode=2).error["type"] == "not_found"
    assert site.editor.call_tool("list_article_types").result["Securities"] == []
    assert site.publisher.call_tool("list_article_types").result["Securities"] == [
        {"SecurityCode": site.secret, "Name": "Publishers only"}
    ]


def test_moving_into_another_section_needs_its_groups(site: Website) -> None:
    code = site.article(site.editor)["StandardItemCode"]
    closed = site.section("Archive", ("Everybody",), write=("Publishers",))
    refused = site.editor.call_tool("update_article", StandardItemCode=code, standardSectionCode=closed).error
    assert refused["details"]["rule"] == "articles.write"
    moved = site.publisher.call_tool("update_article", StandardItemCode=code, standardSectionCode=closed).result[
        "Article"
    ]
    assert moved["Section"] == {"StandardSectionCode": closed, "Name": "Archive"}
    assert titles(site.editor, standardSectionCode=site.marketing) == []


def test_a_changed_section_is_obeyed_at_once(world: World, site: Website) -> None:
    code = site.article(Live=True)["StandardItemCode"]
    assert titles(site.reader) == ["Spring Product Walkthrough"]
    site.section("Marketing", ("Publishers",))
    assert titles(site.reader) == []
    assert site.editor.call_tool("get_article", StandardItemCode=code).error["type"] == "not_found"
