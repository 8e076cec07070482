"""Texts in HTML: links that editors set, anchors, Markdown, and warnings that name what was taken."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.forums import forums
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.website import Website
from tests.world import World


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def _store(site: Website, body: str) -> tuple[str, list[dict[str, Any]]]:
    """The body of a new article as it is stored, and the warnings; a step answers the same."""
    given = {"Title": "x", "standardSectionCode": site.marketing, "Body": body}
    made = site.editor.call_tool("create_article", **given).result
    code = made["Article"]["StandardItemCode"]
    step = site.editor.call_tool("create_article_step", StandardItemCode=code, Title="x", Body=body).result
    assert (step["Step"]["Body"], step["Warnings"]) == (made["Article"]["Body"], made["Warnings"])
    return made["Article"]["Body"], made["Warnings"]


KEPT = {
    "an own link": ('<a href="/guides/start">go</a>', '<a href="/guides/start">go</a>'),
    "a link to another site": ('<a href="https://x.example/">go</a>', '<a href="https://x.example/">go</a>'),
    "a given rel": ('<a href="/a" rel="nofollow">go</a>', '<a href="/a">go</a>'),
    "an anchor": (
        '<a href="#fees">Fees</a><h2 id="fees">Fees</h2>',
        '<a href="#user-content-fees">Fees</a><h2 id="user-content-fees">Fees</h2>',
    ),
    "an anchor stored before": (
        '<a href="#user-content-fees">Fees</a><h2 id="user-content-fees">Fees</h2>',
        '<a href="#user-content-fees">Fees</a><h2 id="user-content-fees">Fees</h2>',
    ),
    "an anchor by name": (
        '<a name="top2"></a><a href="#top2">up</a>',
        '<a name="user-content-top2"></a><a href="#user-content-top2">up</a>',
    ),
    "a footnote": (
        '<a href="#n%C3%A9">1</a><p id="né">note</p>',
        '<a href="#user-content-n%C3%A9">1</a><p id="user-content-né">note</p>',
    ),
    "the top": ('<a href="#">up</a>', '<a href="#">up</a>'),
    "a comparison": ("<p>load<limit for 5 min.</p><p>Then go.</p>", "<p>load&lt;limit for 5 min.</p><p>Then go.</p>"),
    "prose with signs of lists": ("1. First\n* not _bold_ a_b\n-- \nJane", "1. First\n* not _bold_ a_b\n-- \nJane"),
}


@pytest.mark.parametrize(("given", "stored"), KEPT.values(), ids=KEPT)
def test_what_stays_without_a_warning(site: Website, given: str, stored: str) -> None:
    assert _store(site, given) == (stored, [])


TOLD = {
    "a picture as data": (
        "<p>a</p>" + '<img src="data:image/png;base64,AAAA" alt="a">' * 2,
        "HTML_SANITISED",
        ["src with data: of <img> (2 times)", "attach_media_file", "attach_article_media"],
    ),
    "tags and attributes": (
        '<p class="a" onclick="x()">a</p><p class="a">b</p><iframe src="https://x.example"></iframe>',
        "HTML_SANITISED",
        ["class of <p> (2 times)", "onclick of <p>", "<iframe>", "Link to"],
    ),
    "words between cells": ("a<table>one<tr><td>b</td></tr></table>", "HTML_SANITISED", ["one"]),
    "a dead link": ('<a href="#fees">Fees</a>', "UNKNOWN_REFERENCE", ["fees"]),
    "a heading in Markdown": ("# Title\n\ntext", "NOT_HTML", ["Markdown", "HTML"]),
    "bold words in Markdown": ("Some **bold** words", "NOT_HTML", ["Markdown"]),
    "a link in Markdown": ("See [the docs](https://x.example/a)", "NOT_HTML", ["Markdown"]),
    "a table in Markdown": ("| a | b |\n|---|---|\n| 1 | 2 |", "NOT_HTML", ["Markdown"]),
    "a word of code in Markdown": ("Call `get_article` first", "NOT_HTML", ["Markdown"]),
    "code in Markdown": ("```python\nx = 1\n```", "NOT_HTML", ["Markdown"]),
}


@pytest.mark.parametrize(("given", "code", "says"), TOLD.values(), ids=TOLD)
def test_what_a_warning_says(site: Website, given: str, code: str, says: list[str]) -> None:
    _, warnings = _store(site, given)
    assert [warning["Code"] for warning in warnings] == [code]
    assert [words for words in says if words not in warnings[0]["Message"]] == []


@pytest.mark.parametrize(
    "body", ["a ** b ** c", "f(**kwargs)", "a[0](x)", "#1 of 5", "C# and F#", "5 * 3 ** 2", "~~", "--- x ---"]
)
def test_prose_is_not_taken_for_markdown(site: Website, body: str) -> None:
    assert _store(site, body) == (body, [])


def test_posts_of_a_forum_keep_their_words_and_their_links_are_not_followed(world: World, site: Website) -> None:
    at = world.clock()
    forum = forums.upsert_forum(world.records, "Help", at, read=("Everybody",), post=("Registered User",))
    body = 'When load<limit <a href="/a">go</a> <a href="#b">b</a>'
    answer = site.reader.call_tool("create_forum_thread", ForumItemCode=forum, Title="x", Body=body).result
    stored = answer["Thread"]["FirstPost"]["Body"]
    assert stored.startswith('When load&lt;limit <a href="/a" rel="noopener noreferrer nofollow">go</a>')
    assert [warning["Code"] for warning in answer["Warnings"]] == ["UNKNOWN_REFERENCE"]


PLAIN = "if x<y we ship <b>now</b> & <name>\n# not a heading"


def test_plain_texts_are_stored_as_they_are(site: Website) -> None:
    article = site.article(Teaser=PLAIN, Live=True)
    assert article["Teaser"] == PLAIN
    made = site.reader.call_tool(
        "create_article_comment", StandardItemCode=article["StandardItemCode"], Body=PLAIN
    ).result
    assert (made["Comment"]["Body"], made["Warnings"]) == (PLAIN, [])
