"""Articles are found by their bodies and steps, threads by their posts: by those who may read these, and nobody else."""

from __future__ import annotations

import pytest

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.community import Community
from tests.flow.website import Website
from tests.world import World, WorldClient

LONG = "<p>Zaragoza</p>" + "<p>filler</p>" * 2000


@pytest.fixture
def site(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


@pytest.fixture
def community(world: World, handler: LambdaHandler, profile: Profile) -> Community:
    return Community(world, handler, profile)


def articles(client: WorldClient, search: str, **filters: object) -> list[int]:
    """The codes of the articles that a search finds."""
    rows = client.call_tool("list_articles", Search=search, **filters).result["Items"]
    return [row["StandardItemCode"] for row in rows]


def threads(client: WorldClient, search: str, **filters: object) -> list[int]:
    """The codes of the threads that a search finds."""
    rows = client.call_tool("list_forum_threads", Search=search, **filters).result["Items"]
    return [row["ForumThreadCode"] for row in rows]


@pytest.mark.parametrize("body", ["<p>In <b>Zara</b>goza</p>", LONG], ids=["short", "long"])
def test_an_article_is_found_by_its_body_and_steps(site: Website, body: str) -> None:
    one = site.article(Body=body, Live=True)["StandardItemCode"]
    other = site.article(Title="Other", Live=True)["StandardItemCode"]
    step = site.step(other, "Setup", Body=body)["StandardStepByStepCode"]
    assert articles(site.reader, "zaragoza") == articles(site.reader, "ZARAGO") == [one, other]
    assert articles(site.reader, "other zaragoza") == articles(site.reader, "setup other") == [other]
    assert articles(site.reader, "walkthrough setup") == []
    site.publisher.call_tool("update_article", StandardItemCode=one, Body="<p>Elsewhere</p>").result  # noqa: B018
    site.publisher.call_tool("delete_article_step", StandardStepByStepCode=step).result  # noqa: B018
    assert articles(site.publisher, "zaragoza") == articles(site.publisher, "setup") == []
    assert articles(site.publisher, "elsewhere") == [one]


def test_a_step_leads_only_to_articles_that_may_be_read(site: Website) -> None:
    draft, closed = site.article(), site.article(standardSectionCode=site.board, Live=True)
    secret = site.article(SecurityCode=site.secret, Live=True)
    expired = site.article(Live=True, LiveDate="2026-01-01T00:00:00Z", ExpiryDate="2026-01-02T00:00:00Z")
    every = [article["StandardItemCode"] for article in (draft, closed, secret, expired)]
    for code in every:
        site.step(code, "Zaragoza")
    assert articles(site.reader, "zaragoza") == []
    assert articles(site.publisher, "zaragoza") == every
    assert articles(site.publisher, "zaragoza", standardSectionCode=site.board) == every[1:2]
    assert articles(site.publisher, "zaragoza", Status="expired") == every[3:]


def test_a_thread_is_found_by_its_posts(community: Community) -> None:
    one = community.thread(Title="Hello", Body="<p>Zaragoza</p>")["ForumThreadCode"]
    other = community.thread(Title="Other")["ForumThreadCode"]
    post = community.post(other, Body=LONG)["ForumPostCode"]
    assert threads(community.max, "zaragoza") == [one, other]
    assert threads(community.max, "other zarag") == [other]
    community.ann.call_tool("update_forum_post", ForumPostCode=post, Body="<p>Elsewhere</p>").result  # noqa: B018
    assert (threads(community.max, "zaragoza"), threads(community.max, "elsewhere")) == ([one], [other])
    community.mina.call_tool("delete_forum_post", ForumPostCode=post).result  # noqa: B018
    assert threads(community.mina, "elsewhere") == []


def test_a_post_leads_to_its_thread_only_those_who_see_it(community: Community) -> None:
    thread = community.thread(community.mina, community.ideas)["ForumThreadCode"]
    community.moderate(thread, "approve")
    post = community.post(thread, Body="<p>Zaragoza</p>")["ForumPostCode"]

    def seen() -> list[bool]:
        return [threads(client, "zaragoza") == [thread] for client in (community.max, community.ann, community.mina)]

    assert seen() == [False, True, True]
    community.decide(post, "approve")
    assert seen() == [True, True, True]
    community.decide(post, "hide")
    assert seen() == [False, False, True] or seen() == [False, True, True]
    community.moderate(thread, "hide")
    assert seen()[0] is False


def test_a_closed_forum_is_not_found_by_its_posts(community: Community) -> None:
    thread = community.thread(community.pat, community.lounge, Body="<p>Zaragoza</p>")["ForumThreadCode"]
    assert threads(community.max, "zaragoza") == []
    assert threads(community.pat, "zaragoza") == [thread]
